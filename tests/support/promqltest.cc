// Running scripts.
#include "tests/support/promqltest.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/number.h"
#include "tests/support/naive_store.h"

namespace narthex::testing::promqltest {
namespace {

using promql::Expr;
using promql::ExprPtr;

constexpr double kEpsilon = 1e-6;
constexpr double kSmallestNormal = 0x1p-1022;

// Source: PromQL spec, section 15.
bool almost_equal(double a, double b) {
  if (is_stale_marker(a) || is_stale_marker(b)) return is_stale_marker(a) && is_stale_marker(b);
  if (std::isnan(a) && std::isnan(b)) return true;
  if (a == b) return true;
  const double sum = std::abs(a) + std::abs(b);
  const double difference = std::abs(a - b);
  if (a == 0 || b == 0 || sum < kSmallestNormal) return difference < kEpsilon * kSmallestNormal;
  return difference / std::min(sum, std::numeric_limits<double>::max()) < kEpsilon;
}

// Walks a tree; `visit` is called before what is below. False: do not go below.
template <class Visit>
void walk(Expr& expr, Visit visit) {
  if (!visit(expr)) return;
  if (auto* n = std::get_if<promql::SubqueryExpr>(&expr.node)) walk(*n->expr, visit);
  if (auto* n = std::get_if<promql::ParenExpr>(&expr.node)) walk(*n->expr, visit);
  if (auto* n = std::get_if<promql::UnaryExpr>(&expr.node)) walk(*n->expr, visit);
  if (auto* n = std::get_if<promql::BinaryExpr>(&expr.node)) {
    walk(*n->lhs, visit);
    walk(*n->rhs, visit);
  }
  if (auto* n = std::get_if<promql::AggregateExpr>(&expr.node)) {
    if (n->param) walk(*n->param, visit);
    walk(*n->expr, visit);
  }
  if (auto* n = std::get_if<promql::Call>(&expr.node)) {
    for (ExprPtr& arg : n->args) walk(*arg, visit);
  }
}

const promql::VectorSelector* selector_of(const Expr& expr) {
  if (const auto* matrix = std::get_if<promql::MatrixSelector>(&expr.node)) return &matrix->vector;
  return std::get_if<promql::VectorSelector>(&expr.node);
}

bool uses_query_times(const promql::DurationExpr& expr) {
  using Kind = promql::DurationExpr::Kind;
  if (expr.kind == Kind::kStep || expr.kind == Kind::kRange) return true;
  return (expr.lhs && uses_query_times(*expr.lhs)) || (expr.rhs && uses_query_times(*expr.rhs));
}
bool uses_query_times(const promql::DurationValue& value) { return value.expr && uses_query_times(*value.expr); }

// Whether a duration in brackets or behind offset depends on the query's range or step.
bool has_query_times(Expr& expr) {
  bool found = false;
  walk(expr, [&](Expr& node) {
    if (const auto* n = std::get_if<promql::VectorSelector>(&node.node)) {
      found = found || uses_query_times(n->shift.offset);
    }
    if (const auto* n = std::get_if<promql::MatrixSelector>(&node.node)) {
      found = found || uses_query_times(n->range) || uses_query_times(n->vector.shift.offset);
    }
    if (const auto* n = std::get_if<promql::SubqueryExpr>(&node.node)) {
      found = found || uses_query_times(n->range) || uses_query_times(n->step) || uses_query_times(n->shift.offset);
    }
    return true;
  });
  return found;
}

bool calls_any_of(Expr& expr, const std::set<std::string_view>& functions) {
  bool found = false;
  walk(expr, [&](Expr& node) {
    const auto* call = std::get_if<promql::Call>(&node.node);
    found = found || (call != nullptr && functions.contains(call->function->name));
    return true;
  });
  return found;
}

const std::set<std::string_view> kTimeDependent = {
    "day_of_month",   "day_of_week", "day_of_year", "days_in_month", "hour", "minute", "month", "year",
    "predict_linear", "time",        "timestamp",   "start",         "end",  "range",  "step"};
const std::set<std::string_view> kRangeDependent = {"start", "end", "range", "step"};

// The query with @ on everything that has none, or "" if its result depends on the time it is asked at.
std::string with_at(const std::string& query, Timestamp t, const promql::Features& features) {
  ExprPtr expr = promql::parse_expr(query, features).value();
  if (calls_any_of(*expr, kTimeDependent)) return "";
  walk(*expr, [&](Expr& node) {
    promql::TimeShift* shift = nullptr;
    if (auto* n = std::get_if<promql::VectorSelector>(&node.node)) shift = &n->shift;
    if (auto* n = std::get_if<promql::MatrixSelector>(&node.node)) shift = &n->vector.shift;
    if (auto* n = std::get_if<promql::SubqueryExpr>(&node.node)) shift = &n->shift;
    if (shift != nullptr && !shift->fixed()) shift->at = t;
    return !std::holds_alternative<promql::SubqueryExpr>(node.node);
  });
  return promql::print(*expr);
}

// Compares an answer with what an eval expects. "" if they agree.
class Comparison {
 public:
  explicit Comparison(const Eval& eval) : eval_(eval) {}

