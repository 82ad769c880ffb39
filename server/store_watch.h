// Shows people what is the matter with the store, as long as it is: notifications from Store::troubles().
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "web/notifications.h"

namespace narthex::server {

// Looks once a second, on a thread of its own from construction to destruction; then what it showed ends.
class StoreWatch {
 public:
  using Troubles = std::function<std::vector<std::string>()>;
  // Both must outlive it.
  StoreWatch(Troubles troubles, web::Notifications& notifications);
  ~StoreWatch();
  StoreWatch(const StoreWatch&) = delete;
  StoreWatch& operator=(const StoreWatch&) = delete;

  // Shows what is the matter now, and nothing else of what it showed before. Done by the thread; for tests.
  void look();

 private:
  void run();
  void show(std::vector<std::string> now);

  const Troubles troubles_;
  web::Notifications& notifications_;
  std::mutex look_mutex_;
  std::vector<std::string> shown_;  // behind look_mutex_
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  // behind mutex_
  std::thread thread_;     // last: it uses the others
};

}  // namespace narthex::server
