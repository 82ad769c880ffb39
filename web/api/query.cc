// /api/v1/query and /api/v1/query_range: HTTP API spec, section 2.
#include <algorithm>
#include <functional>

#include "base/quote.h"
#include "web/api/endpoints.h"
#include "web/api/json.h"
#include "web/api/params.h"
#include "web/api/result_json.h"

namespace narthex::web {
namespace {

// More points per series than any screen has pixels: the reference's number.
constexpr uint64_t kMaxPoints = 11000;

constexpr std::string_view kTruncated = "results truncated due to limit";

// How long the parts of a query took, in nanoseconds.
struct Timings {
  int64_t queued = 0;
  int64_t evaluated = 0;
};

ApiResult<int64_t> timeout_parameter(const Call& call) {
  const int64_t longest = call.sources.engine->options().timeout_ms;
  const std::string& text = call.form.get("timeout");
  if (text.empty()) return longest;
  auto timeout = parse_api_duration(text);
  if (!timeout) return invalid_parameter("timeout", timeout.error().message);
  return std::clamp<int64_t>(timeout->ms(), 0, longest);
}

ApiResult<int64_t> lookback_parameter(const Call& call) {
  const std::string& text = call.form.get("lookback_delta");
  if (text.empty()) return 0;
  auto lookback = parse_api_duration(text);
  if (!lookback) return bad_data("error parsing lookback delta duration: " + lookback.error().message);
  return std::max<int64_t>(lookback->ms(), 0);
}

// Timeout, lookback and the text: what both kinds of query take, checked in this order.
ApiResult<promql::Query> common_parameters(const Call& call, promql::Query query) {
  auto timeout = timeout_parameter(call);
  if (!timeout) return timeout.error();
  auto lookback = lookback_parameter(call);
  if (!lookback) return lookback.error();
  query.text = call.form.get("query");
  query.timeout_ms = *timeout;
  query.lookback_ms = *lookback;
  query.canceled = call.canceled;
  return query;
}

double seconds(int64_t ns) { return static_cast<double>(ns) / 1e9; }

// What is measured, under the reference's names; what is not measured is left out.
std::string stats_json(const promql::QueryResult& result, const Timings& timings) {
  std::string out = ",\"stats\":";
  JsonWriter json(out);
  json.open('{').key("timings").open('{').key("evalTotalTime").number(seconds(timings.evaluated));
  json.key("execQueueTime").number(seconds(timings.queued));
  json.key("execTotalTime").number(seconds(timings.queued + timings.evaluated)).close('}');
  json.key("samples").open('{').key("totalQueryableSamples").integer(result.samples_read);
  json.key("samplesRead").integer(result.samples_read).key("peakSamples").integer(result.peak_samples);
  json.close('}').close('}');
  return out;
}

Answer to_answer(const Call& call, promql::QueryResult result, size_t limit, const Timings& timings) {
  if (truncate_result(result, limit)) result.warnings.emplace_back(kTruncated);
  const std::string& stats = call.form.get("stats");
  if (!stats.empty() && stats != "true" && stats != "all") {
    result.warnings.push_back("value " + go_quote(stats) +
                              " for parameter \"stats\" is deprecated and will be rejected in the next major release, "
                              "use \"true\" or \"all\"");
  }
  std::string extra = stats.empty() ? "" : stats_json(result, timings);
  return result_data(std::move(result), std::move(extra));
}

ApiError query_error(const Error& error) {
  if (error.code == Code::kInvalid || error.code == Code::kUnsupported)
    return invalid_parameter("query", error.message);
  return api_error(error);
}

using Run = Result<promql::QueryResult> (promql::Engine::*)(const storage::View&, const promql::Query&) const;

Answer run(const Call& call, promql::Query query, size_t limit, Run run_query) {
  const int64_t queued_ms = call.request.queued_ns / 1'000'000;
  if (query.timeout_ms <= queued_ms) return ApiError{ErrorType::kTimeout, "query timed out in query queue"};
  if (call.canceled()) return ApiError{ErrorType::kCanceled, "query was canceled in query queue"};
  query.timeout_ms -= queued_ms;
  const Clock& clock = *call.settings.clock;
  const int64_t begin = clock.steady_ns();
  auto result = std::invoke(run_query, *call.sources.engine, *call.sources.store->view(), query);
  if (!result) return query_error(result.error());
  return to_answer(call, std::move(*result), limit, {call.request.queued_ns, clock.steady_ns() - begin});
}

// The step, and whether that many points may be asked for.
ApiResult<int64_t> step_parameter(const Call& call, Timestamp start, Timestamp end) {
  auto step = parse_api_duration(call.form.get("step"));
  if (!step) return invalid_parameter("step", step.error().message);
  if (step->ms() <= 0) {
    return invalid_parameter("step",
                             "zero or negative query resolution step widths are not accepted. Try a positive integer");
  }
  // As (end - start) / step > kMaxPoints, without overflow.
  const uint64_t span = static_cast<uint64_t>(end) - static_cast<uint64_t>(start);
  if (span / static_cast<uint64_t>(step->ms()) > kMaxPoints) {
    return bad_data(
        "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution "
        "(?step=XX)");
  }
  return step->ms();
}

ApiResult<promql::Query> range_parameters(const Call& call) {
  promql::Query query;
  auto start = required_time_parameter(call.form, "start");
  if (!start) return start.error();
  auto end = required_time_parameter(call.form, "end");
  if (!end) return end.error();
  if (*end < *start) return invalid_parameter("end", "end timestamp must not be before start time");
  auto step = step_parameter(call, *start, *end);
  if (!step) return step.error();
  query.start = *start;
  query.end = *end;
  query.step_ms = *step;
  return common_parameters(call, std::move(query));
}

}  // namespace

Answer query(const Call& call) {
  auto limit = limit_parameter(call.form);
  if (!limit) return limit.error();
  auto time = time_parameter(call.form, "time", call.settings.clock->now_ms());
  if (!time) return time.error();
  promql::Query instant;
  instant.start = instant.end = *time;
  auto complete = common_parameters(call, std::move(instant));
  if (!complete) return complete.error();
  return run(call, std::move(*complete), *limit, &promql::Engine::instant);
}

Answer query_range(const Call& call) {
  auto limit = limit_parameter(call.form);
  if (!limit) return limit.error();
  auto range = range_parameters(call);
  if (!range) return range.error();
  return run(call, std::move(*range), *limit, &promql::Engine::range);
}

}  // namespace narthex::web
