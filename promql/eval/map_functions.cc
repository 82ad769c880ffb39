// Functions of one value. Source: PromQL spec, section 7.
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <numbers>

#include "promql/eval/catalogue.h"

namespace narthex::promql {
namespace {

template <double (*F)(double)>
bool plain(double value, double, const double*, double& out) {
  out = F(value);
  return true;
}

// Ties go up: -2.5 becomes -2. The inverse, because 1/0.1 is exact where 0.1 is not.
bool round_to(double value, double, const double* parameters, double& out) {
  const double inverse = 1 / parameters[0];
  out = std::floor(value * inverse + 0.5) / inverse;
  return true;
}

// Unlike fmin and fmax, NaN wins.
double least(double a, double b) { return std::isnan(a) || std::isnan(b) ? kNormalNan : std::fmin(a, b); }
double most(double a, double b) { return std::isnan(a) || std::isnan(b) ? kNormalNan : std::fmax(a, b); }

bool clamp(double value, double, const double* bounds, double& out) {
  out = most(bounds[0], least(bounds[1], value));
  return !(bounds[1] < bounds[0]);
}
bool clamp_min(double value, double, const double* bounds, double& out) { return out = most(bounds[0], value), true; }
bool clamp_max(double value, double, const double* bounds, double& out) { return out = least(bounds[0], value), true; }

// timestamp() of what is no selector.
bool evaluation_time(double, double time, const double*, double& out) { return out = time, true; }

double sign_of(double value) { return value < 0 ? -1 : value > 0 ? 1 : value; }
double degrees(double value) { return value * 180 / std::numbers::pi; }
double radians(double value) { return value * std::numbers::pi / 180; }

// A point in time in UTC, from seconds since 1970.
struct Civil {
  int64_t days;  // since 1970-01-01
  int64_t second_of_day;
  std::chrono::year_month_day date;

  explicit Civil(double seconds) {
    // Beyond this no calendar is meant.
    constexpr double kLimit = 9e11;
    const auto whole = std::chrono::seconds(static_cast<int64_t>(std::clamp(seconds, -kLimit, kLimit)));
    const auto day = std::chrono::floor<std::chrono::days>(whole);
    days = day.count();
    second_of_day = (whole - day).count();
    date = std::chrono::sys_days(day);
  }
  int64_t year() const { return static_cast<int>(date.year()); }
  int64_t month() const { return static_cast<unsigned>(date.month()); }
  int64_t day_of_month() const { return static_cast<unsigned>(date.day()); }
  int64_t day_of_week() const { return std::chrono::weekday(std::chrono::sys_days(date)).c_encoding(); }
  int64_t day_of_year() const {
    return (std::chrono::sys_days(date) - std::chrono::sys_days(date.year() / 1 / 1)).count() + 1;
  }
  int64_t days_in_month() const {
    return static_cast<unsigned>((date.year() / date.month() / std::chrono::last).day());
  }
  int64_t hour() const { return second_of_day / 3600; }
  int64_t minute() const { return second_of_day / 60 % 60; }
};

template <int64_t (Civil::*Part)() const>
bool date_part(double value, double, const double*, double& out) {
  out = std::isnan(value) ? value : static_cast<double>((Civil(value).*Part)());
  return true;
}

struct Named {
  std::string_view name;
  MapFunction function;
};

constexpr std::array kFunctions = std::to_array<Named>({
    {"clamp", clamp},
    {"clamp_max", clamp_max},
    {"clamp_min", clamp_min},
    {"timestamp", evaluation_time},
    {"day_of_month", date_part<&Civil::day_of_month>},
    {"day_of_week", date_part<&Civil::day_of_week>},
    {"day_of_year", date_part<&Civil::day_of_year>},
    {"days_in_month", date_part<&Civil::days_in_month>},
    {"hour", date_part<&Civil::hour>},
    {"minute", date_part<&Civil::minute>},
    {"month", date_part<&Civil::month>},
    {"year", date_part<&Civil::year>},
    {"abs", plain<std::fabs>},
    {"acos", plain<std::acos>},
    {"acosh", plain<std::acosh>},
    {"asin", plain<std::asin>},
    {"asinh", plain<std::asinh>},
    {"atan", plain<std::atan>},
    {"atanh", plain<std::atanh>},
    {"ceil", plain<std::ceil>},
    {"cos", plain<std::cos>},
    {"cosh", plain<std::cosh>},
    {"deg", plain<degrees>},
    {"exp", plain<std::exp>},
    {"floor", plain<std::floor>},
    {"ln", plain<std::log>},
    {"log10", plain<std::log10>},
    {"log2", plain<std::log2>},
    {"rad", plain<radians>},
    {"sgn", plain<sign_of>},
    {"round", round_to},
    {"sin", plain<std::sin>},
    {"sinh", plain<std::sinh>},
    {"sqrt", plain<std::sqrt>},
    {"tan", plain<std::tan>},
    {"tanh", plain<std::tanh>},
});

}  // namespace

MapFunction find_map_function(std::string_view function) {
  for (const auto& [name, evaluate] : kFunctions) {
    if (name == function) return evaluate;
  }
  return nullptr;
}

}  // namespace narthex::promql
