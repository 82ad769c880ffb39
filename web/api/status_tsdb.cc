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

// A ULID of 26 characters in Crockford's base 32. It is the segment's number and nothing else, so that the names of
// parents, which are gone, are known too.
std::string ulid(uint64_t id) {
  constexpr std::string_view kDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  std::string text(26, '0');
  for (size_t i = text.size(); id > 0; id >>= 5) text[--i] = kDigits[id & 31];
  return text;
}

void append_count(JsonWriter& json, std::string_view key, uint64_t count) {
  if (count > 0) json.key(key).integer(static_cast<int64_t>(count));
}

void append_stats(JsonWriter& json, const storage::SegmentFooter& footer) {
  json.key("stats").open('{');
  append_count(json, "numSamples", footer.samples);
  append_count(json, "numFloatSamples", footer.samples - footer.histograms);
  append_count(json, "numHistogramSamples", footer.histograms);
  append_count(json, "numSeries", footer.series);
  append_count(json, "numChunks", footer.columns);
  json.close('}');
}

// Of a segment that was merged, the sources are its parents: what these were made of is forgotten with them.
void append_compaction(JsonWriter& json, uint64_t id, const storage::SegmentFooter& footer) {
  json.key("compaction").open('{').key("level").integer(footer.parents.empty() ? 1 : 2).key("sources").open('[');
  if (footer.parents.empty()) json.text(ulid(id));
  for (const uint64_t parent : footer.parents) json.text(ulid(parent));
  json.close(']');
  if (!footer.parents.empty()) {
    json.key("parents").open('[');
    for (const uint64_t parent : footer.parents) json.open('{').key("ulid").text(ulid(parent)).close('}');
    json.close(']');
  }
  json.close('}');
}

void append_block(JsonWriter& json, const storage::BlockInfo& block) {
  json.open('{').key("ulid").text(ulid(block.id));
  if (block.damage.empty()) {
    // The reference's end is the first moment that is not in the block.
    json.key("minTime").integer(block.footer.min_time).key("maxTime").integer(block.footer.max_time + 1);
    append_stats(json, block.footer);
    append_compaction(json, block.id, block.footer);
  } else {
    json.key("damage").text(block.damage);
  }
  json.key("version").integer(1).key("bytes").integer(static_cast<int64_t>(block.bytes)).close('}');
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

// Segments, as what they are to Prometheus.
Answer status_blocks(const Call& call) {
  ApiData answer;
  JsonWriter json(answer.data);
  json.open('{').key("blocks").open('[');
  for (const storage::BlockInfo& block : call.sources.store->blocks()) append_block(json, block);
  json.close(']').close('}');
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
