// The functions of PromQL by name: types of arguments and result. Source: the PromQL spec, section 7.
#include <algorithm>
#include <array>

#include "promql/ast.h"

namespace narthex::promql {
namespace {

constexpr ValueType V = ValueType::kVector;
constexpr ValueType M = ValueType::kMatrix;
constexpr ValueType S = ValueType::kScalar;
constexpr ValueType T = ValueType::kString;
constexpr bool kExperimental = true;

// Functions that take more, or other things, than one vector or one range vector.
std::vector<FunctionSignature> special_functions() {
  return {
      {"clamp", {V, S, S}},
      {"clamp_max", {V, S}},
      {"clamp_min", {V, S}},
      {"double_exponential_smoothing", {M, S, S}, 0, V, kExperimental},
      {"end", {}, 0, S, kExperimental},
      {"histogram_fraction", {S, S, V}},
      {"histogram_quantile", {S, V}},
      {"histogram_quantiles", {V, T, S, S}, 9, V, kExperimental},
      {"info", {V, V}, 1, V, kExperimental},
      {"label_join", {V, T, T, T}, -1},
      {"label_replace", {V, T, T, T, T}},
      {"mad_over_time", {M}, 0, V, kExperimental},
      {"max_of", {S, S}, 0, S, kExperimental},
      {"min_of", {S, S}, 0, S, kExperimental},
      {"pi", {}, 0, S},
      {"predict_linear", {M, S}},
      {"quantile_over_time", {S, M}},
      {"range", {}, 0, S, kExperimental},
      {"round", {V, S}, 1},
      {"scalar", {V}, 0, S},
      {"sort_by_label", {V, T}, -1, V, kExperimental},
      {"sort_by_label_desc", {V, T}, -1, V, kExperimental},
      {"start", {}, 0, S, kExperimental},
      {"start_timestamp", {V}, 0, V, kExperimental},
      {"step", {}, 0, S, kExperimental},
      {"time", {}, 0, S},
      {"ts_of_first_over_time", {M}, 0, V, kExperimental},
      {"ts_of_last_over_time", {M}, 0, V, kExperimental},
      {"ts_of_max_over_time", {M}, 0, V, kExperimental},
      {"ts_of_min_over_time", {M}, 0, V, kExperimental},
      {"vector", {S}},
  };
}

constexpr auto kOfVector = std::to_array<std::string_view>({"abs",
                                                            "absent",
                                                            "acos",
                                                            "acosh",
                                                            "asin",
                                                            "asinh",
                                                            "atan",
                                                            "atanh",
                                                            "ceil",
                                                            "cos",
                                                            "cosh",
                                                            "deg",
                                                            "exp",
                                                            "floor",
                                                            "ln",
                                                            "log10",
                                                            "log2",
                                                            "rad",
                                                            "sgn",
                                                            "sin",
                                                            "sinh",
                                                            "sort",
                                                            "sqrt",
                                                            "tan",
                                                            "histogram_avg",
                                                            "histogram_count",
                                                            "histogram_stddev",
                                                            "histogram_stdvar",
                                                            "sort_desc",
                                                            "tanh",
                                                            "timestamp",
                                                            "histogram_sum"});

constexpr auto kOfRange = std::to_array<std::string_view>(
    {"absent_over_time", "avg_over_time", "changes", "count_over_time", "delta", "deriv", "first_over_time", "idelta",
     "increase", "irate", "last_over_time", "max_over_time", "min_over_time", "present_over_time", "rate", "resets",
     "stddev_over_time", "stdvar_over_time", "sum_over_time"});

// Without an argument they take vector(time()).
constexpr auto kOfDate = std::to_array<std::string_view>(
    {"day_of_month", "day_of_week", "day_of_year", "days_in_month", "hour", "minute", "month", "year"});

std::vector<FunctionSignature> make_table() {
  std::vector<FunctionSignature> table = special_functions();
  for (std::string_view name : kOfVector) table.push_back({name, {V}});
  for (std::string_view name : kOfRange) table.push_back({name, {M}});
  for (std::string_view name : kOfDate) table.push_back({name, {V}, 1});
  std::sort(table.begin(), table.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return table;
}

}  // namespace

std::span<const FunctionSignature> function_table() {
  static const std::vector<FunctionSignature> table = make_table();
  return table;
}

const FunctionSignature* find_function(std::string_view name) {
  const auto table = function_table();
  const auto it = std::lower_bound(table.begin(), table.end(), name,
                                   [](const FunctionSignature& f, std::string_view n) { return f.name < n; });
  return it != table.end() && it->name == name ? &*it : nullptr;
}

}  // namespace narthex::promql
