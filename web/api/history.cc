// /api/v1/targets/history: the last attempts to scrape each target, and the last body that could not be used. Narthex's
// own:
//
//   scrapePool, target   which targets: a job; a scrape URL, or the value of `instance`
//   limit                attempts per target (50 are kept)
//   body                 1: all that is kept of the last failing body; else the lines around the error
#include <algorithm>

#include "web/api/endpoints.h"
#include "web/api/json.h"
#include "web/api/params.h"

namespace narthex::web {
namespace {

constexpr int kLinesAround = 3;
constexpr size_t kLongestLine = 500;

double seconds(int64_t ns) { return static_cast<double>(ns) / 1e9; }

void append_phases(JsonWriter& json, const scrape::AttemptRecord& attempt) {
  json.open('{');
  for (size_t i = 0; i < scrape::kPhases; ++i) {
    if (attempt.phase_ns[i] < 0) continue;
    json.key(scrape::phase_name(static_cast<scrape::Phase>(i))).number(seconds(attempt.phase_ns[i]));
  }
  json.close('}');
}

void append_attempt(JsonWriter& json, const scrape::AttemptRecord& attempt) {
  std::string start;
  append_rfc3339(start, attempt.start_ns);
  json.open('{').key("start").text(start).key("late").number(seconds(attempt.late_ns));
  json.key("duration").number(seconds(attempt.duration_ns)).key("phases");
  append_phases(json, attempt);
  json.key("status").integer(attempt.status).key("wireBytes").integer(attempt.wire_bytes);
  json.key("bodyBytes").integer(attempt.body_bytes).key("samples").integer(static_cast<int64_t>(attempt.samples));
  json.key("errorClass").text(scrape::class_name(attempt.failure));
  if (attempt.failed_in) json.key("failedIn").text(scrape::phase_name(*attempt.failed_in));
  json.key("error").text(attempt.error);
  if (!attempt.warning.empty()) json.key("warning").text(attempt.warning);
  json.close('}');
}

// The line of the error and its neighbours, each cut to a length that can be shown.
void append_excerpt(JsonWriter& json, const scrape::FailedBody& body) {
  json.open('[');
  const std::string_view text = body.text;
  const size_t offset = body.offset.value_or(0);
  size_t begin = std::min(offset - std::min(offset, body.first), text.size());
  int line = body.line;
  begin = begin == 0 ? 0 : text.rfind('\n', begin - 1) + 1;  // npos + 1 is 0
  for (int i = 0; i < kLinesAround && begin > 0; ++i, --line) begin = begin < 2 ? 0 : text.rfind('\n', begin - 2) + 1;
  for (int i = 0; i < 2 * kLinesAround + 1 && begin < text.size(); ++i, ++line) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    json.open('{').key("line").integer(line);
    json.key("text").text(text.substr(begin, std::min(end - begin, kLongestLine))).close('}');
    begin = end + 1;
  }
  json.close(']');
}

void append_failed_body(JsonWriter& json, const scrape::FailedBody& body, bool whole) {
  std::string start;
  append_rfc3339(start, body.start_ns);
  json.open('{').key("start").text(start).key("contentType").text(body.content_type);
  json.key("size").integer(static_cast<int64_t>(body.size));
  if (body.offset) json.key("offset").integer(static_cast<int64_t>(*body.offset));
  if (body.line > 0) {
    json.key("line").integer(body.line).key("column").integer(body.column).key("excerpt");
    append_excerpt(json, body);
  }
  if (whole) json.key("first").integer(static_cast<int64_t>(body.first)).key("text").text(body.text);
  json.close('}');
}

void append_target(JsonWriter& json, const scrape::TargetHistory& target, bool whole_body) {
  json.open('{').key("labels").labels(target.labels).key("scrapePool").text(target.job);
  json.key("scrapeUrl").text(target.url).key("attempts").open('[');
  for (const auto& attempt : target.attempts) append_attempt(json, attempt);
  json.close(']');
  if (target.failed_body) {
    json.key("failedBody");
    append_failed_body(json, *target.failed_body, whole_body);
  }
  json.close('}');
}

}  // namespace

Answer target_history(const Call& call) {
  const auto limit = limit_parameter(call.url);
  if (!limit) return limit.error();
  scrape::HistoryFilter filter{call.url.get("scrapePool"), call.url.get("target"), scrape::kKeptAttempts};
  if (*limit > 0) filter.attempts = std::min(filter.attempts, *limit);
  const std::string& body = call.url.get("body");

  ApiData answer;
  JsonWriter json(answer.data);
  json.open('{').key("targets").open('[');
  for (const auto& target : call.sources.history(filter)) append_target(json, target, body == "1" || body == "true");
  json.close(']').close('}');
  return answer;
}

}  // namespace narthex::web
