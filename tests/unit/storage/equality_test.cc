// The store against the naive one: long random runs in which every read must be equal.
#include <gtest/gtest.h>

#include <deque>

#include "base/clock.h"
#include "tests/support/naive_store.h"
#include "tests/support/scrape_generator.h"
#include "tests/unit/storage/sealed.h"

namespace narthex::storage {
namespace {

using testing::dump;
using testing::dump_exemplars;
using testing::GeneratorOptions;
using testing::NaiveStore;
using testing::ScrapeGenerator;

// Where two dumps part, so that a failure says something.
std::string first_difference(const std::string& a, const std::string& b) {
  if (a == b) return "";
  size_t i = 0;
  while (i < a.size() && i < b.size() && a[i] == b[i]) ++i;
  const auto around = [i](const std::string& text) {
    const size_t line = text.rfind('\n', i) + 1;
    const std::string labels = text.substr(line, text.find('}', line) + 1 - line);
    const size_t begin = std::max(line + labels.size(), i - std::min<size_t>(i, 150));
    return labels + " …" + text.substr(begin, 300);
  };
  return "naive: " + around(a) + "\nstore: " + around(b);
}

// So that equality means something.
void expect_all_kinds(const NaiveStore& naive) {
  const std::string shown = dump(*naive.view());
  for (const char* part : {":{integer", ":{float", ">17", "schema=-53"}) {
    EXPECT_NE(shown.find(part), std::string::npos) << part;
  }
  EXPECT_NE(dump_exemplars(naive).find("trace_id"), std::string::npos);
}

// Names and values of all labels.
std::string dump_labels(const View& view, std::span<const Matcher> matchers) {
  std::string out;
  const auto names = view.label_names(matchers, kMinTime, kMaxTime);
  if (!names) return names.error().str();
  for (const std::string& name : *names) {
    out += name + ":";
    const auto values = view.label_values(name, matchers, kMinTime, kMaxTime);
    if (!values) return values.error().str();
    for (const std::string& value : *values) out += " " + value;
    out += '\n';
  }
  return out;
}

void expect_merged(Store& store) {
  settle_all(store);
  const auto blocks = store.blocks();
  EXPECT_TRUE(std::any_of(blocks.begin(), blocks.end(), [](const BlockInfo& b) { return !b.footer.parents.empty(); }));
}

struct Case {
  const char* name;
  GeneratorOptions generator;
  int64_t window_ms;
  int64_t overlap_ms;
  int steps;
  int restart_every;  // steps; 0: never
  int64_t merge_windows = 24;
  int64_t out_of_order_ms = 0;
};

struct Held {
  std::shared_ptr<const View> view;
  std::string shown;
};

class Equality : public ::testing::TestWithParam<Case> {};

TEST_P(Equality, EveryReadEqualsTheNaiveStore) {
  const Case& c = GetParam();
  Options options = small_windows(c.window_ms, c.overlap_ms);
  options.merge_windows = c.merge_windows;
  // Which go first when there are too many is not known of those that were sealed.
  options.max_exemplars = c.restart_every > 0 && c.window_ms < 3'600'000 ? 100'000 : 100;
  options.limits.out_of_order_window_ms = c.out_of_order_ms;
  GeneratorOptions scrapes = c.generator;
  scrapes.out_of_order_ms = c.out_of_order_ms;
  NaiveStore naive(options);
  OpenStore store(options);
  ScrapeGenerator generator(scrapes, {&naive, &store.get()});
  std::deque<Held> held;  // readers that are slow
  for (int step = 1; step <= c.steps * test_scale(); ++step) {
    ASSERT_EQ(generator.step(), "") << "step " << step;
    if (step % 10 == 0) held.push_back({store.get().view(), dump(*naive.view())});
    if (held.size() > 8) {
      ASSERT_EQ(first_difference(held.front().shown, dump(*held.front().view)), "") << "a view taken before " << step;
      held.pop_front();
    }
    if (c.restart_every > 0 && step % c.restart_every == 0) {
      held.clear();
      ASSERT_EQ(first_difference(dump(*naive.view()), dump(*store.get().view())), "") << "before the restart at " << step;
      generator.detach(1);
      store.reopen();
      generator.reopened(1, &store.get());
      ASSERT_EQ(first_difference(dump(*naive.view()), dump(*store.get().view())), "") << "restarted at " << step;
      ASSERT_EQ(first_difference(dump_exemplars(naive), dump_exemplars(store.get())), "") << "restarted at " << step;
    }
    if (step % 50 != 0) continue;
    ASSERT_GT(dump(*naive.view()).size(), 1000u);
    if (c.generator.beside) expect_all_kinds(naive);
    ASSERT_EQ(first_difference(dump(*naive.view()), dump(*store.get().view())), "") << "step " << step;
    if (c.merge_windows < 24 && step % 100 == 0) expect_merged(store.get());
    ASSERT_EQ(first_difference(dump_exemplars(naive), dump_exemplars(store.get())), "") << "step " << step;
    const Matcher some[] = {*Matcher::make(MatchType::kRegex, "__name__", "metric_[12]|up"),
                            Matcher::equal("number", "1")};
    for (const auto matchers : {std::span<const Matcher>(), std::span<const Matcher>(some)}) {
      ASSERT_EQ(dump_labels(*naive.view(), matchers), dump_labels(*store.get().view(), matchers)) << "step " << step;
    }
    const Timestamp from = generator.now() - 120'000;
    ASSERT_EQ(
        first_difference(dump(*naive.view(), from, from + 60'000), dump(*store.get().view(), from, from + 60'000)), "")
        << "step " << step;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Runs, Equality,
    ::testing::Values(
        Case{"Plain", {.seed = 1, .own_timestamps = false, .clock_steps = false}, 3'600'000, 300'000, 200, 0},
        Case{"OwnTimestamps", {.seed = 2, .clock_steps = false}, 3'600'000, 300'000, 200, 0},
        Case{"ClockSteps", {.seed = 3}, 3'600'000, 300'000, 200, 0},
        Case{"ManyWindows", {.seed = 4}, 60'000, 20'000, 250, 0},
        Case{"TinyWindows", {.seed = 5, .targets = 6}, 16'000, 5'000, 150, 0},
        Case{"ManySeries", {.seed = 6, .series_per_target = 200}, 120'000, 30'000, 100, 0},
        Case{"Restarts", {.seed = 7}, 3'600'000, 300'000, 200, 40},
        Case{"RestartsManyWindows", {.seed = 8}, 60'000, 20'000, 150, 33},
        Case{"RestartsTinyWindows", {.seed = 9, .targets = 6}, 16'000, 5'000, 100, 29},
        Case{"Beside", {.seed = 10, .beside = true}, 3'600'000, 300'000, 200, 0},
        Case{"BesideManyWindows", {.seed = 11, .beside = true}, 60'000, 20'000, 250, 0},
        Case{"BesideManySeries", {.seed = 12, .series_per_target = 200, .beside = true}, 120'000, 30'000, 100, 0},
        Case{"BesideRestarts", {.seed = 13, .beside = true}, 3'600'000, 300'000, 200, 40},
        Case{"BesideRestartsManyWindows", {.seed = 14, .beside = true}, 60'000, 20'000, 150, 33},
        Case{"BesideRestartsTinyWindows", {.seed = 15, .targets = 6, .beside = true}, 16'000, 5'000, 100, 29},
        Case{"Merges", {.seed = 16, .beside = true}, 60'000, 20'000, 300, 0, 4},
        Case{"MergesTinyWindows", {.seed = 17, .targets = 6, .beside = true}, 16'000, 2'000, 200, 0, 3},
        Case{"MergesAndRestarts", {.seed = 18, .beside = true}, 60'000, 20'000, 250, 17, 4},
        Case{"MergesAndRestartsTinyWindows", {.seed = 19, .targets = 6, .beside = true}, 16'000, 2'000, 150, 13, 2},
        Case{"OutOfOrder", {.seed = 16}, 3'600'000, 300'000, 200, 0, 24, 7'200'000},
        Case{"OutOfOrderManyWindows", {.seed = 17, .beside = true}, 60'000, 20'000, 150, 0, 4, 900'000},
        Case{"OutOfOrderSmall", {.seed = 18, .targets = 6}, 16'000, 5'000, 150, 0, 3, 30'000},
        Case{"OutOfOrderRestarts", {.seed = 19, .beside = true}, 60'000, 20'000, 150, 33, 4, 900'000}),
    [](const auto& param) { return std::string(param.param.name); });

}  // namespace
}  // namespace narthex::storage
