// kill -9 at random moments under load: every acknowledged scrape is there afterwards, bit for bit, and no half scrape.
//
// The test starts itself again as a writer ("--write folder first_step"), which scrapes several targets as fast as it
// can and reports each acknowledged scrape through a pipe: {target, step}. Values follow from (target, step, series).
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "storage/store.h"

namespace narthex::storage {
namespace {

// NARTHEX_KILLS, 20 by default.
int kills() {
  const char* text = std::getenv("NARTHEX_KILLS");
  return text == nullptr ? 20 : std::atoi(text);
}

constexpr uint32_t kTargets = 6;
constexpr uint32_t kSeries = 150;
constexpr int64_t kStart = 1'700'000'000'000;
constexpr int64_t kInterval = 1000;

std::string program;

struct Acknowledged {
  uint32_t target;
  uint32_t step;
};

uint64_t mix(uint64_t x) {
  x ^= x >> 33, x *= 0xff51afd7ed558ccdull, x ^= x >> 33, x *= 0xc4ceb9fe1a85ec53ull;
  return x ^ x >> 33;
}

// Constant series, counters and any bits at all.
uint64_t bits_of(uint32_t target, uint32_t step, uint32_t series) {
  if (series % 3 == 0) return std::bit_cast<uint64_t>(static_cast<double>(series));
  if (series % 3 == 1) return std::bit_cast<uint64_t>(static_cast<double>(step) * 7 + series);
  return mix(uint64_t{target} << 40 ^ uint64_t{step} << 10 ^ series);
}

// Every fifth series is a native histogram, now and then with another layout.
bool is_histogram(uint32_t series) { return series % 5 == 4; }
Histogram histogram_of(uint32_t target, uint32_t step, uint32_t series) {
  Histogram h;
  h.schema = 3;
  h.count = mix(uint64_t{step} << 20 ^ series);
  h.sum = std::bit_cast<double>(bits_of(target, step, series));
  h.positive.spans = {{static_cast<int32_t>(step / 7), 1 + step / 11 % 3}};
  for (uint32_t i = 0; i < h.positive.spans[0].length; ++i) h.positive.integers.push_back(step * i);
  return h;
}
Timestamp start_of(uint32_t step, uint32_t series) { return series % 4 == 0 ? kStart + step / 13 : 0; }
Exemplar exemplar_of(uint32_t target, uint32_t step) {
  return {Labels{{"step", std::to_string(step)}}, static_cast<double>(target), kStart + int64_t{step} * kInterval};
}

// Lines come and go.
bool exposed(uint32_t step, uint32_t series) { return series % 10 != 9 || step / 5 % 2 == 0; }

Options options(const std::string& folder) {
  Options out;
  out.path = folder;
  out.window_ms = 60'000;
  out.overlap_ms = 10'000;
  out.key_frame_ms = 15'000;
  return out;
}

Labels target_labels(uint32_t target) { return Labels{{"instance", std::to_string(target)}, {"job", "crash"}}; }

Labels series_labels(uint32_t target, uint32_t series) {
  return Labels{{"__name__", "m" + std::to_string(series)}, {"instance", std::to_string(target)}, {"job", "crash"}};
}

int write_until_killed(const std::string& folder, uint32_t first_step) {
  auto store = Store::open(options(folder), system_clock(), null_log());
  if (!store) return 3;
  std::vector<std::shared_ptr<TargetAppender>> appenders;
  for (uint32_t t = 0; t < kTargets; ++t) appenders.push_back((*store)->open_target(target_labels(t)));
  for (uint32_t step = first_step;; ++step) {
    for (uint32_t t = 0; t < kTargets; ++t) {
      TargetAppender& appender = *appenders[t];
      appender.take_remap();
      const Timestamp at = kStart + int64_t{step} * kInterval;
      auto scratch = appender.begin(at, at);
      for (uint32_t s = 0; s < kSeries; ++s) {
        if (!exposed(step, s)) continue;
        const auto slot = appender.resolve(*scratch, series_labels(t, s));
        if (is_histogram(s)) scratch->set_histogram(*slot, histogram_of(t, step, s));
        if (!is_histogram(s)) scratch->set(*slot, std::bit_cast<double>(bits_of(t, step, s)));
        if (start_of(step, s) != 0) scratch->set_start(*slot, start_of(step, s));
        if (s == 0) scratch->add_exemplar(*slot, exemplar_of(t, step));
      }
      appender.commit(std::move(scratch), [t, step](CommitResult result) {
        if (!result.status) ::_exit(4);
        const Acknowledged message{t, step};
        if (::write(STDOUT_FILENO, &message, sizeof(message)) != sizeof(message)) ::_exit(5);
      });
    }
  }
}

// Runs a writer, kills it after `microseconds`, and returns what it reported.
std::vector<Acknowledged> run_and_kill(const std::string& folder, uint32_t first_step, useconds_t microseconds) {
  int pipe_ends[2];
  EXPECT_EQ(::pipe(pipe_ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(pipe_ends[1], STDOUT_FILENO);
    ::close(pipe_ends[0]);
    const std::string step = std::to_string(first_step);
    ::execl(program.c_str(), program.c_str(), "--write", folder.c_str(), step.c_str(), nullptr);
    ::_exit(6);
  }
  ::close(pipe_ends[1]);
  std::vector<Acknowledged> acknowledged;
  Acknowledged message{};
  const auto read_one = [&] {
    if (::read(pipe_ends[0], &message, sizeof(message)) != sizeof(message)) return false;
    acknowledged.push_back(message);
    return true;
  };
  read_one();  // it is at work now
  const int64_t until = system_clock().steady_ns() + int64_t{microseconds} * 1000;
  while (system_clock().steady_ns() < until && read_one()) {
  }
  ::kill(child, SIGKILL);
  while (read_one()) {
  }
  ::close(pipe_ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself with " << WEXITSTATUS(status);
  return acknowledged;
}

using Steps = std::map<uint32_t, bool>;  // by step: acknowledged

// Checks one series; counts the steps that have it.
void check_series(const Column& column, uint32_t target, uint32_t series, std::map<uint32_t, uint32_t>& found) {
  const auto step_of = [](Timestamp t) { return static_cast<uint32_t>((t - kStart) / kInterval); };
  EXPECT_TRUE(is_histogram(series) ? column.size() == 0 : column.histograms.empty());
  for (size_t k = 0; k < column.size(); ++k) {
    const uint32_t step = step_of(column.timestamps[k]);
    EXPECT_EQ(std::bit_cast<uint64_t>(column.values[k]), bits_of(target, step, series)) << step << " m" << series;
    EXPECT_EQ(column.starts.empty() ? 0 : column.starts[k], start_of(step, series)) << step << " m" << series;
    ++found[step];
  }
  for (const HistogramSample& h : column.histograms) {
    const uint32_t step = step_of(h.timestamp);
    EXPECT_TRUE(same_bits(*h.histogram, histogram_of(target, step, series))) << step << " m" << series;
    EXPECT_EQ(h.start, start_of(step, series)) << step << " m" << series;
    ++found[step];
  }
}

void check_exemplars(const Store& store, uint32_t target, const Steps& acknowledged) {
  const std::vector<Matcher> sets[] = {{Matcher::equal("instance", std::to_string(target))}};
  std::map<uint32_t, bool> found;
  for (const SeriesExemplars& series : store.exemplars(sets, kMinTime, kMaxTime)) {
    for (const Exemplar& e : series.exemplars) {
      const auto step = static_cast<uint32_t>((e.timestamp - kStart) / kInterval);
      EXPECT_TRUE(same_bits(e, exemplar_of(target, step))) << step;
      found[step] = true;
    }
  }
  for (const auto& [step, yes] : acknowledged)
    EXPECT_TRUE(found.contains(step)) << "lost the exemplar of step " << step;
}

// Checks one target; returns the last step found.
uint32_t check_target(const View& view, uint32_t target, const Steps& acknowledged) {
  const Matcher matchers[] = {Matcher::equal("instance", std::to_string(target))};
  auto set = view.select(matchers, kMinTime, kMaxTime);
  EXPECT_TRUE(set);
  std::map<uint32_t, uint32_t> found;  // step -> series that have it
  Column column;
  for (size_t i = 0; i < (*set)->size(); ++i) {
    const auto series = static_cast<uint32_t>(std::stoul(std::string((*set)->label(i, "__name__").substr(1))));
    column.clear();
    EXPECT_TRUE((*set)->read(i, kMinTime, kMaxTime, column));
    check_series(column, target, series, found);
  }
  for (const auto& [step, yes] : acknowledged) EXPECT_TRUE(found.contains(step)) << "lost step " << step;
  for (const auto& [step, count] : found) {
    uint32_t whole = 0;
    for (uint32_t s = 0; s < kSeries; ++s) whole += exposed(step, s);
    EXPECT_EQ(count, whole) << "half a scrape at step " << step;
  }
  return found.empty() ? 0 : found.rbegin()->first;
}

TEST(KillNine, EveryAcknowledgedScrapeIsThereAndNoHalfOne) {
  const auto folder = std::filesystem::temp_directory_path() / ("narthex-kill-" + std::to_string(::getpid()));
  std::filesystem::remove_all(folder);
  std::array<Steps, kTargets> acknowledged;
  std::mt19937 random(20);
  uint32_t step = 0;
  const int count = kills();
  for (int kill = 0; kill < count && !::testing::Test::HasFailure(); ++kill) {
    for (const Acknowledged& a : run_and_kill(folder, step, static_cast<useconds_t>(random() % 150'000))) {
      acknowledged[a.target][a.step] = true;
    }
    auto store = Store::open(options(folder), system_clock(), null_log());
    ASSERT_TRUE(store) << store.error().str();
    const auto view = (*store)->view();
    for (uint32_t t = 0; t < kTargets; ++t) {
      step = std::max(step, check_target(*view, t, acknowledged[t]) + 1);
      check_exemplars(**store, t, acknowledged[t]);
    }
  }
  size_t scrapes = 0;
  for (const Steps& steps : acknowledged) scrapes += steps.size();
  EXPECT_GT(scrapes, static_cast<size_t>(count));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace narthex::storage

int main(int argc, char** argv) {
  using namespace narthex::storage;
  program = std::filesystem::canonical("/proc/self/exe");
  if (argc == 4 && std::string(argv[1]) == "--write") {
    return write_until_killed(argv[2], static_cast<uint32_t>(std::stoul(argv[3])));
  }
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
