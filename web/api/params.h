// The kinds of parameters that the API knows, with the error texts of HTTP API spec 1.3. Functions without "parameter"
// in their name give the bare cause; the others wrap it: `invalid parameter "<name>": <cause>`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/duration.h"
#include "model/labels.h"
#include "model/matcher.h"
#include "model/sample.h"
#include "web/api/answer.h"
#include "web/http/form.h"

namespace narthex::web {

// The earliest and latest times that clients can name; far enough from the ends of Timestamp for arithmetic.
inline constexpr Timestamp kEarliestTime = (INT64_MIN / 1000 + 62135596801) * 1000;
inline constexpr Timestamp kLatestTime = (INT64_MAX / 1000 - 62135596801) * 1000 + 999;

// Float seconds or RFC 3339, rounded to milliseconds. `cannot parse "<text>" to a valid timestamp`
Result<Timestamp> parse_time(std::string_view text);

// Float seconds or 1h30m. `cannot parse "<text>" to a valid duration`
Result<Duration> parse_api_duration(std::string_view text);

// Go's strconv.Atoi: `strconv.Atoi: parsing "x": invalid syntax`
Result<int64_t> parse_integer(std::string_view text);

// An optional time; absent or empty: `fallback`.
ApiResult<Timestamp> time_parameter(const Form& form, std::string_view name, Timestamp fallback);

// A time that must be there.
ApiResult<Timestamp> required_time_parameter(const Form& form, std::string_view name);

// `limit`; 0: none.
ApiResult<size_t> limit_parameter(const Form& form);

// Whether labels satisfy every matcher.
bool all_match(const std::vector<Matcher>& matchers, const Labels& labels);

// Every match[] as matchers, in order. Each needs a matcher that does not match "".
ApiResult<std::vector<std::vector<Matcher>>> match_parameters(const Form& form);

}  // namespace narthex::web
