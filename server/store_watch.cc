#include "server/store_watch.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace narthex::server {
namespace {

constexpr std::chrono::seconds kEvery{1};

bool contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

}  // namespace

StoreWatch::StoreWatch(Troubles troubles, web::Notifications& notifications)
    : troubles_(std::move(troubles)), notifications_(notifications), thread_([this] { run(); }) {}

StoreWatch::~StoreWatch() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
  show({});
}

void StoreWatch::look() {
  const std::lock_guard lock(look_mutex_);
  show(troubles_());
}

void StoreWatch::show(std::vector<std::string> now) {
  for (const std::string& text : shown_) {
    if (!contains(now, text)) notifications_.end(text);
  }
  for (const std::string& text : now) {
    if (!contains(shown_, text)) notifications_.begin(text);
  }
  shown_ = std::move(now);
}

void StoreWatch::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    look();
    lock.lock();
    wake_.wait_for(lock, kEvery, [this] { return stopping_; });
  }
}

}  // namespace narthex::server