  std::string run(const promql::QueryResult& result) const {
    if (const auto* vector = std::get_if<promql::Vector>(&result.value)) return compare(vector->series);
    if (const auto* matrix = std::get_if<promql::Matrix>(&result.value)) return compare_matrix(matrix->series);
    if (const auto* scalar = std::get_if<promql::Scalar>(&result.value)) return compare_scalar(scalar->value);
    const auto& string = std::get<promql::String>(result.value);
    return eval_.string == string.value ? "" : "string " + string.value;
  }

  std::string compare_scalar(double value) const {
    if (!eval_.scalar) return "an unexpected scalar " + float_plain(value);
    return almost_equal(*eval_.scalar, value) ? "" : "scalar " + float_plain(value);
  }

  // Instant vector: one value each.
  std::string compare(const std::vector<promql::Series>& got) const {
    if (eval_.string || eval_.scalar) return "a vector";
    for (size_t i = 0; i < got.size(); ++i) {
      const SeriesLine* wanted = find(got[i].metric);
      if (wanted == nullptr) return "unexpected " + got[i].metric.metric_str();
      if (eval_.ordered && wanted != &eval_.series[i]) return "not in order: " + got[i].metric.metric_str();
      const Item& item = wanted->items.front();
      if (item.kind != Item::Kind::kFloat || !almost_equal(item.value, got[i].samples.front().value)) {
        return got[i].metric.metric_str() + " is " + float_plain(got[i].samples.front().value);
      }
    }
    return missing(got);
  }

 private:
  std::string compare_matrix(const std::vector<promql::Series>& got) const {
    const Timestamp start = eval_.range_vector ? eval_.range_vector->start : eval_.start;
    const int64_t step = eval_.range_vector ? eval_.range_vector->step : eval_.step_ms;
    if (eval_.instant && !eval_.range_vector) return "a range vector";
    for (const promql::Series& series : got) {
      const SeriesLine* wanted = find(series.metric);
      if (wanted == nullptr && !eval_.scalar) return "unexpected " + series.metric.metric_str();
      if (wanted == nullptr) continue;
      std::vector<Item> items(wanted->items);
      for (const Sample& sample : series.samples) {
        const auto i = static_cast<size_t>((sample.timestamp - start) / step);
        const bool there = (sample.timestamp - start) % step == 0 && i < items.size();
        if (!there || items[i].kind != Item::Kind::kFloat || !almost_equal(items[i].value, sample.value)) {
          return series.metric.metric_str() + " at " + std::to_string(sample.timestamp) + " ms is " +
                 float_plain(sample.value);
        }
        items[i].kind = Item::Kind::kGap;
      }
      for (const Item& item : items) {
        if (item.kind != Item::Kind::kGap) return series.metric.metric_str() + " lacks a value";
      }
    }
    return missing(got);
  }

