#include "net/detail/idle_pool.h"

namespace narthex::net {
namespace {

constexpr int64_t kIdleTimeoutNs = 300'000'000'000;  // scrape spec, section 1.7
constexpr size_t kMaxPerKey = 1000;                  // likewise
// How often idle connections are looked at: until then one that the server closed keeps its descriptor.
constexpr int64_t kSweepNs = 15'000'000'000;

}  // namespace

std::unique_ptr<Transport> IdlePool::take(const std::string& key, bool must_be_alive) {
  const auto found = idle_.find(key);
  if (found == idle_.end()) return nullptr;
  std::unique_ptr<Transport> out;
  while (!out && !found->second.empty()) {
    out = std::move(found->second.back().transport);
    found->second.pop_back();
    if (must_be_alive && !out->idle_and_alive()) out.reset();
  }
  if (found->second.empty()) idle_.erase(found);
  return out;
}

void IdlePool::put(const std::string& key, std::unique_ptr<Transport> transport) {
  auto& kept = idle_[key];
  if (kept.size() >= kMaxPerKey) return;
  kept.push_back(Idle{std::move(transport), system_clock().steady_ns()});
  if (sweeping_) return;
  sweeping_ = true;
  sweep_timer_ = reactor_.after(kSweepNs, [this] { sweep(); });
}

void IdlePool::clear() { idle_.clear(); }

size_t IdlePool::size() const {
  size_t out = 0;
  for (const auto& [key, kept] : idle_) out += kept.size();
  return out;
}

void IdlePool::sweep() {
  const int64_t oldest = system_clock().steady_ns() - kIdleTimeoutNs;
  for (auto& [key, kept] : idle_) {
    std::erase_if(kept, [oldest](Idle& idle) { return idle.since_ns < oldest || !idle.transport->idle_and_alive(); });
  }
  std::erase_if(idle_, [](const auto& entry) { return entry.second.empty(); });
  sweeping_ = !idle_.empty();
  if (sweeping_) sweep_timer_ = reactor_.after(kSweepNs, [this] { sweep(); });
}

}  // namespace narthex::net
