#include "net/detail/registry.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>

namespace narthex::net {

bool Connection::end() {
  if (ending_.exchange(true)) return false;
  const std::lock_guard lock(mutex_);
  if (fd_ >= 0) ::shutdown(fd_, SHUT_RDWR);
  return true;
}

bool Connection::gone() const {
  if (ending()) return true;
  const std::lock_guard lock(mutex_);
  if (fd_ < 0) return true;
  pollfd poll_for{fd_, POLLRDHUP, 0};
  return ::poll(&poll_for, 1, 0) > 0;
}

void Connection::forget_descriptor() {
  const std::lock_guard lock(mutex_);
  fd_ = -1;
}

std::shared_ptr<Connection> Registry::add(int fd) {
  auto connection = std::make_shared<Connection>(fd);
  const std::lock_guard lock(mutex_);
  all_.insert(connection);
  return connection;
}

void Registry::remove(const std::shared_ptr<Connection>& connection) {
  connection->forget_descriptor();
  const std::lock_guard lock(mutex_);
  all_.erase(connection);
  if (all_.empty()) removed_.notify_all();
}

size_t Registry::open() const {
  const std::lock_guard lock(mutex_);
  return static_cast<size_t>(
      std::count_if(all_.begin(), all_.end(), [](const auto& connection) { return !connection->ending(); }));
}

void Registry::end_expired(int64_t now_ns) {
  const std::lock_guard lock(mutex_);
  for (const auto& connection : all_) {
    if (connection->deadline_ns.load(std::memory_order_relaxed) < now_ns) connection->end();
  }
}

bool Registry::end_oldest_idle() {
  const std::lock_guard lock(mutex_);
  Connection* oldest = nullptr;
  int64_t oldest_since = INT64_MAX;
  for (const auto& connection : all_) {
    const int64_t since = connection->idle_since_ns;
    if (since == Connection::kBusy || since >= oldest_since || connection->ending()) continue;
    oldest = connection.get();
    oldest_since = since;
  }
  return oldest != nullptr && oldest->end();
}

void Registry::end_idle() {
  const std::lock_guard lock(mutex_);
  for (const auto& connection : all_) {
    if (connection->idle_since_ns != Connection::kBusy) connection->end();
  }
}

void Registry::end_all() {
  const std::lock_guard lock(mutex_);
  for (const auto& connection : all_) connection->end();
}

bool Registry::wait_until_empty(int64_t timeout_ns) {
  std::unique_lock lock(mutex_);
  const auto empty = [this] { return all_.empty(); };
  if (timeout_ns >= 0) return removed_.wait_for(lock, std::chrono::nanoseconds(timeout_ns), empty);
  removed_.wait(lock, empty);
  return true;
}

}  // namespace narthex::net