  std::string missing(const std::vector<promql::Series>& got) const {
    for (const SeriesLine& wanted : eval_.series) {
      const bool empty = std::all_of(wanted.items.begin(), wanted.items.end(),
                                     [](const Item& item) { return item.kind == Item::Kind::kGap; });
      const bool found =
          std::any_of(got.begin(), got.end(), [&](const promql::Series& s) { return s.metric == wanted.labels; });
      if (!found && !empty) return "missing " + wanted.labels.metric_str();
    }
    return "";
  }

  const SeriesLine* find(const Labels& labels) const {
    for (const SeriesLine& line : eval_.series) {
      if (line.labels == labels) return &line;
    }
    return nullptr;
  }

  const Eval& eval_;
};

std::string check_annotations(const std::vector<TextPattern>& wanted, bool none, const std::vector<std::string>& got,
                              const std::string& kind) {
  if (none && !got.empty()) return "unexpected " + kind + ": " + got.front();
  for (const TextPattern& pattern : wanted) {
    const auto matches = [&](const std::string& text) { return pattern.matches(text); };
    if (std::none_of(got.begin(), got.end(), matches)) return "no " + kind + " like: " + pattern.text;
  }
  if (wanted.empty()) return "";
  for (const std::string& text : got) {
    const auto matches = [&](const TextPattern& pattern) { return pattern.matches(text); };
    if (std::none_of(wanted.begin(), wanted.end(), matches)) return "unexpected " + kind + ": " + text;
  }
  return "";
}

class Runner {
 public:
  explicit Runner(const promql::EngineOptions& options) : engine_(options) {}

  Report run(const std::vector<Command>& script) {
    for (const Command& command : script) std::visit([&](const auto& c) { execute(c); }, command);
    return std::move(report_);
  }

 private:
  void execute(const Clear&) {
    store_ = std::make_unique<NaiveStore>();
    not_stored_.clear();
  }

  void execute(const Load& load) {
    for (const Labels& labels : load.with_start_timestamps) skip(labels);
    for (const SeriesLine& series : load.series) {
      if (series.has_histograms()) skip(series.labels);
      if (load.with_nhcb) note_nhcb(series.labels);
      for (size_t i = 0; i < series.items.size(); ++i) {
        if (series.items[i].kind != Item::Kind::kFloat) continue;
        store_->add(series.labels, static_cast<int64_t>(i) * load.interval_ms, series.items[i].value);
      }
    }
  }

  void skip(const Labels& labels) {
    not_stored_.push_back(labels);
    ++report_.skipped_series;
  }

  // x_bucket{le=…} would also give a native histogram x.
  void note_nhcb(const Labels& labels) {
    std::string_view name = labels.get(kMetricName);
    for (std::string_view ending : {"_bucket", "_sum", "_count"}) {
      if (!name.ends_with(ending)) continue;
      name.remove_suffix(ending.size());
      LabelsBuilder builder(labels);
      builder.set(kMetricName, name);
      builder.del("le");
      skip(builder.build());
      return;
    }
  }

  // Whether a selector of the query would find something that was not stored.
  bool needs_what_is_not_stored(Expr& expr) const {
    bool found = false;
    walk(expr, [&](Expr& node) {
      const promql::VectorSelector* selector = selector_of(node);
      if (selector == nullptr) return true;
      for (const Labels& labels : not_stored_) {
        found = found || std::all_of(selector->matchers.begin(), selector->matchers.end(),
                                     [&](const Matcher& m) { return m.matches(labels.get(m.name())); });
      }
      return true;
    });
    return found;
  }

  Result<promql::QueryResult> ask(const std::string& text, Timestamp start, Timestamp end, int64_t step) const {
    promql::Query query;
    query.text = text;
    query.start = start;
    query.end = end;
    query.step_ms = step;
    const auto view = store_->view();
    return step == 0 ? engine_.instant(*view, query) : engine_.range(*view, query);
  }

