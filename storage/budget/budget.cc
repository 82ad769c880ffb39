#include "storage/budget/budget.h"

#include <algorithm>
#include <string>

namespace narthex::storage {
namespace {

// Promises of one period and the next are resident by the end of that: a scrape is stored within a second or two.
constexpr int64_t kPeriodNs = 2'000'000'000;
// Once refusing, for at least so long: whoever was refused reads all of its lines in full when it ends.
constexpr int64_t kShortestRefusalNs = 5'000'000'000;
// Giving back takes the allocator's locks.
constexpr int64_t kBetweenGivingBackNs = 10'000'000'000;

std::string mebibytes(uint64_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

}  // namespace

uint64_t Budget::used_now() const { return std::max(resident_.load(), start_.load() + promised_.load()); }

bool Budget::promise(uint64_t bytes, uint64_t mark, uint64_t growth) {
  promised_ += bytes;
  if (used_now() + growth <= mark) return true;
  promised_ -= bytes;
  return false;
}

bool Budget::admit(uint64_t bytes) {
  if (!limited()) return true;
  if (!refusing() && promise(bytes, mark(14), growth_)) return true;
  refusing_ = true;
  refused_.fetch_add(1, std::memory_order_relaxed);
  return false;
}

// Notes go when there is room for series again: they need not leave any for later.
bool Budget::admit_note(uint64_t bytes) { return !limited() || promise(bytes, mark(16), 0); }

std::string Budget::reason() const {
  return "the memory budget of " + mebibytes(static_cast<uint64_t>(settings_.limit)) + " is used up";
}

void Budget::measure(int64_t steady_ns) {
  if (!limited()) return;
  take_measure(steady_ns);
  const bool due = gave_back_at_ == INT64_MIN || steady_ns - gave_back_at_ >= kBetweenGivingBackNs;
  if (settings_.give_back && due && used() > mark(12)) {
    gave_back_at_ = steady_ns;
    settings_.give_back(used() > mark(13));
    take_measure(steady_ns);
  }
  if (!refusing()) return;
  if (refusing_since_ == 0) {
    refusing_since_ = steady_ns;
    log_.warn("New series are refused", {{"reason", reason()}, {"used", mebibytes(used())}});
  } else if (steady_ns - refusing_since_ >= kShortestRefusalNs && used() < mark(13)) {
    refusing_since_ = 0;
    refusing_ = false;
    ++epoch_;
    const uint64_t total = refused();
    log_.info("New series are accepted again",
              {{"refused", std::to_string(total - refused_before_)}, {"used", mebibytes(used())}});
    refused_before_ = total;
  }
}

void Budget::take_measure(int64_t steady_ns) {
  const uint64_t now = settings_.resident();
  if (!measured_ || steady_ns - period_began_ >= kPeriodNs) {
    // What was promised meanwhile belongs to the period that ends. What is promised in between the two lines counts
    // twice until the next period.
    end_of_last_ = measured_ ? resident_then_ + promised_.load() : now;
    start_ = std::max(end_of_last_, now);
    promised_ = 0;
    period_began_ = steady_ns;
    resident_then_ = now;
    measured_ = true;
  }
  resident_ = now;
  growth_ = settings_.growth ? settings_.growth() : 0;
}

}  // namespace narthex::storage
