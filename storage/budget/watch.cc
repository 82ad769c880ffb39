#include "storage/budget/watch.h"

#include <chrono>

namespace narthex::storage {
namespace {

constexpr std::chrono::milliseconds kBetweenMeasurements(250);

}  // namespace

BudgetWatch::BudgetWatch(Budget& budget, const Clock& clock) : budget_(budget), clock_(clock) {
  if (!budget_.limited()) return;
  budget_.measure(clock_.steady_ns());  // before anybody asks
  thread_ = std::thread([this] { run(); });
}

BudgetWatch::~BudgetWatch() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void BudgetWatch::run() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, kBetweenMeasurements, [this] { return stopping_; })) {
    lock.unlock();
    budget_.measure(clock_.steady_ns());
    lock.lock();
  }
}

}  // namespace narthex::storage
