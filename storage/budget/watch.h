// The thread that measures a budget.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/clock.h"
#include "storage/budget/budget.h"

namespace narthex::storage {

// Runs while there is a limit. `budget` and `clock` must outlive it.
class BudgetWatch {
 public:
  BudgetWatch(Budget& budget, const Clock& clock);
  ~BudgetWatch();

 private:
  void run();

  Budget& budget_;
  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  // behind mutex_
  std::thread thread_;
};

}  // namespace narthex::storage
