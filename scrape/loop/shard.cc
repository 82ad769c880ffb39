#include "scrape/loop/shard.h"

#include "scrape/loop/target_loop.h"
#include "scrape/request.h"

namespace narthex::scrape {
namespace {

// Enough for the scrapes that overlap in practice; a giant body's buffer is not kept.
constexpr size_t kKeptBuffers = 4;
constexpr size_t kLargestKept = 16 << 20;
// How long a stuck disk may hold up the end of the process.
constexpr std::chrono::seconds kStopPatience{2};

}  // namespace

std::shared_ptr<JobOnShard> Shard::job(const std::shared_ptr<JobRuntime>& runtime) {
  std::erase_if(jobs_, [](const auto& entry) { return entry.second.expired(); });
  std::weak_ptr<JobOnShard>& known = jobs_[runtime.get()];
  if (auto job = known.lock()) return job;
  auto job = std::make_shared<JobOnShard>(runtime);
  known = job;
  return job;
}

Result<net::HttpClient*> Shard::client(JobOnShard& job) {
  if (!job.client) {
    auto made = net::HttpClient::create(reactor_, job.runtime->options().http, user_agent());
    if (!made) return made.error();
    job.client = std::move(*made);
  }
  return job.client.get();
}

std::string Shard::take_buffer() {
  if (buffers_.empty()) return {};
  std::string buffer = std::move(buffers_.back());
  buffers_.pop_back();
  return buffer;
}

void Shard::give_buffer(std::string buffer) {
  // Not cleared: growing it again to the size of the next body would fill it with zeros first.
  if (buffers_.size() == kKeptBuffers || buffer.capacity() > kLargestKept) return;
  buffers_.push_back(std::move(buffer));
}

void Shard::add(std::shared_ptr<TargetLoop> loop) {
  TargetLoop* key = loop.get();
  loops_.emplace(key, std::move(loop));
}

void Shard::remove(TargetLoop* loop) {
  // The loop may be in the middle of a member function: let it go once that has returned.
  if (auto node = loops_.extract(loop); !node.empty()) post([last = std::move(node.mapped())] {});
}

void Shard::end_work() {
  --working_;
  if (stopping_ && working_ == 0 && !std::exchange(idle_told_, true)) idle_.set_value();
}

void Shard::begin_stop() {
  stopping_ = true;
  begin_work();  // until all are told
  for (auto& [key, loop] : loops_) loop->cancel_timer();
  for (auto& [key, job] : jobs_) {
    if (auto alive = job.lock(); alive && alive->client) alive->client->cancel_all();
  }
  end_work();
}

void Shard::release_all() {
  for (auto& [key, loop] : loops_) loop->release();
  loops_.clear();
  jobs_.clear();
}

void Shard::stop() {
  auto idle = idle_.get_future();
  post([this] { begin_stop(); });
  idle.wait_for(kStopPatience);
  auto released = std::make_shared<std::promise<void>>();
  post([this, released] {
    release_all();
    released->set_value();
  });
  released->get_future().wait_for(kStopPatience);
  mailbox_->close();
  reactor_.stop();
}

}  // namespace narthex::scrape
