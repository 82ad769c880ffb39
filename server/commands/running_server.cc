#include "server/commands/running_server.h"

#include <boost/json.hpp>

#include "base/quote.h"
#include "server/commands/blocking_client.h"

namespace narthex::server {
namespace {

namespace json = boost::json;

constexpr int64_t kTimeoutNs = 30'000'000'000;
constexpr int64_t kMaxBytes = int64_t{256} << 20;

// A client that waits for its answers.
class Api {
 public:
  explicit Api(std::string base) : base_(std::move(base)), client_("api") {
    while (base_.ends_with('/')) base_.pop_back();
  }

  // The `data` of the answer to GET base + path.
  Result<json::value> get(const std::string& path) {
    const std::string url = base_ + "/api/v1/" + path;
    auto response = fetch(url);
    if (!response) return response.error();
    boost::system::error_code failed;
    json::value body = json::parse(response->body, failed);
    const json::object* object = failed ? nullptr : body.if_object();
    const json::value* data = object ? object->if_contains("data") : nullptr;
    if (response->status == 200 && data) return *data;
    return invalid("Get " + go_quote(url) + ": not an answer of a monitoring server (status " +
                   std::to_string(response->status) + ")");
  }

 private:
  Result<net::Response> fetch(const std::string& url) {
    net::Request request;
    request.url = url;
    request.timeout_ns = kTimeoutNs;
    request.max_body_bytes = kMaxBytes;
    return client_.send(std::move(request));
  }

  std::string base_;
  BlockingClient client_;
};

const json::value* member(const json::value& value, std::string_view name) {
  const json::object* object = value.if_object();
  return object ? object->if_contains(name) : nullptr;
}

std::string text_of(const json::value* value) {
  const json::string* text = value ? value->if_string() : nullptr;
  return text ? std::string(*text) : "";
}

// Empty if it is no list.
const json::array& items_of(const json::value* value) {
  static const json::array kNone;
  const json::array* items = value ? value->if_array() : nullptr;
  return items ? *items : kNone;
}

Labels labels_of(const json::value* value, std::string_view without = "") {
  std::vector<Label> labels;
  const json::object* object = value ? value->if_object() : nullptr;
  if (!object) return Labels();
  for (const auto& [name, text] : *object) {
    if (name != without) labels.push_back({std::string(name), text_of(&text)});
  }
  return Labels(std::move(labels));
}

// Samples that the last scrape of each target left, by the target's labels.
std::map<std::string, uint64_t> series_by_target(Api& api) {
  std::map<std::string, uint64_t> out;
  auto data = api.get("query?query=scrape_samples_post_metric_relabeling");
  if (!data) return out;
  for (const json::value& series : items_of(member(*data, "result"))) {
    const json::array& sample = items_of(member(series, "value"));
    if (sample.size() != 2) continue;
    const double value = std::strtod(text_of(&sample[1]).c_str(), nullptr);
    if (value >= 0) out[labels_of(member(series, "metric"), "__name__").str()] = static_cast<uint64_t>(value);
  }
  return out;
}

Result<> read_targets(Api& api, lab::ReloadSide& side) {
  auto data = api.get("targets?state=active");
  if (!data) return data.error();
  const auto series = series_by_target(api);
  for (const json::value& target : items_of(member(*data, "activeTargets"))) {
    lab::ScrapedTarget scraped;
    scraped.labels = labels_of(member(target, "labels"));
    scraped.url = text_of(member(target, "scrapeUrl"));
    auto found = series.find(scraped.labels.str());
    if (found != series.end()) scraped.series = found->second;
    side.targets[text_of(member(target, "scrapePool"))].push_back(std::move(scraped));
  }
  side.discovered = true;
  return {};
}

// The names of all jobs that run; of those with targets only if the server does not list them.
std::vector<std::string> pools_of(Api& api, const lab::ReloadSide& side) {
  std::vector<std::string> pools;
  if (auto data = api.get("scrape_pools")) {
    for (const json::value& pool : items_of(member(*data, "scrapePools"))) pools.push_back(text_of(&pool));
  }
  for (const auto& [job, targets] : side.targets) pools.push_back(job);
  return pools;
}

}  // namespace

bool is_server_url(const std::string& text) { return text.starts_with("http://") || text.starts_with("https://"); }

Result<lab::ReloadSide> ask_running_server(const std::string& url) {
  Api api(url);
  auto config = api.get("status/config");
  if (!config) return config.error();
  lab::ReloadSide side;
  if (auto read = read_targets(api, side); !read) return read.error();
  auto view = lab::ConfigView::of_printed(text_of(member(*config, "yaml")), pools_of(api, side));
  if (!view) return prefixed("the configuration that " + url + " shows: ", view.error());
  side.config = std::move(*view);
  return side;
}

}  // namespace narthex::server
