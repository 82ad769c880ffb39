// Physical operators. Each gives its series one at a time, as a column: a value for every step of the grid, or none.
//
//   selector ──► range function ──► drop name ──► aggregate ──► result
//     one series' column is read, worked on and handed on, before the next one is touched
//
// Labels are looked at by index, where they are stored; whole label sets are made only for the result, or where equal
// ones must be found.
#pragma once

#include <bit>
#include <memory>
#include <vector>

#include "model/labels.h"
#include "promql/eval/context.h"

namespace narthex::promql {

// Values by step and which of them exist. A step may have a native histogram instead, which only selectors give, and
// only where no operator would take it for a number (plan/consumers.cc). Reused between series. Not thread-safe.
class StepColumn {
 public:
  void reset(size_t steps) {
    values_.resize(steps);
    present_.assign((steps + 63) / 64, 0);
    histograms_.clear();
  }
  size_t steps() const { return values_.size(); }
  bool has(size_t i) const { return present_[i >> 6] >> (i & 63) & 1; }
  double value(size_t i) const { return values_[i]; }
  // Null: the step has a number, or nothing.
  std::shared_ptr<const Histogram> histogram(size_t i) const { return histograms_.empty() ? nullptr : histograms_[i]; }
  void set(size_t i, double value) {
    values_[i] = value;
    present_[i >> 6] |= uint64_t{1} << (i & 63);
  }
  void set(size_t i, std::shared_ptr<const Histogram> histogram) {
    if (histograms_.empty()) histograms_.resize(steps());
    histograms_[i] = std::move(histogram);
    set(i, 0.0);
  }
  void erase(size_t i) { present_[i >> 6] &= ~(uint64_t{1} << (i & 63)); }
  size_t count() const {
    size_t n = 0;
    for (uint64_t word : present_) n += static_cast<size_t>(std::popcount(word));
    return n;
  }

  // Calls f(step) for each existing value, in order. `f` may erase the step it is called with.
  template <class F>
  void for_each(F f) const {
    for (size_t w = 0; w < present_.size(); ++w) {
      for (uint64_t word = present_[w]; word != 0; word &= word - 1) {
        f(w * 64 + static_cast<size_t>(std::countr_zero(word)));
      }
    }
  }

 private:
  std::vector<double> values_;
  std::vector<uint64_t> present_;
  std::vector<std::shared_ptr<const Histogram>> histograms_;  // by step; empty: there is none
};

// Series known by their labels. Not thread-safe.
class Labelled {
 public:
  virtual ~Labelled() = default;

  // Finds the series. Called once, before anything else.
  virtual Result<> open() = 0;
  virtual size_t size() const = 0;
  // "" if there is none. Lives as long as the operator.
  virtual std::string_view label(size_t i, std::string_view name) const = 0;
  virtual Labels labels(size_t i) const = 0;
  // With delayed name removal: the metric name is still there, but goes in the result.
  virtual bool name_is_due(size_t) const { return false; }
};

// An expression of type instant vector or scalar. A scalar is one series without labels that exists at every step.
class Operator : public Labelled {
 public:
  explicit Operator(const Grid& grid) : grid_(grid) {}

  const Grid& grid() const { return grid_; }
  // The column of series i, in any order.
  virtual Result<> read(size_t i, StepColumn& out) = 0;

 private:
  Grid grid_;
};

// An expression of type range vector. Its samples are in order of time and without stale markers.
class RangeSource : public Labelled {
 public:
  explicit RangeSource(const Plan& plan) : plan_(plan) {}

  // The samples of all windows of series i.
  virtual Result<> read(size_t i, storage::Column& out) = 0;
  // Window of step k: (window_end(k) - window_ms(), window_end(k)].
  Timestamp window_end(size_t k) const { return plan_.eval_time(k); }
  int64_t window_ms() const { return plan_.window_ms; }

 protected:
  const Plan& plan() const { return plan_; }

 private:
  const Plan& plan_;
};

using OperatorPtr = std::unique_ptr<Operator>;
using RangeSourcePtr = std::unique_ptr<RangeSource>;

// The operators of a plan, which must outlive them.
OperatorPtr build_operator(const Plan& plan, QueryContext& context);
RangeSourcePtr build_range_source(const Plan& plan, QueryContext& context);

// The makers of single operators.
OperatorPtr make_scalar(const Plan& plan);
OperatorPtr make_instant_selector(const Plan& plan, QueryContext& context);
OperatorPtr make_broadcast(const Plan& plan, OperatorPtr input);
OperatorPtr make_drop_name(const Plan& plan, OperatorPtr input, QueryContext& context);
OperatorPtr make_negate(const Plan& plan, OperatorPtr input);
OperatorPtr make_scalar_binary(const Plan& plan, OperatorPtr lhs, OperatorPtr rhs);
OperatorPtr make_vector_scalar(const Plan& plan, OperatorPtr vector, OperatorPtr scalar);
OperatorPtr make_map(const Plan& plan, OperatorPtr input, std::vector<OperatorPtr> parameters);
OperatorPtr make_scalar_of(const Plan& plan, OperatorPtr input);
OperatorPtr make_vector_of(const Plan& plan, OperatorPtr input);
OperatorPtr make_range_function(const Plan& plan, RangeSourcePtr input, std::vector<OperatorPtr> parameters,
                                QueryContext& context);
OperatorPtr make_aggregate(const Plan& plan, OperatorPtr input, QueryContext& context);

RangeSourcePtr make_range_selector(const Plan& plan, QueryContext& context);
RangeSourcePtr make_subquery(const Plan& plan, OperatorPtr input, QueryContext& context);

}  // namespace narthex::promql
