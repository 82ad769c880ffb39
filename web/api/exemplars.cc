// /api/v1/query_exemplars: HTTP API spec, section 2.
#include "base/number.h"
#include "promql/parser.h"
#include "web/api/endpoints.h"
#include "web/api/json.h"
#include "web/api/params.h"

namespace narthex::web {
namespace {

void append_exemplar(JsonWriter& json, const Exemplar& exemplar) {
  std::string value;
  append_sample_value(value, exemplar.value);
  std::string time;
  append_timestamp(time, exemplar.timestamp);
  json.open('{').key("labels").labels(exemplar.labels).key("value").text(value).key("timestamp").raw(time).close('}');
}

}  // namespace

Answer query_exemplars(const Call& call) {
  auto start = time_parameter(call.form, "start", storage::kMinTime);
  if (!start) return start.error();
  auto end = time_parameter(call.form, "end", storage::kMaxTime);
  if (!end) return end.error();
  if (*end < *start) return bad_data("end timestamp must not be before start timestamp");
  auto expr = promql::parse_expr(call.form.get("query"), call.sources.engine->options().features);
  if (!expr) return bad_data(expr.error().message);
  const auto selectors = promql::selectors_of(**expr);
  ApiData answer;
  if (selectors.empty()) return answer;
  JsonWriter json(answer.data);
  json.open('[');
  for (const storage::SeriesExemplars& series : call.sources.store->exemplars(selectors, *start, *end)) {
    json.open('{').key("seriesLabels").labels(series.series).key("exemplars").open('[');
    for (const Exemplar& exemplar : series.exemplars) append_exemplar(json, exemplar);
    json.close(']').close('}');
  }
  json.close(']');
  return answer;
}

}  // namespace narthex::web
