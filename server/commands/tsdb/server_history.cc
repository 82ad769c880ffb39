#include "server/commands/tsdb/server_history.h"

#include <algorithm>

#include "base/clock.h"
#include "net/url_text.h"
#include "remote/read_client.h"
#include "server/commands/blocking_client.h"
#include "server/commands/tsdb/data_folder.h"

namespace narthex::server {
namespace {

constexpr int64_t kTimeoutNs = 120'000'000'000;
constexpr int64_t kMaxBytes = int64_t{1} << 30;
constexpr Timestamp kStretchMs = 7'200'000;  // asked for at once
constexpr Timestamp kDefaultPastMs = 15LL * 86'400'000;

// Asks one server; waits for its answers.
class ReadClient {
 public:
  explicit ReadClient(std::string base) : base_(std::move(base)), client_("read") {
    while (base_.ends_with('/')) base_.pop_back();
  }

  Result<std::vector<storage::HistorySeries>> ask(const std::vector<Matcher>& matchers, Timestamp from, Timestamp to) {
    const std::string url = base_ + "/api/v1/read";
    const std::string shown = "Post \"" + net::without_password(url) + "\": ";
    auto response = post(url, remote::read_request(matchers, from, to));
    if (!response) return prefixed(shown, response.error());
    if (response->status != 200) {
      return Error{Code::kUnavailable, shown + "status " + std::to_string(response->status) + ": " +
                                           response->body.substr(0, response->body.find('\n'))};
    }
    auto series = remote::read_response(response->body);
    if (!series) return prefixed(shown, series.error());
    return series;
  }

 private:
  Result<net::Response> post(const std::string& url, std::string body) {
    net::Request request;
    request.method = "POST";
    request.url = url;
    request.headers = {{"Content-Type", "application/x-protobuf"},
                       {"Content-Encoding", "snappy"},
                       {"X-Prometheus-Remote-Read-Version", "0.1.0"}};
    request.body = std::move(body);
    request.timeout_ns = kTimeoutNs;
    request.max_body_bytes = kMaxBytes;
    return client_.send(std::move(request));
  }

  std::string base_;
  BlockingClient client_;
};

// The samples of this stretch only: a server may answer with whole chunks.
void trim(std::vector<storage::HistorySeries>& part, Timestamp from, Timestamp to) {
  for (storage::HistorySeries& series : part) {
    storage::Column kept;
    for (size_t i = 0; i < series.samples.size(); ++i) {
      const Timestamp t = series.samples.timestamps[i];
      if (t >= from && t <= to) kept.push(t, series.samples.values[i]);
    }
    for (HistogramSample& h : series.samples.histograms) {
      if (h.timestamp >= from && h.timestamp <= to) kept.histograms.push_back(std::move(h));
    }
    series.samples = std::move(kept);
  }
  std::erase_if(part, [](const storage::HistorySeries& s) { return s.samples.empty(); });
}

// Of several selectors a series counts once.
void add_new(std::vector<storage::HistorySeries> some, std::vector<storage::HistorySeries>& all) {
  const size_t before = all.size();
  for (storage::HistorySeries& series : some) {
    const auto end = all.begin() + static_cast<ptrdiff_t>(before);
    const bool known = std::any_of(all.begin(), end, [&](const auto& s) { return s.labels == series.labels; });
    if (!known) all.push_back(std::move(series));
  }
}

}  // namespace

Result<> ask_history(const HistoryRequest& request, const TakeHistory& take) {
  auto selectors = parse_selectors(request.match);
  if (!selectors) return selectors.error();
  // A server refuses a query without any matcher.
  if (request.match.empty()) selectors->front().push_back(*Matcher::make(MatchType::kRegex, "__name__", ".+"));
  const Timestamp to = request.to.value_or(system_clock().now_ms());
  const Timestamp from = request.from.value_or(to - kDefaultPastMs);
  ReadClient client(request.url);
  for (Timestamp at = from; at <= to; at += kStretchMs) {
    const Timestamp end = std::min(to, at + kStretchMs - 1);
    std::vector<storage::HistorySeries> part;
    for (const auto& matchers : *selectors) {
      auto some = client.ask(matchers, at, end);
      if (!some) return some.error();
      trim(*some, at, end);
      add_new(std::move(*some), part);
    }
    if (part.empty()) continue;
    if (auto taken = take(std::move(part)); !taken) return taken;
  }
  return {};
}

}  // namespace narthex::server
