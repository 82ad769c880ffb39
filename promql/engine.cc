#include "promql/engine.h"

#include <algorithm>
#include <map>

#include "base/quote.h"
#include "promql/eval/drop_name.h"
#include "promql/eval/operator.h"
#include "promql/plan/plan.h"

namespace narthex::promql {
namespace {

// A grid of this many steps costs little even when hardly a step has a sample, so that --query.max-samples need not
// forbid it.
constexpr int64_t kHarmlessSteps = 1'000'000;

const Expr& without_parentheses(const Expr& expr) {
  const Expr* inner = &expr;
  while (const auto* paren = std::get_if<ParenExpr>(&inner->node)) inner = paren->expr.get();
  return *inner;
}

// One evaluation of one expression. Not thread-safe.
class QueryRun {
 public:
  QueryRun(const EngineOptions& options, const storage::View& view, const Query& query, const Clock& clock)
      : options_(options), view_(view), query_(query), clock_(clock) {}

  Result<QueryResult> run(const Expr& expr) {
    const auto parameters = plan_parameters();
    if (!parameters) return parameters.error();
    auto plan = make_plan(expr, *parameters);
    if (!plan) return plan.error();
    QueryContext context(view_, query_.text, options_.features, std::move(plan->scans), limits(), clock_);
    if (auto go_on = context.poll(); !go_on) return go_on.error();
    auto done = plan->root->type == ValueType::kMatrix ? collect_windows(*plan->root, context)
                                                       : collect_steps(*plan->root, context);
    if (!done) return done.error();
    result_.warnings = std::move(context.warnings());
    result_.infos = std::move(context.infos());
    result_.samples_read = context.samples_read();
    result_.peak_samples = context.budget().peak();
    return std::move(result_);
  }

 private:
  bool instant() const { return query_.step_ms == 0; }

  Result<PlanParameters> plan_parameters() const {
    PlanParameters p;
    p.start = query_.start;
    p.end = query_.end;
    p.step_ms = query_.step_ms;
    p.lookback_ms = query_.lookback_ms != 0 ? query_.lookback_ms : options_.lookback_ms;
    p.default_subquery_step_ms = options_.default_subquery_step_ms;
    p.max_steps = static_cast<size_t>(std::max(options_.max_samples, kHarmlessSteps));
    p.grid.start = query_.start;
    if (instant()) return p;
    p.grid.step = query_.step_ms;
    p.grid.count = static_cast<size_t>((query_.end - query_.start) / query_.step_ms) + 1;
    if (p.grid.count > p.max_steps) return too_many_samples();
    return p;
  }

  QueryContext::Limits limits() const {
    const int64_t timeout_ms =
        query_.timeout_ms == 0 ? options_.timeout_ms : std::min(query_.timeout_ms, options_.timeout_ms);
    return {options_.max_samples, clock_.steady_ns() + timeout_ms * 1'000'000, query_.canceled};
  }

  // An expression that has a value per step.
  Result<> collect_steps(const Plan& plan, QueryContext& context) {
    const OperatorPtr root = build_operator(plan, context);
    if (auto opened = root->open(); !opened) return opened;
    StepColumn column;
    for (size_t i = 0; i < root->size(); ++i) {
      if (auto read = root->read(i, column); !read) return read;
      const size_t count = column.count();
      if (count == 0) continue;
      if (auto held = context.budget().hold(count); !held) return held;
      Series series{labels_of(*root, i), {}};
      series.samples.reserve(count);
      column.for_each([&](size_t step) {
        if (auto histogram = column.histogram(step)) {
          series.histograms.push_back({plan.grid.at(step), std::move(histogram)});
        } else {
          series.samples.push_back({plan.grid.at(step), column.value(step)});
        }
      });
      series_.push_back(std::move(series));
    }
    return finish(plan.type);
  }

  // A range vector of an instant query: its samples as they are.
  Result<> collect_windows(const Plan& plan, QueryContext& context) {
    const RangeSourcePtr root = build_range_source(plan, context);
    if (auto opened = root->open(); !opened) return opened;
    storage::Column column;
    for (size_t i = 0; i < root->size(); ++i) {
      if (auto read = root->read(i, column); !read) return read;
      if (column.empty()) continue;
      if (auto held = context.budget().hold(weight_of(column)); !held) return held;
      Series series{labels_of(*root, i), {}};
      for (size_t s = 0; s < column.size(); ++s) series.samples.push_back({column.timestamps[s], column.values[s]});
      series.histograms = std::move(column.histograms);
      series_.push_back(std::move(series));
    }
    return finish(ValueType::kMatrix);
  }

  Labels labels_of(const Labelled& series, size_t i) {
    merge_ = merge_ || series.name_is_due(i);
    return series.name_is_due(i) ? without_name(series.labels(i)) : series.labels(i);
  }

  Result<> finish(ValueType type) {
    if (merge_) {
      if (auto merged = merge_equal(); !merged) return merged;
    }
    if (type == ValueType::kScalar && instant()) {
      result_.value = Scalar{query_.start, series_.front().samples.front().value};
    } else if (type == ValueType::kVector && instant()) {
      result_.value = Vector{std::move(series_)};
    } else {
      std::sort(series_.begin(), series_.end(), [](const Series& a, const Series& b) { return a.metric < b.metric; });
      result_.value = Matrix{std::move(series_)};
    }
    return {};
  }

  // What delayed name removal left to do: series that are equal without their names become one, if they never exist
  // at the same time.
  Result<> merge_equal() {
    std::map<Labels, size_t> known;
    std::vector<Series> merged;
    for (Series& series : series_) {
      const auto [it, is_new] = known.emplace(series.metric, merged.size());
      if (is_new) {
        merged.push_back(std::move(series));
        continue;
      }
      std::vector<Sample>& samples = merged[it->second].samples;
      const auto middle = static_cast<std::ptrdiff_t>(samples.size());
      samples.insert(samples.end(), series.samples.begin(), series.samples.end());
      const auto earlier = [](const Sample& a, const Sample& b) { return a.timestamp < b.timestamp; };
      std::inplace_merge(samples.begin(), samples.begin() + middle, samples.end(), earlier);
      const auto same = [](const Sample& a, const Sample& b) { return a.timestamp == b.timestamp; };
      if (std::adjacent_find(samples.begin(), samples.end(), same) != samples.end()) return same_labelset();
    }
    series_ = std::move(merged);
    return {};
  }

  const EngineOptions& options_;
  const storage::View& view_;
  const Query& query_;
  const Clock& clock_;
  std::vector<Series> series_;
  bool merge_ = false;
  QueryResult result_;
};

}  // namespace

Result<QueryResult> Engine::instant(const storage::View& view, const Query& query) const {
  const auto expr = parse_expr(query.text, options_.features);
  if (!expr) return expr.error();
  const Expr& inner = without_parentheses(**expr);
  if (const auto* text = std::get_if<StringLiteral>(&inner.node)) {
    QueryResult result;
    result.value = String{query.start, text->value};
    return result;
  }
  return QueryRun(options_, view, query, *clock_).run(inner);
}

Result<QueryResult> Engine::range(const storage::View& view, const Query& query) const {
  const auto expr = parse_expr(query.text, options_.features);
  if (!expr) return expr.error();
  const ValueType type = type_of(**expr);
  if (type != ValueType::kVector && type != ValueType::kScalar) {
    return invalid("invalid expression type " + go_quote(documented_name(type)) +
                   " for range query, must be Scalar or instant Vector");
  }
  return QueryRun(options_, view, query, *clock_).run(**expr);
}

}  // namespace narthex::promql
