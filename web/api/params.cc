#include "web/api/params.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>

#include "base/number.h"
#include "base/quote.h"
#include "promql/engine.h"

namespace narthex::web {
namespace {

constexpr std::string_view kEarliestText = "-292273086-05-16T16:47:06Z";
constexpr std::string_view kLatestText = "292277025-08-18T07:12:54.999999999Z";

// Takes exactly `digits` digits off the front of `text`.
std::optional<int> take_number(std::string_view& text, size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + digits, value);
  if (error != std::errc() || end != text.data() + digits || text[0] == '-') return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

// A number of two digits after `lead`, in [0, max].
std::optional<int> take_field(std::string_view& text, char lead, int max) {
  if (!take(text, lead)) return std::nullopt;
  auto value = take_number(text, 2);
  return value && *value <= max ? value : std::nullopt;
}

std::optional<std::chrono::sys_days> take_date(std::string_view& text) {
  using namespace std::chrono;
  auto y = take_number(text, 4);
  auto m = y ? take_field(text, '-', 12) : std::nullopt;
  auto d = m ? take_field(text, '-', 31) : std::nullopt;
  if (!d) return std::nullopt;
  const year_month_day date(year(*y), month(static_cast<unsigned>(*m)), day(static_cast<unsigned>(*d)));
  return date.ok() ? std::optional(sys_days(date)) : std::nullopt;
}

// Nanoseconds of an optional ".123"; digits behind the ninth count for nothing.
std::optional<int64_t> take_fraction(std::string_view& text) {
  if (!take(text, '.')) return 0;
  int64_t value = 0;
  size_t digits = 0;
  for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
    if (digits < 9) value = value * 10 + (text[digits] - '0');
  }
  if (digits == 0) return std::nullopt;
  for (size_t i = digits; i < 9; ++i) value *= 10;
  text.remove_prefix(digits);
  return value;
}

// Minutes east of Greenwich.
std::optional<int> take_offset(std::string_view& text) {
  if (take(text, 'Z')) return 0;
  const int sign = !text.empty() && text[0] == '-' ? -1 : 1;
  auto hours = take_field(text, sign < 0 ? '-' : '+', 24);
  auto minutes = hours ? take_field(text, ':', 60) : std::nullopt;
  return minutes ? std::optional(sign * (*hours * 60 + *minutes)) : std::nullopt;
}

std::optional<Timestamp> parse_rfc3339(std::string_view text) {
  auto date = take_date(text);
  auto hours = date ? take_field(text, 'T', 23) : std::nullopt;
  auto minutes = hours ? take_field(text, ':', 59) : std::nullopt;
  auto seconds = minutes ? take_field(text, ':', 59) : std::nullopt;
  auto fraction = seconds ? take_fraction(text) : std::nullopt;
  auto offset = fraction ? take_offset(text) : std::nullopt;
  if (!offset || !text.empty()) return std::nullopt;
  const int64_t day_seconds = date->time_since_epoch().count() * int64_t{86400};
  return (day_seconds + *hours * 3600 + (*minutes - *offset) * 60 + *seconds) * 1000 + *fraction / 1'000'000;
}

std::optional<Timestamp> from_float_seconds(double seconds) {
  double whole = 0;
  const double fraction = std::modf(seconds, &whole);
  const double ms = whole * 1000 + std::round(fraction * 1000);
  if (!(ms >= static_cast<double>(kEarliestTime) && ms <= static_cast<double>(kLatestTime))) return std::nullopt;
  return static_cast<Timestamp>(whole) * 1000 + static_cast<Timestamp>(std::round(fraction * 1000));
}

}  // namespace

Result<Timestamp> parse_time(std::string_view text) {
  std::optional<Timestamp> time;
  if (auto seconds = parse_float(text)) {
    time = from_float_seconds(*seconds);
  } else if (text == kEarliestText) {
    time = kEarliestTime;
  } else if (text == kLatestText) {
    time = kLatestTime;
  } else {
    time = parse_rfc3339(text);
  }
  if (!time) return invalid("cannot parse " + go_quote(text) + " to a valid timestamp");
  return *time;
}

Result<Duration> parse_api_duration(std::string_view text) {
  const std::string failure = "cannot parse " + go_quote(text) + " to a valid duration";
  if (auto seconds = parse_float(text)) {
    constexpr double kLimit = 9223372036854775807.0;
    const double ns = *seconds * 1e9;
    if (std::isnan(ns)) return invalid(failure);
    if (ns >= kLimit || ns < -kLimit) return invalid(failure + ". It overflows int64");
    return Duration{static_cast<int64_t>(ns)};
  }
  auto duration = parse_duration(text);
  if (!duration) return invalid(failure);
  return *duration;
}

ApiResult<Timestamp> time_parameter(const Form& form, std::string_view name, Timestamp fallback) {
  const std::string& text = form.get(name);
  if (text.empty()) return fallback;
  auto time = parse_time(text);
  if (time) return *time;
  return invalid_parameter(name, "invalid time value for '" + std::string(name) + "': " + time.error().message);
}

ApiResult<Timestamp> required_time_parameter(const Form& form, std::string_view name) {
  auto time = parse_time(form.get(name));
  if (!time) return invalid_parameter(name, time.error().message);
  return *time;
}

Result<int64_t> parse_integer(std::string_view text) {
  const bool plus = text.starts_with('+');
  const char* begin = text.data() + (plus ? 1 : 0);
  const char* end = text.data() + text.size();
  int64_t value = 0;
  const auto [at, error] = std::from_chars(begin, end, value);
  const bool digits_only = at == end && !(plus && begin != end && *begin == '-');
  if (error == std::errc() && digits_only) return value;
  const bool too_large = error == std::errc::result_out_of_range && digits_only;
  return invalid("strconv.Atoi: parsing " + go_quote(text) + (too_large ? ": value out of range" : ": invalid syntax"));
}

ApiResult<size_t> limit_parameter(const Form& form) {
  const std::string& text = form.get("limit");
  if (text.empty()) return 0;
  auto value = parse_integer(text);
  if (!value) return invalid_parameter("limit", value.error().message);
  if (*value < 0) return invalid_parameter("limit", "limit must be non-negative");
  return static_cast<size_t>(*value);
}

bool all_match(const std::vector<Matcher>& matchers, const Labels& labels) {
  return std::all_of(matchers.begin(), matchers.end(),
                     [&](const Matcher& matcher) { return matcher.matches(labels.get(matcher.name())); });
}

ApiResult<std::vector<std::vector<Matcher>>> match_parameters(const Form& form) {
  std::vector<std::vector<Matcher>> sets;
  for (const std::string& text : form.all("match[]")) {
    auto matchers = promql::parse_selector(text);
    if (!matchers) return invalid_parameter("match[]", matchers.error().message);
    if (std::all_of(matchers->begin(), matchers->end(), [](const Matcher& m) { return m.matches_empty(); })) {
      return invalid_parameter("match[]", "match[] must contain at least one non-empty matcher");
    }
    sets.push_back(std::move(*matchers));
  }
  return sets;
}

}  // namespace narthex::web
