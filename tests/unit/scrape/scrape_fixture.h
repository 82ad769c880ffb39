// A manager on a naive store, and a scripted target: what tests of loops speak with.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "scrape/manager.h"
#include "tests/support/naive_store.h"
#include "tests/unit/scrape/scripted_target.h"

namespace narthex::scrape {

inline bool wait_for(const std::function<bool()>& condition, int patience_ms = 20'000) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(patience_ms);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

// A day in a few minutes: the manager's time runs this many times faster than the test's, while timeouts of requests
// stay real. So intervals are short to wait for, and a busy machine makes no scrape late.
inline constexpr int kRate = 200;

class FastClock final : public Clock {
 public:
  int64_t now_ns() const override { return kStart + passed(); }
  int64_t steady_ns() const override { return 1'000'000'000 + passed(); }

 private:
  static constexpr int64_t kStart = 1'767'225'600'000'000'000;
  int64_t passed() const { return (system_clock().steady_ns() - begun_) * kRate; }
  const int64_t begun_ = system_clock().steady_ns();
};

class ScrapeTest : public ::testing::Test {
 protected:
  // What the manager writes to, and what samples are read from.
  virtual storage::Store& store() { return store_; }
  virtual const storage::Queryable& readable() const { return store_; }

  static JobOptions job() {
    JobOptions options;
    options.job_name = "j";
    options.interval = Duration::seconds(10);
    options.timeout = Duration::seconds(10);
    return options;
  }

  void start(const JobOptions& options) { start(std::vector<JobOptions>{options}); }
  void start(const std::vector<JobOptions>& jobs) {
    ManagerOptions manager_options;
    manager_options.reactors = 2;
    manager_options.clock_rate = kRate;
    manager_ = Manager::create(manager_options, store(), clock_, null_log());
    ASSERT_TRUE(manager_->apply(jobs));
    for (const JobOptions& each : jobs) target_up(each.job_name);
  }
  void target_up(const std::string& job_name = "j") {
    manager_->set_targets(job_name, {{{{{"__address__", target_.address()}, {"instance", "i"}}}, {}, "0"}});
  }
  void target_gone(const std::string& job_name = "j") { manager_->set_targets(job_name, {}); }

  // Plays the bodies or answers one scrape each; returns when the scrape that got the last one is visible.
  template <class T>
  void play(const JobOptions& options, std::vector<T> answers) {
    const int count = static_cast<int>(answers.size());
    target_.script(std::move(answers));
    start(options);
    ASSERT_TRUE(wait_for([&] { return scrapes() >= count; }));
  }

  // Scrapes that are stored, good or not.
  int scrapes() const { return static_cast<int>(samples("up").size()); }

  // Samples of the series with these labels beside instance="i" and job="j", in time order.
  std::vector<Sample> samples(const std::string& metric, std::vector<Label> labels = {}) const {
    labels.push_back({"__name__", metric});
    labels.push_back({"instance", "i"});
    labels.push_back({"job", "j"});
    return samples_of(Labels(std::move(labels)));
  }
  std::vector<Sample> samples_of(const Labels& labels) const {
    const auto view = readable().view();
    std::vector<Matcher> matchers;
    for (const Label& label : labels) matchers.push_back(Matcher::equal(label.name, label.value));
    auto found = view->select(matchers, storage::kMinTime, storage::kMaxTime);
    std::vector<Sample> out;
    for (size_t i = 0; found && i < (*found)->size(); ++i) {
      if ((*found)->labels(i) != labels) continue;
      storage::Column column;
      EXPECT_TRUE((*found)->read(i, storage::kMinTime, storage::kMaxTime, column));
      for (size_t k = 0; k < column.size(); ++k) out.push_back({column.timestamps[k], column.values[k]});
    }
    return out;
  }

  // The first `count` values as text: `1 2 stale`; "-" where the scrape at that place left no sample (by the times of
  // `up`).
  std::string values(const std::string& metric, size_t count, std::vector<Label> labels = {}) const {
    const auto scraped = samples("up");
    const auto found = samples(metric, std::move(labels));
    std::string text;
    for (size_t i = 0; i < count && i < scraped.size(); ++i) {
      if (i > 0) text += " ";
      text += value_at(found, scraped[i].timestamp);
    }
    return text;
  }

  TargetStatus status() const { return manager_->status().at(0).active.at(0); }

  static std::string text_of(double value) {
    if (is_stale_marker(value)) return "stale";
    std::string text = std::to_string(value);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text;
  }

  FastClock clock_;
  testing::NaiveStore store_;
  ScriptedTarget target_;
  std::unique_ptr<Manager> manager_;  // first to go

 private:
  static std::string value_at(const std::vector<Sample>& samples, Timestamp timestamp) {
    for (const Sample& sample : samples) {
      if (sample.timestamp == timestamp) return text_of(sample.value);
    }
    return "-";
  }
};

}  // namespace narthex::scrape
