// /api/v1/status/tsdb, its blocks, and /walreplay: HTTP API spec, section 6.
#include "storage/store.h"
#include "web/api/endpoints.h"
#include "web/api/json.h"
#include "web/api/params.h"

namespace narthex::web {
namespace {

constexpr int64_t kDefaultLimit = 10;
constexpr int64_t kMaxLimit = 10'000;

ApiResult<size_t> list_limit(const Form& form) {
  const std::string& text = form.get("limit");
  if (text.empty()) return static_cast<size_t>(kDefaultLimit);
  const auto value = parse_integer(text);
  if (!value || *value < 1) return bad_data("limit must be a positive number");
  if (*value > kMaxLimit) return bad_data("limit must not exceed " + std::to_string(kMaxLimit));
  return static_cast<size_t>(*value);
}

void append_ranked(JsonWriter& json, std::string_view key, const std::vector<storage::Ranked>& list) {
  json.key(key).open('[');
  for (const storage::Ranked& entry : list) {
    json.open('{').key("name").text(entry.name).key("value").integer(static_cast<int64_t>(entry.value)).close('}');
  }
  json.close(']');
}

}  // namespace

Answer status_tsdb(const Call& call) {
  const auto limit = list_limit(call.form);
  if (!limit) return limit.error();
  const storage::Cardinality counts = call.sources.store->cardinality(*limit);
  ApiData answer;
  JsonWriter json(answer.data);
  json.open('{').key("headStats").open('{');
  json.key("numSeries").integer(static_cast<int64_t>(counts.series));
  json.key("numLabelPairs").integer(static_cast<int64_t>(counts.label_pairs));
  json.key("chunkCount").integer(static_cast<int64_t>(counts.columns));
  json.key("minTime").integer(counts.min_time).key("maxTime").integer(counts.max_time).close('}');
  append_ranked(json, "seriesCountByMetricName", counts.series_by_metric);
  append_ranked(json, "labelValueCountByLabelName", counts.values_by_label);
  append_ranked(json, "memoryInBytesByLabelName", counts.bytes_by_label);
  append_ranked(json, "seriesCountByLabelValuePair", counts.series_by_pair);
  json.close('}');
  return answer;
}

// Samples are in windows, not in blocks.
Answer status_blocks(const Call&) {
  ApiData answer;
  answer.data = R"({"blocks":[]})";
  return answer;
}

// The log is not made of numbered segments: its replay is one step.
Answer status_walreplay(const Call& call) {
  ApiData answer;
  JsonWriter json(answer.data);
  json.open('{').key("min").integer(0).key("max").integer(1);
  json.key("current").integer(call.settings.replayed() ? 1 : 0).close('}');
  return answer;
}

}  // namespace narthex::web
