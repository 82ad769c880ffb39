// /api/v1/admin/tsdb: HTTP API spec, section 9.
#include "base/quote.h"
#include "web/api/endpoints.h"
#include "web/api/json.h"
#include "web/api/params.h"

namespace narthex::web {
namespace {

std::optional<ApiError> refusal(const Call& call) {
  if (call.settings.admin) return std::nullopt;
  return ApiError{ErrorType::kUnavailable, "admin APIs disabled"};
}

// What Go's strconv.ParseBool takes.
std::optional<bool> parse_bool(std::string_view text) {
  for (const std::string_view yes : {"1", "t", "T", "TRUE", "true", "True"}) {
    if (text == yes) return true;
  }
  for (const std::string_view no : {"0", "f", "F", "FALSE", "false", "False"}) {
    if (text == no) return false;
  }
  return std::nullopt;
}

Answer done(const Result<>& result) {
  if (!result) return api_error(result.error());
  return ApiData{};  // 204
}

}  // namespace

Answer delete_series(const Call& call) {
  if (auto refused = refusal(call)) return *std::move(refused);
  if (call.form.error()) return bad_data("error parsing form values: " + call.form.error()->message);
  auto start = time_parameter(call.form, "start", storage::kMinTime);
  if (!start) return start.error();
  auto end = time_parameter(call.form, "end", storage::kMaxTime);
  if (!end) return end.error();
  auto sets = match_parameters(call.form);
  if (!sets) return sets.error();
  if (sets->empty()) return bad_data("no match[] parameter provided");
  return done(call.sources.store->delete_series(*std::move(sets), *start, *end));
}

Answer clean_tombstones(const Call& call) {
  if (auto refused = refusal(call)) return *std::move(refused);
  return done(call.sources.store->clean_tombstones());
}

Answer snapshot(const Call& call) {
  if (auto refused = refusal(call)) return *std::move(refused);
  const std::string& text = call.form.get("skip_head");
  const auto skip_head = text.empty() ? std::optional(false) : parse_bool(text);
  if (!skip_head) {
    return invalid_parameter(
        "skip_head", "unable to parse boolean: strconv.ParseBool: parsing " + go_quote(text) + ": invalid syntax");
  }
  auto name = call.sources.store->snapshot(*skip_head);
  if (!name) return api_error(name.error());
  ApiData answer;
  JsonWriter json(answer.data);
  json.open('{').key("name").text(*name).close('}');
  return answer;
}

}  // namespace narthex::web