  void execute(const Eval& eval) {
    auto expr = promql::parse_expr(eval.query, engine_.options().features);
    if (!expr) {
      if (eval.fail && eval.fail->matches(expr.error().message)) {
        ++report_.passed;
      } else {
        fail(eval, expr.error().message);
      }
      return;
    }
    const auto result = ask(eval.query, eval.start, eval.end, eval.instant ? 0 : eval.step_ms);
    const bool refused = !result && result.error().code == Code::kUnsupported;
    if (refused || needs_what_is_not_stored(**expr)) {
      ++report_.unsupported;
      return;
    }
    std::string wrong = compare_first(eval, result);
    if (wrong.empty() && result && eval.instant) wrong = compare_again(eval, **expr, *result);
    if (wrong.empty()) {
      ++report_.passed;
    } else {
      fail(eval, wrong);
    }
  }

  static std::string compare_first(const Eval& eval, const Result<promql::QueryResult>& result) {
    if (!result) {
      const bool expected = eval.fail && eval.fail->matches(result.error().message);
      return expected ? "" : "error: " + result.error().message;
    }
    if (eval.fail) return "did not fail";
    std::string wrong = check_annotations(eval.warn, eval.no_warn, result->warnings, "warning");
    if (wrong.empty()) wrong = check_annotations(eval.info, eval.no_info, result->infos, "info");
    return wrong.empty() ? Comparison(eval).run(*result) : wrong;
  }

  std::string compare_again(const Eval& eval, Expr& expr, const promql::QueryResult& first) {
    std::string wrong = compare_at_other_times(eval);
    const bool skipped = eval.range_vector || eval.string || eval.ordered || calls_any_of(expr, kRangeDependent) ||
                         has_query_times(expr);
    if (wrong.empty() && !skipped) wrong = compare_as_range(eval, first);
    return wrong;
  }

  std::string compare_at_other_times(const Eval& eval) const {
    const Timestamp t = eval.start;
    if (eval.range_vector) return "";
    const std::string query = with_at(eval.query, t, engine_.options().features);
    if (query.empty()) return "";
    const std::vector<Timestamp> times =
        t == 0 ? std::vector<Timestamp>{-1000, 0, 1000} : std::vector<Timestamp>{-10 * t, 0, t / 5, t, 10 * t};
    for (Timestamp other : times) {
      const auto result = ask(query, other, other, 0);
      const std::string wrong = result ? Comparison(eval).run(*result) : result.error().message;
      if (!wrong.empty()) return query + " at " + std::to_string(other) + " ms: " + wrong;
    }
    return "";
  }

  std::string compare_as_range(const Eval& eval, const promql::QueryResult& first) const {
    constexpr int64_t kMinute = 60'000;
    const auto result = ask(eval.query, eval.start - kMinute, eval.start + kMinute, kMinute);
    if (!result) return "as a range query: " + result.error().message;
    std::vector<promql::Series> middle;
    for (const promql::Series& series : std::get<promql::Matrix>(result->value).series) {
      for (const Sample& sample : series.samples) {
        if (sample.timestamp == eval.start) middle.push_back({series.metric, {sample}});
      }
    }
    const bool scalar = std::holds_alternative<promql::Scalar>(first.value);
    const std::string wrong =
        scalar ? Comparison(eval).compare_scalar(middle.at(0).samples[0].value) : Comparison(eval).compare(middle);
    return wrong.empty() ? "" : "as a range query: " + wrong;
  }

  void fail(const Eval& eval, const std::string& why) {
    report_.failures.push_back("line " + std::to_string(eval.line) + ": " + eval.query + ": " + why);
  }

  promql::Engine engine_;
  std::unique_ptr<NaiveStore> store_ = std::make_unique<NaiveStore>();
  std::vector<Labels> not_stored_;
  Report report_;
};

}  // namespace

Report run_script(const std::vector<Command>& script, const promql::EngineOptions& options) {
  return Runner(options).run(script);
}

promql::EngineOptions script_engine_options() {
  promql::EngineOptions options;
  options.max_samples = 10'000;
  options.features = {true, true, true, true, true};
  return options;
}

}  // namespace narthex::testing::promqltest
