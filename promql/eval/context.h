// What the operators of one query share: the store's view, limits, annotations.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "promql/parser.h"
#include "promql/plan/plan.h"
#include "storage/querier.h"

namespace narthex::promql {

// Counts the samples that a query holds in memory at once. Not thread-safe.
class SampleBudget {
 public:
  explicit SampleBudget(int64_t limit) : limit_(limit) {}

  // kLimit, and nothing held, if the limit would be exceeded.
  Result<> hold(size_t samples);
  void release(size_t samples) { held_ -= static_cast<int64_t>(samples); }
  int64_t peak() const { return peak_; }

 private:
  int64_t limit_;
  int64_t held_ = 0;
  int64_t peak_ = 0;
};

// A part of the budget that grows and shrinks with a buffer, and ends with its owner.
class Held {
 public:
  explicit Held(SampleBudget& budget) : budget_(budget) {}
  ~Held() { budget_.release(samples_); }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

  // Now holds `samples` instead of what it held.
  Result<> resize(size_t samples);

 private:
  SampleBudget& budget_;
  size_t samples_ = 0;
};

// Not thread-safe; one per query.
class QueryContext {
 public:
  struct Limits {
    int64_t max_samples = 0;
    int64_t deadline_ns = 0;  // of the steady clock
    std::function<bool()> canceled;
  };

  QueryContext(const storage::View& view, std::string_view text, const Features& features, std::vector<Scan> scans,
               Limits limits, const Clock& clock);

  // kTimeout or kCanceled once the query shall end. Operators ask before each series.
  Result<> poll() const;

  // The series of a scan; looked up once per query.
  Result<std::shared_ptr<const storage::SeriesSet>> series(size_t scan);

  // Texts are kept once each; " (line:col)" of `position` is appended.
  void warn(std::string_view text, size_t position);
  void inform(std::string_view text, size_t position);

  SampleBudget& budget() { return budget_; }
  const Features& features() const { return features_; }
  void count_read(size_t samples) { samples_read_ += static_cast<int64_t>(samples); }
  int64_t samples_read() const { return samples_read_; }
  std::vector<std::string>& warnings() { return warnings_; }
  std::vector<std::string>& infos() { return infos_; }

 private:
  void annotate(std::vector<std::string>& list, std::string text, size_t position);

  const storage::View& view_;
  std::string_view text_;
  Features features_;
  std::vector<Scan> scans_;
  std::vector<std::shared_ptr<const storage::SeriesSet>> sets_;  // by scan; null until looked up
  Limits limits_;
  const Clock& clock_;
  SampleBudget budget_;
  int64_t samples_read_ = 0;
  std::set<std::string> known_;
  std::vector<std::string> warnings_;
  std::vector<std::string> infos_;
};

// What a column weighs in the budget: a number 1, a histogram as many as it is long.
size_t weight_of(const storage::Column& column);

// Code and text of a query that ran into --query.max-samples.
Error too_many_samples();

}  // namespace narthex::promql
