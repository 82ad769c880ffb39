// Functions over range vectors: each series is read once, and a window slides over it from step to step.
#include <array>

#include "base/quote.h"
#include "promql/eval/catalogue.h"
#include "promql/eval/through.h"

namespace narthex::promql {
namespace {

// What the name of a counter ends with. Source: PromQL spec, section 6.
bool is_named_like_counter(std::string_view name) {
  for (std::string_view ending : {"_total", "_sum", "_count", "_bucket"}) {
    if (name.ends_with(ending)) return true;
  }
  return false;
}

class RangeFunction final : public Operator {
 public:
  RangeFunction(const Plan& plan, RangeSourcePtr source, std::vector<OperatorPtr> parameters, QueryContext& context)
      : Operator(plan.grid),
        plan_(plan),
        source_(std::move(source)),
        function_(make_window_function(name())),
        parameters_(std::move(parameters)),
        context_(context) {}

  Result<> open() override {
    if (auto opened = parameters_.open(); !opened) return opened;
    return source_->open();
  }
  size_t size() const override { return source_->size(); }
  std::string_view label(size_t i, std::string_view name) const override { return source_->label(i, name); }
  Labels labels(size_t i) const override { return source_->labels(i); }
  bool name_is_due(size_t i) const override { return source_->name_is_due(i); }

  Result<> read(size_t i, StepColumn& out) override {
    out.reset(grid().count);
    if (auto read = source_->read(i, samples_); !read) return read;
    function_->begin(samples_);
    const bool any = slide(out);
    if (any && (name() == "rate" || name() == "increase")) check_counter_name(i);
    return {};
  }

 private:
  std::string_view name() const { return std::get<Call>(plan_.expr->node).function->name; }

  bool slide(StepColumn& out) {
    bool any = false;
    const std::vector<Timestamp>& times = samples_.timestamps;
    size_t first = 0;
    size_t last = 0;
    for (size_t step = 0; step < grid().count; ++step) {
      const Timestamp end = source_->window_end(step);
      const Timestamp start = end - source_->window_ms();
      while (last < times.size() && times[last] <= end) ++last;
      while (first < last && times[first] <= start) ++first;
      if (first == last) continue;
      double result = 0;
      const Window window{samples_, first, last, start, end, grid().at(step), parameters_.at(step)};
      if (!function_->evaluate(window, result)) continue;
      out.set(step, result);
      any = true;
    }
    return any;
  }

  void check_counter_name(size_t i) {
    const std::string_view metric = source_->label(i, kMetricName);
    if (metric.empty() || is_named_like_counter(metric)) return;
    context_.inform(
        "metric might not be a counter, name does not end in _total/_sum/_count/_bucket: " + go_quote(metric),
        std::get<Call>(plan_.expr->node).args[0]->span.start);
  }

  const Plan& plan_;
  RangeSourcePtr source_;
  std::unique_ptr<WindowFunction> function_;
  ScalarColumns parameters_;
  QueryContext& context_;
  storage::Column samples_;
};

}  // namespace

OperatorPtr make_range_function(const Plan& plan, RangeSourcePtr input, std::vector<OperatorPtr> parameters,
                                QueryContext& context) {
  return std::make_unique<RangeFunction>(plan, std::move(input), std::move(parameters), context);
}

}  // namespace narthex::promql
