#include "server/auto_reload.h"

#include <algorithm>
#include <chrono>

namespace narthex::server {

AutoReload::AutoReload(Configuration& configuration, Duration interval, Log& log)
    : configuration_(configuration),
      interval_(std::max(interval, Duration::seconds(1))),
      log_(log),
      thread_([this] { run(); }) {}

AutoReload::~AutoReload() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void AutoReload::run() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, std::chrono::nanoseconds(interval_.ns), [this] { return stopping_; })) {
    lock.unlock();
    if (configuration_.changed()) {
      log_.info("Configuration file change detected, reloading the configuration.");
      // What failed was logged, and is tried again: the files may be whole by then.
      static_cast<void>(configuration_.reload());
    }
    lock.lock();
  }
}

}  // namespace narthex::server
