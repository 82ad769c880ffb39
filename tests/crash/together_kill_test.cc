// kill -9 at random moments while batches of many targets and two windows are committed: every acknowledged batch is
// there afterwards, and no part of another one.
//
// The test starts itself again as a writer ("--write folder first_step"), which reports each acknowledged batch's step
// through a pipe. A batch has a sample of every target on both sides of a window's edge, in series of its own.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <random>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "storage/store.h"

namespace narthex::storage {
namespace {

constexpr int kTargets = 300;
constexpr Timestamp kEdge = 472'223 * Timestamp{3'600'000};

std::string program;

// NARTHEX_KILLS, 20 by default.
int kills() {
  const char* text = std::getenv("NARTHEX_KILLS");
  return text == nullptr ? 20 : std::atoi(text);
}

std::unique_ptr<Store> open(const std::string& folder) {
  Options options;
  options.path = folder;
  auto store = Store::open(options, system_clock(), null_log());
  if (!store) ADD_FAILURE() << store.error().str();
  return store ? std::move(*store) : nullptr;
}

[[noreturn]] void write(const std::string& folder, int step) {
  const auto store = open(folder);
  std::vector<std::shared_ptr<TargetAppender>> appenders;
  for (int n = 0; n < kTargets; ++n) {
    appenders.push_back(store->open_target(Labels{{"instance", std::to_string(n)}, {"job", "j"}}));
  }
  for (;; ++step) {
    std::vector<std::unique_ptr<Scratch>> scratches;
    for (int n = 0; n < kTargets; ++n) {
      TargetAppender& appender = *appenders[static_cast<size_t>(n)];
      appender.take_remap();
      auto scratch = appender.begin(kEdge, kEdge);
      const Labels labels{
          {"__name__", "x"}, {"instance", std::to_string(n)}, {"job", "j"}, {"step", std::to_string(step)}};
      const Slot slot = *appender.resolve(*scratch, labels);
      scratch->set_at(slot, kEdge - 1000, step);
      scratch->set_at(slot, kEdge + 1000, step);
      scratches.push_back(std::move(scratch));
    }
    std::promise<CommitResult> promise;
    store->commit_all(std::move(scratches), CommitMode::kAllOrNothing,
                      [&](CommitResult r) { promise.set_value(std::move(r)); });
    if (!promise.get_future().get().status) std::_Exit(3);
    if (::write(STDOUT_FILENO, &step, sizeof step) != sizeof step) std::_Exit(4);
  }
}

// Starts a writer, ends it after a while; the last step it reported, or `step` - 1.
int write_and_kill(const std::string& folder, int step, int after_ms) {
  std::array<int, 2> pipe{};
  EXPECT_EQ(::pipe(pipe.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(pipe[1], STDOUT_FILENO);
    const std::string first = std::to_string(step);
    ::execl(program.c_str(), program.c_str(), "--write", folder.c_str(), first.c_str(), nullptr);
    std::_Exit(2);
  }
  ::close(pipe[1]);
  int last = step - 1;
  // The clock starts with the first batch.
  if (::read(pipe[0], &last, sizeof last) != sizeof last) ADD_FAILURE() << "the writer wrote nothing";
  ::usleep(static_cast<useconds_t>(after_ms) * 1000);
  ::kill(child, SIGKILL);
  while (::read(pipe[0], &last, sizeof last) == sizeof last) continue;
  ::close(pipe[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << status;
  return last;
}

// The series of a step that have both samples, and the samples of all of them.
std::pair<size_t, size_t> found(const View& view, int step) {
  const Matcher matchers[] = {Matcher::equal("step", std::to_string(step))};
  const auto set = *view.select(matchers, kMinTime, kMaxTime);
  std::pair<size_t, size_t> out;
  Column column;
  for (size_t i = 0; i < set->size(); ++i) {
    column.clear();
    EXPECT_TRUE(set->read(i, kMinTime, kMaxTime, column));
    out.first += column.values == std::vector<double>{static_cast<double>(step), static_cast<double>(step)};
    out.second += column.size();
  }
  return out;
}

TEST(TogetherKill, AcknowledgedBatchesAreWholeAndOthersAreNot) {
  const auto folder = std::filesystem::temp_directory_path() / ("narthex-together-" + std::to_string(::getpid()));
  std::filesystem::remove_all(folder);
  std::minstd_rand random(7);
  int step = 0;
  for (int i = 0; i < kills(); ++i) {
    const int acknowledged = write_and_kill(folder, step, static_cast<int>(random() % 40));
    const auto store = open(folder);
    ASSERT_TRUE(store);
    const auto view = store->view();
    for (; step <= acknowledged; ++step) {
      ASSERT_EQ(found(*view, step), std::pair(size_t{kTargets}, size_t{2 * kTargets})) << "step " << step;
    }
    // The one that was under way: all of it or nothing.
    const auto [whole, samples] = found(*view, step);
    ASSERT_TRUE(samples == 0 || whole == kTargets) << samples << " samples of step " << step;
    if (samples > 0) ++step;
  }
  EXPECT_GT(step, kills());
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace narthex::storage

int main(int argc, char** argv) {
  if (argc == 4 && std::string(argv[1]) == "--write") narthex::storage::write(argv[2], std::atoi(argv[3]));
  narthex::storage::program = std::filesystem::canonical("/proc/self/exe");
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
