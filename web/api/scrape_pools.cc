// /api/v1/scrape_pools, its config, and /alertmanagers: HTTP API spec, section 4.
#include "base/quote.h"
#include "scrape/pool_view.h"
#include "web/api/endpoints.h"
#include "web/api/json.h"

namespace narthex::web {

Answer scrape_pools(const Call& call) {
  ApiData answer;
  JsonWriter json(answer.data);
  json.open('{').key("scrapePools").open('[');
  for (const auto& pool : call.sources.pools()) json.text(pool->job());
  json.close(']').close('}');
  return answer;
}

Answer scrape_pool_config(const Call& call) {
  const std::string& job = call.form.get("scrapePool");
  if (job.empty()) return bad_data("no scrapePool parameter provided");
  const auto yaml = call.sources.job_yaml(job);
  if (!yaml) return bad_data("error retrieving scrape config: scrape pool " + go_quote(job) + " not found");
  ApiData answer;
  JsonWriter(answer.data).open('{').key("yaml").text(*yaml).close('}');
  return answer;
}

// No alert is sent from here.
Answer alertmanagers(const Call&) {
  ApiData answer;
  answer.data = R"({"activeAlertmanagers":[],"droppedAlertmanagers":[]})";
  return answer;
}

}  // namespace narthex::web
