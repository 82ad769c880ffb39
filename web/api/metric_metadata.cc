// /api/v1/metadata and /targets/metadata: what HELP and TYPE lines said. HTTP API spec, section 3.
#include <map>
#include <memory>
#include <set>

#include "exposition/text.h"
#include "promql/engine.h"
#include "web/api/endpoints.h"
#include "web/api/json.h"
#include "web/api/params.h"

namespace narthex::web {
namespace {

constexpr int64_t kNoLimit = -1;

ApiResult<int64_t> number_parameter(const Form& form, const std::string& name) {
  const std::string& text = form.get(name);
  if (text.empty()) return kNoLimit;
  auto value = parse_integer(text);
  if (!value) return bad_data(name + " must be a number");
  return *value;
}

// Calls `visit` for the entry of `metric`, or for all entries if it is empty.
template <class Visit>
void for_each_entry(const scrape::TargetMetadata& target, const std::string& metric, Visit visit) {
  for (const scrape::MetricMetadata& entry : *target.metrics) {
    if (metric.empty() || entry.metric == metric) visit(entry);
  }
}

void append_entry(JsonWriter& json, const scrape::MetricMetadata& entry) {
  json.key("type").text(exposition::type_name(entry.type)).key("help").text(entry.help).key("unit").text(entry.unit);
}

struct ByContent {
  bool operator()(const scrape::MetricMetadata* a, const scrape::MetricMetadata* b) const {
    return std::tie(a->type, a->help, a->unit) < std::tie(b->type, b->help, b->unit);
  }
};
using Entries = std::set<const scrape::MetricMetadata*, ByContent>;

}  // namespace

Answer metric_metadata(const Call& call) {
  auto limit = number_parameter(call.form, "limit");
  if (!limit) return limit.error();
  auto per_metric = number_parameter(call.form, "limit_per_metric");
  if (!per_metric) return per_metric.error();
  const auto targets = call.sources.metadata();
  std::map<std::string_view, Entries> families;
  for (const auto& target : targets) {
    for_each_entry(target, call.form.get("metric"), [&](const scrape::MetricMetadata& entry) {
      Entries& entries = families[entry.metric];
      if (*per_metric <= 0 || entries.size() < static_cast<size_t>(*per_metric)) entries.insert(&entry);
    });
  }
  ApiData answer;
  JsonWriter json(answer.data);
  json.open('{');
  int64_t written = 0;
  for (const auto& [name, entries] : families) {
    if (*limit >= 0 && written++ >= *limit) break;
    json.key(name).open('[');
    for (const scrape::MetricMetadata* entry : entries) {
      json.open('{');
      append_entry(json, *entry);
      json.close('}');
    }
    json.close(']');
  }
  json.close('}');
  return answer;
}

namespace {

// So much is made at once: ten thousand targets with hundreds of metrics each say more than should be in memory.
constexpr size_t kPieceBytes = 256 * 1024;

// The list of /targets/metadata, written piece by piece.
class TargetMetadataWriter {
 public:
  TargetMetadataWriter(std::vector<scrape::TargetMetadata> targets, std::vector<Matcher> matchers, std::string metric,
                       int64_t limit)
      : targets_(std::move(targets)), matchers_(std::move(matchers)), metric_(std::move(metric)), limit_(limit) {}

  // Appends until everything is written or `out` holds a piece. True: there is more.
  bool write(std::string& out) {
    if (next_ == 0) out += '[';
    for (; next_ < targets_.size() && (limit_ < 0 || written_ < limit_); ++next_) {
      if (out.size() >= kPieceBytes) return true;
      if (all_match(matchers_, targets_[next_].labels)) append(out, targets_[next_]);
    }
    out += ']';
    return false;
  }

 private:
  void append(std::string& out, const scrape::TargetMetadata& target) {
    for_each_entry(target, metric_, [&](const scrape::MetricMetadata& entry) {
      out += written_++ == 0 ? "{" : ",{";
      JsonWriter json(out);
      json.key("target").labels(target.labels);
      if (metric_.empty()) json.key("metric").text(entry.metric);
      append_entry(json, entry);
      json.close('}');
    });
  }

  const std::vector<scrape::TargetMetadata> targets_;
  const std::vector<Matcher> matchers_;
  const std::string metric_;
  const int64_t limit_;
  size_t next_ = 0;
  int64_t written_ = 0;
};

}  // namespace

Answer target_metadata(const Call& call) {
  auto limit = number_parameter(call.form, "limit");
  if (!limit) return limit.error();
  const std::string& wanted = call.form.get("match_target");
  Result<std::vector<Matcher>> matchers = std::vector<Matcher>();
  if (!wanted.empty()) matchers = promql::parse_selector(wanted);
  if (!matchers) return invalid_parameter("match_target", matchers.error().message);
  auto writer = std::make_shared<TargetMetadataWriter>(call.sources.metadata(), std::move(*matchers),
                                                       call.form.get("metric"), *limit);
  ApiData answer;
  if (writer->write(answer.data)) answer.more = [writer](std::string& piece) { return writer->write(piece); };
  return answer;
}

}  // namespace narthex::web
