// kill -9 at random moments and at every named point, under load, with windows so small that sealing, merging and
// retention happen all the time: every acknowledged scrape is there afterwards, bit for bit, no half scrape, and every
// start opens.
//
// The test starts itself again as a writer ("--write folder first_step point nth"), which scrapes several targets as
// fast as it can and reports each acknowledged scrape through a pipe: {target, step}.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "tests/crash/workload.h"

namespace narthex::storage {
namespace {

// Every named point that this load passes, and the highest of its passes at which to die.
constexpr struct {
  const char* name;
  uint32_t nth;
} kPoints[] = {
    {"commit.prepared", 1000},   {"commit.logged", 1000},   {"commit.published", 1000}, {"definitions.encoded", 50},
    {"definitions.written", 50}, {"log.created", 4},        {"freeze.frozen", 4},       {"seal.begin", 4},
    {"segment.written", 4},      {"segment.synced", 4},     {"seal.written", 4},        {"apply.ingested", 4},
    {"apply.meta_written", 4},   {"apply.logs_dropped", 4}, {"seal.applied", 4},        {"seal.swapped", 4},
    {"merge.begin", 2},          {"merge.written", 2},      {"merge.applied", 2},       {"merge.swapped", 2},
    {"retention.applied", 2},
};

// NARTHEX_KILLS, 20 by default.
int kills() {
  const char* text = std::getenv("NARTHEX_KILLS");
  return text == nullptr ? 20 : std::atoi(text);
}

std::string program;

struct Acknowledged {
  uint32_t target;
  uint32_t step;
};
constexpr uint32_t kAtPoint = UINT32_MAX;  // as a target: the named point is reached

void report(uint32_t target, uint32_t step) {
  const Acknowledged message{target, step};
  if (::write(STDOUT_FILENO, &message, sizeof(message)) != sizeof(message)) ::_exit(5);
}

std::function<void(std::string_view)> die_at(const std::string& wanted, uint32_t nth) {
  return [wanted, nth, passes = std::make_shared<std::atomic<uint32_t>>(0)](std::string_view point) {
    if (point != wanted || ++*passes != nth) return;
    report(kAtPoint, 0);
    ::kill(::getpid(), SIGKILL);
    for (;;) ::pause();
  };
}

void scrape(TargetAppender& appender, uint32_t t, uint32_t step) {
  appender.take_remap();
  auto scratch = appender.begin(time_of(step), time_of(step));
  for (uint32_t s = 0; s < kSeries; ++s) {
    if (!exposed(step, s)) continue;
    const auto slot = appender.resolve(*scratch, series_labels(t, step, s));
    const double value = std::bit_cast<double>(bits_of(t, step, s));
    if (is_histogram(s)) {
      scratch->set_histogram(*slot, histogram_of(t, step, s));
    } else if (lag_of(s) != 0) {
      scratch->set_at(*slot, time_of(step) - lag_of(s), value);
    } else {
      scratch->set(*slot, value);
    }
    if (start_of(step, s) != 0) scratch->set_start(*slot, start_of(step, s));
    if (s == 0) scratch->add_exemplar(*slot, exemplar_of(t, step));
  }
  appender.commit(std::move(scratch), [t, step](CommitResult result) {
    if (!result.status) ::_exit(4);
    if (result.out_of_order + result.duplicate_timestamp + result.out_of_bounds + result.too_old > 0) ::_exit(7);
    report(t, step);
  });
}

int write_until_killed(const std::string& folder, uint32_t first_step, const std::string& point, uint32_t nth) {
  Options options = crash_options(folder);
  options.at_point = die_at(point, nth);
  auto store = Store::open(options, system_clock(), null_log());
  if (!store) return 3;
  std::vector<std::shared_ptr<TargetAppender>> appenders;
  for (uint32_t t = 0; t < kTargets; ++t) appenders.push_back((*store)->open_target(target_labels(t)));
  for (uint32_t step = first_step;; ++step) {
    for (uint32_t t = 0; t < kTargets; ++t) scrape(*appenders[t], t, step);
    // Sealing keeps up, so that a run meets all of it.
    while ((*store)->stats().windows_to_seal > 2) ::usleep(1000);
  }
}

struct Death {
  useconds_t after_us;
  std::string point = "none";
  uint32_t nth = 0;
};

// Runs a writer until its death, and returns what it reported.
std::vector<Acknowledged> run_and_kill(const std::string& folder, uint32_t first_step, const Death& death) {
  int pipe_ends[2];
  EXPECT_EQ(::pipe(pipe_ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(pipe_ends[1], STDOUT_FILENO);
    ::close(pipe_ends[0]);
    const std::string step = std::to_string(first_step), nth = std::to_string(death.nth);
    ::execl(program.c_str(), program.c_str(), "--write", folder.c_str(), step.c_str(), death.point.c_str(), nth.c_str(),
            nullptr);
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
  const int64_t until = system_clock().steady_ns() + int64_t{death.after_us} * 1000;
  while (system_clock().steady_ns() < until && read_one()) {
  }
  ::kill(child, SIGKILL);
  while (read_one()) {
  }
  ::close(pipe_ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself with " << WEXITSTATUS(status);
  EXPECT_EQ(WTERMSIG(status), SIGKILL) << "the writer crashed";
  return acknowledged;
}

using Found = std::map<uint32_t, std::set<uint32_t>>;  // step -> series that have it
using Steps = std::map<uint32_t, bool>;                // by step: acknowledged

// Checks one series; counts the steps that have it.
void check_series(const std::string& name, const Column& column, uint32_t target, uint32_t series, Found& found) {
  const auto step_of = [&](Timestamp t) { return static_cast<uint32_t>((t + lag_of(series) - kStart) / kInterval); };
  EXPECT_TRUE(is_histogram(series) ? column.size() == 0 : column.histograms.empty());
  for (size_t k = 0; k < column.size(); ++k) {
    const uint32_t step = step_of(column.timestamps[k]);
    EXPECT_EQ(std::bit_cast<uint64_t>(column.values[k]), bits_of(target, step, series)) << step << " m" << series;
    EXPECT_EQ(column.starts.empty() ? 0 : column.starts[k], start_of(step, series)) << step << " m" << series;
    EXPECT_EQ(name, metric_of(step, series)) << step;
    found[step].insert(series);
  }
  for (const HistogramSample& h : column.histograms) {
    const uint32_t step = step_of(h.timestamp);
    EXPECT_TRUE(same_bits(*h.histogram, histogram_of(target, step, series))) << step << " m" << series;
    EXPECT_EQ(h.start, start_of(step, series)) << step << " m" << series;
    EXPECT_EQ(name, metric_of(step, series)) << step;
    found[step].insert(series);
  }
}

// Exemplars go with the segment of the window that was sealed next when they came: up to four windows early here, where
// data time runs a thousand times faster than sealing expects.
constexpr uint32_t kExemplarSlack = 240;

void check_exemplars(const Store& store, uint32_t target, uint32_t first, const Steps& acknowledged) {
  const std::vector<Matcher> sets[] = {{Matcher::equal("instance", std::to_string(target))}};
  std::map<uint32_t, bool> found;
  for (const SeriesExemplars& series : store.exemplars(sets, kMinTime, kMaxTime)) {
    for (const Exemplar& e : series.exemplars) {
      const auto step = static_cast<uint32_t>((e.timestamp - kStart) / kInterval);
      EXPECT_TRUE(same_bits(e, exemplar_of(target, step))) << step;
      found[step] = true;
    }
  }
  for (const auto& [step, yes] : acknowledged) {
    const bool asked_for = first == 0 || step >= first + kExemplarSlack;
    EXPECT_TRUE(!asked_for || found.contains(step)) << "lost the exemplar of step " << step;
  }
}

// Checks one target, from step `first` on for being whole; returns the last step found.
uint32_t check_target(const View& view, uint32_t target, uint32_t first, const Steps& acknowledged) {
  const Matcher matchers[] = {Matcher::equal("instance", std::to_string(target))};
  auto set = view.select(matchers, kMinTime, kMaxTime);
  EXPECT_TRUE(set);
  Found found;
  Column column;
  for (size_t i = 0; i < (*set)->size(); ++i) {
    const std::string name((*set)->label(i, "__name__"));
    const auto series = static_cast<uint32_t>(std::stoul(name.substr(1)));
    column.clear();
    EXPECT_TRUE((*set)->read(i, kMinTime, kMaxTime, column));
    check_series(name, column, target, series, found);
  }
  for (const auto& [step, yes] : acknowledged) EXPECT_TRUE(found.contains(step)) << "lost step " << step;
  for (const auto& [step, there] : found) {
    for (uint32_t s = 0; step >= first && s < kSeries; ++s) {
      EXPECT_EQ(there.contains(s), exposed(step, s)) << "half a scrape at step " << step << ": m" << s;
    }
  }
  return found.empty() ? 0 : found.rbegin()->first;
}

// What retention may have taken a part of is not asked for.
uint32_t first_whole_step(const Store& store) {
  const int64_t kept = store.stats().max_time - kRetention + kLag - kStart;
  return kept < 0 ? 0 : static_cast<uint32_t>(kept / kInterval) + 1;
}

class KillNine : public ::testing::Test {
 protected:
  KillNine() { std::filesystem::remove_all(folder_); }
  ~KillNine() override { std::filesystem::remove_all(folder_); }

  // Whether the named point was reached.
  bool kill_and_check(const Death& death) {
    bool reached = false;
    for (const Acknowledged& a : run_and_kill(folder_, step_, death)) {
      if (a.target == kAtPoint) reached = true;
      if (a.target == kAtPoint) continue;
      acknowledged_[a.target][a.step] = true;
      ++scrapes_;
    }
    auto store = Store::open(crash_options(folder_), system_clock(), null_log());
    EXPECT_TRUE(store) << store.error().str();
    if (!store) return reached;
    const uint32_t first = first_whole_step(**store);
    const auto view = (*store)->view();
    for (uint32_t t = 0; t < kTargets; ++t) {
      acknowledged_[t].erase(acknowledged_[t].begin(), acknowledged_[t].lower_bound(first));
      step_ = std::max(step_, check_target(*view, t, first, acknowledged_[t]) + 1);
      check_exemplars(**store, t, first, acknowledged_[t]);
    }
    return reached;
  }

  const std::string folder_ = std::filesystem::temp_directory_path() / ("narthex-kill-" + std::to_string(::getpid()));
  std::array<Steps, kTargets> acknowledged_;
  std::mt19937 random_{20};
  uint32_t step_ = 0;
  size_t scrapes_ = 0;
};

TEST_F(KillNine, AtRandomTimesLosesNoAcknowledgedScrape) {
  const int count = kills();
  for (int kill = 0; kill < count && !HasFailure(); ++kill) {
    kill_and_check({static_cast<useconds_t>(random_() % 300'000)});
  }
  EXPECT_GT(scrapes_, static_cast<size_t>(count));
}

TEST_F(KillNine, AtEachNamedPointLosesNoAcknowledgedScrape) {
  const int rounds = std::max(1, kills() / 25);
  for (int round = 0; round < rounds; ++round) {
    for (const auto& [name, nth] : kPoints) {
      SCOPED_TRACE(name);
      const bool reached = kill_and_check({30'000'000, name, static_cast<uint32_t>(1 + random_() % nth)});
      ASSERT_TRUE(reached) << "the load no longer passes " << name;
      ASSERT_FALSE(HasFailure());
    }
  }
}

}  // namespace
}  // namespace narthex::storage

int main(int argc, char** argv) {
  using namespace narthex::storage;
  program = std::filesystem::canonical("/proc/self/exe");
  if (argc == 6 && std::string(argv[1]) == "--write") {
    return write_until_killed(argv[2], static_cast<uint32_t>(std::stoul(argv[3])), argv[4],
                              static_cast<uint32_t>(std::stoul(argv[5])));
  }
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
