// What a loop remembers of its series from one scrape to the next, on the real store, which gives the slots of scrapes
// that failed to others. Scrape spec, sections 6.3 and 9.
#include "scrape/loop/series_state.h"

#include <gtest/gtest.h>

#include <future>

#include "tests/support/naive_store.h"
#include "tests/unit/storage/fixture.h"

namespace narthex::scrape {
namespace {

enum End { kGood, kBroken, kEmpty };

// One scrape: the metrics it shows until it ends, and how many of them count as new.
struct Step {
  std::vector<std::string> shows;
  End end;
  uint64_t added;
};

struct Story {
  const char* name;
  std::vector<Step> steps;
  const char* expected;  // as dump() has it, with `stale` and without the target's label; the time is the step's number
};

const Labels kTarget{{"job", "j"}};

// One target, scraped as a TargetLoop does it.
class Player {
 public:
  std::string play(const std::vector<Step>& steps) {
    for (const Step& step : steps) scrape(step);
    return stored();
  }

 private:
  void scrape(const Step& step) {
    ++now_;
    state_.take_remap();
    auto scratch = state_.begin(now_, now_);
    Seen seen;
    for (const std::string& metric : step.shows) {
      const storage::Slot slot = *state_.appender().resolve(*scratch, report_labels(kTarget, metric));
      scratch->set(slot, static_cast<double>(now_));
      seen.tracked.insert(slot);
      seen.all.insert(slot);
    }
    EXPECT_EQ(state_.count_added(seen), step.added) << "step " << now_;
    if (step.end == kBroken) {
      seen.forget(scratch->created_slots());
      scratch = nullptr;
      scratch = state_.begin(now_, now_);
    }
    commit(std::move(scratch), seen.tracked, step.end != kBroken);
    if (step.end == kBroken) return state_.committed_failed(seen);
    if (step.end == kEmpty) return state_.committed_empty();
    state_.committed_good(std::move(seen));
  }

  void commit(std::unique_ptr<storage::Scratch> scratch, const SlotSet& seen, bool good) {
    state_.mark_missing(*scratch, seen);
    const double up = good;
    EXPECT_TRUE(state_.write_reports(*scratch, std::span(&up, 1)));
    std::promise<bool> done;
    state_.appender().commit(std::move(scratch), [&](const storage::CommitResult& r) { done.set_value(!!r.status); });
    EXPECT_TRUE(done.get_future().get());
  }

  std::string stored() {
    std::string text = testing::dump(*store_->view());
    const std::pair<std::string_view, std::string_view> shorter[] = {{"7ff0000000000002", "stale"},
                                                                     {"{job=\"j\"}", ""}};
    for (const auto& [from, to] : shorter) {
      for (size_t at = 0; (at = text.find(from, at)) != std::string::npos;) text.replace(at, from.size(), to);
    }
    return text;
  }

  storage::OpenStore store_;
  SeriesState state_{kTarget, store_->open_target(kTarget)};
  Timestamp now_ = 0;
};

TEST(SeriesState, MarksWhatIsMissing) {
  const Story stories[] = {
      {"gone and back",
       {{{"a", "b"}, kGood, 2}, {{"a"}, kGood, 0}, {{"a", "b"}, kGood, 1}},
       "a 1:1 2:2 3:3\nb 1:1 2:stale 3:3\nup 1:1 2:1 3:1\n"},
      {"an empty body marks all and forgets nothing",
       {{{"a"}, kGood, 1}, {{}, kEmpty, 0}, {{}, kEmpty, 0}, {{"a"}, kGood, 0}},
       "a 1:1 2:stale 4:4\nup 1:1 2:1 3:1 4:1\n"},
      {"broken at once: marked once",
       {{{"a"}, kGood, 1}, {{}, kBroken, 0}, {{}, kBroken, 0}, {{"a"}, kGood, 0}},
       "a 1:1 2:stale 4:4\nup 1:1 2:0 3:0 4:1\n"},
      {"broken behind a series: that one is carried over",
       {{{"a", "b"}, kGood, 2}, {{"a"}, kBroken, 0}, {{"b"}, kGood, 0}},
       "a 1:1 3:stale\nb 1:1 2:stale 3:3\nup 1:1 2:0 3:1\n"},
      {"broken behind a new series, which nobody misses",
       {{{"a"}, kGood, 1}, {{"a", "new"}, kBroken, 1}, {{"a"}, kGood, 0}, {{"other"}, kGood, 1}},
       "a 1:1 3:3 4:stale\nother 4:4\nup 1:1 2:0 3:1 4:1\n"},
      {"broken in the first scrape: its slots go to the reports",
       {{{"a", "b"}, kBroken, 2}, {{"b"}, kGood, 1}, {{"b"}, kGood, 0}},
       "b 2:2 3:3\nup 1:0 2:1 3:1\n"},
  };
  for (const Story& story : stories) EXPECT_EQ(Player().play(story.steps), story.expected) << story.name;
}

}  // namespace
}  // namespace narthex::scrape
