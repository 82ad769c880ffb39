// --config.auto-reload: looks at the files of the configuration from time to time and reloads it when they changed.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/log.h"
#include "model/duration.h"
#include "server/configuration.h"

namespace narthex::server {

// Has a thread of its own from construction to destruction; a reload under way is waited for.
class AutoReload {
 public:
  // `configuration` and `log` must outlive it. Less than a second between two looks is a second.
  AutoReload(Configuration& configuration, Duration interval, Log& log);
  ~AutoReload();
  AutoReload(const AutoReload&) = delete;
  AutoReload& operator=(const AutoReload&) = delete;

 private:
  void run();

  Configuration& configuration_;
  const Duration interval_;
  Log& log_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;     // last: it uses the others
};

}  // namespace narthex::server
