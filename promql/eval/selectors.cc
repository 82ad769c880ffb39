// Selectors: samples of the store as columns of steps, or as raw windows. Source: PromQL spec, section 3.
#include "promql/eval/operator.h"

namespace narthex::promql {
namespace {

Error refused(const Plan& plan) {
  return Error{Code::kUnsupported, plan.consumer + " of native histograms is not evaluated by this version"};
}

// A series that ended may be marked by a histogram, too.
bool is_stale(const HistogramSample& sample) { return is_stale_marker(sample.histogram->sum); }

// The series of a scan, read one at a time.
class ScanReader {
 public:
  ScanReader(const Plan& plan, QueryContext& context) : plan_(plan), context_(context), held_(context.budget()) {}

  Result<> open() {
    if (plan_.grid.count == 0) return {};
    auto set = context_.series(plan_.scan);
    if (!set) return set.error();
    set_ = std::move(*set);
    return {};
  }
  size_t size() const { return set_ ? set_->size() : 0; }
  std::string_view label(size_t i, std::string_view name) const { return set_->label(i, name); }
  Labels labels(size_t i) const { return set_->labels(i); }

  // All samples that some step looks at, stale markers included.
  Result<> read(size_t i, storage::Column& out) {
    if (auto go_on = context_.poll(); !go_on) return go_on;
    out.clear();
    const Timestamp to = plan_.fixed ? plan_.eval_time(0) : plan_.eval_time(plan_.grid.count - 1);
    const Timestamp from = plan_.eval_time(0) - plan_.window_ms + 1;
    if (auto read = set_->read(i, from, to, out); !read) return prefixed("expanding series: ", read.error());
    const size_t weight = weight_of(out);
    context_.count_read(weight);
    return held_.resize(weight);
  }

 private:
  const Plan& plan_;
  QueryContext& context_;
  Held held_;
  std::shared_ptr<const storage::SeriesSet> set_;
};

// At each step the newest sample of the lookback window (t - lookback, t], unless that is a stale marker.
class InstantSelector final : public Operator {
 public:
  InstantSelector(const Plan& plan, QueryContext& context) : Operator(plan.grid), plan_(plan), reader_(plan, context) {}

  Result<> open() override { return reader_.open(); }
  size_t size() const override { return reader_.size(); }
  std::string_view label(size_t i, std::string_view name) const override { return reader_.label(i, name); }
  Labels labels(size_t i) const override { return reader_.labels(i); }

  Result<> read(size_t i, StepColumn& out) override {
    out.reset(grid().count);
    if (auto read = reader_.read(i, samples_); !read) return read;
    if (!samples_.histograms.empty()) return read_both(out);
    const size_t n = samples_.size();
    size_t next = 0;  // the first sample after the step
    for (size_t step = 0; step < grid().count; ++step) {
      const Timestamp t = plan_.eval_time(step);
      while (next < n && samples_.timestamps[next] <= t) ++next;
      if (next == 0 || samples_.timestamps[next - 1] <= t - plan_.window_ms) continue;
      const double value = samples_.values[next - 1];
      if (is_stale_marker(value)) continue;
      out.set(step, plan_.own_timestamps ? static_cast<double>(samples_.timestamps[next - 1]) / 1000 : value);
    }
    return {};
  }

 private:
  // The same where some samples are histograms.
  Result<> read_both(StepColumn& out) {
    const std::vector<HistogramSample>& histograms = samples_.histograms;
    size_t next = 0;
    size_t next_histogram = 0;
    for (size_t step = 0; step < grid().count; ++step) {
      const Timestamp t = plan_.eval_time(step);
      while (next < samples_.size() && samples_.timestamps[next] <= t) ++next;
      while (next_histogram < histograms.size() && histograms[next_histogram].timestamp <= t) ++next_histogram;
      const Timestamp number = next == 0 ? INT64_MIN : samples_.timestamps[next - 1];
      const HistogramSample* histogram = next_histogram == 0 ? nullptr : &histograms[next_histogram - 1];
      if (histogram != nullptr && histogram->timestamp < number) histogram = nullptr;
      const Timestamp newest = histogram != nullptr ? histogram->timestamp : number;
      if (newest == INT64_MIN || newest <= t - plan_.window_ms) continue;
      if (histogram != nullptr ? is_stale(*histogram) : is_stale_marker(samples_.values[next - 1])) continue;
      if (plan_.own_timestamps) {
        out.set(step, static_cast<double>(newest) / 1000);
      } else if (histogram == nullptr) {
        out.set(step, samples_.values[next - 1]);
      } else if (plan_.consumer.empty()) {
        out.set(step, histogram->histogram);
      } else {
        return refused(plan_);
      }
    }
    return {};
  }

  const Plan& plan_;
  ScanReader reader_;
  storage::Column samples_;
};

class RangeSelector final : public RangeSource {
 public:
  RangeSelector(const Plan& plan, QueryContext& context) : RangeSource(plan), reader_(plan, context) {}

  Result<> open() override { return reader_.open(); }
  size_t size() const override { return reader_.size(); }
  std::string_view label(size_t i, std::string_view name) const override { return reader_.label(i, name); }
  Labels labels(size_t i) const override { return reader_.labels(i); }

  Result<> read(size_t i, storage::Column& out) override {
    if (auto read = reader_.read(i, out); !read) return read;
    size_t kept = 0;
    for (size_t s = 0; s < out.size(); ++s) {
      if (is_stale_marker(out.values[s])) continue;
      out.timestamps[kept] = out.timestamps[s];
      out.values[kept++] = out.values[s];
    }
    out.timestamps.resize(kept);
    out.values.resize(kept);
    out.starts.clear();
    std::erase_if(out.histograms, is_stale);
    if (!plan().consumer.empty() && any_in_a_window(out.histograms)) return refused(plan());
    return {};
  }

 private:
  bool any_in_a_window(const std::vector<HistogramSample>& histograms) const {
    size_t next = 0;
    for (size_t step = 0; step < plan().grid.count; ++step) {
      while (next < histograms.size() && histograms[next].timestamp <= window_end(step) - window_ms()) ++next;
      if (next < histograms.size() && histograms[next].timestamp <= window_end(step)) return true;
    }
    return false;
  }

  ScanReader reader_;
};

// What lies between two steps of a subquery is not known, nor whether a counter was reset there.
std::shared_ptr<const Histogram> without_hint(std::shared_ptr<const Histogram> histogram) {
  if (histogram->reset_hint == CounterResetHint::kUnknown) return histogram;
  auto copy = std::make_shared<Histogram>(*histogram);
  copy->reset_hint = CounterResetHint::kUnknown;
  return copy;
}

// The inner expression at all multiples of the subquery's step that some window holds.
class Subquery final : public RangeSource {
 public:
  Subquery(const Plan& plan, OperatorPtr input, QueryContext& context)
      : RangeSource(plan), input_(std::move(input)), held_(context.budget()) {}

  Result<> open() override { return input_->open(); }
  size_t size() const override { return input_->size(); }
  std::string_view label(size_t i, std::string_view name) const override { return input_->label(i, name); }
  Labels labels(size_t i) const override { return input_->labels(i); }
  bool name_is_due(size_t i) const override { return input_->name_is_due(i); }

  Result<> read(size_t i, storage::Column& out) override {
    out.clear();
    if (auto read = input_->read(i, column_); !read) return read;
    if (auto held = held_.resize(column_.count()); !held) return held;
    column_.for_each([&](size_t step) {
      if (auto histogram = column_.histogram(step)) {
        out.histograms.push_back({input_->grid().at(step), without_hint(std::move(histogram))});
      } else {
        out.push(input_->grid().at(step), column_.value(step));
      }
    });
    return {};
  }

 private:
  OperatorPtr input_;
  Held held_;
  StepColumn column_;
};

}  // namespace

OperatorPtr make_instant_selector(const Plan& plan, QueryContext& context) {
  return std::make_unique<InstantSelector>(plan, context);
}
RangeSourcePtr make_range_selector(const Plan& plan, QueryContext& context) {
  return std::make_unique<RangeSelector>(plan, context);
}
RangeSourcePtr make_subquery(const Plan& plan, OperatorPtr input, QueryContext& context) {
  return std::make_unique<Subquery>(plan, std::move(input), context);
}

}  // namespace narthex::promql
