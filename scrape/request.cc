#include "scrape/request.h"

#include <algorithm>

#include "base/number.h"

namespace narthex::scrape {
namespace {

// The best weight is one above the number of known protocols, whatever the job offers.
constexpr int kBestWeight = 6;

std::string_view media_type(Protocol protocol) {
  switch (protocol) {
    case Protocol::kProto:
      return "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";
    case Protocol::kText004:
      return "text/plain;version=0.0.4";
    case Protocol::kText100:
      return "text/plain;version=1.0.0";
    case Protocol::kOpenMetrics001:
      return "application/openmetrics-text;version=0.0.1";
    case Protocol::kOpenMetrics100:
      return "application/openmetrics-text;version=1.0.0";
  }
  return {};
}

std::string_view escaping_name(Escaping escaping) {
  switch (escaping) {
    case Escaping::kAllowUtf8:
      return "allow-utf-8";
    case Escaping::kUnderscores:
      return "underscores";
    case Escaping::kDots:
      return "dots";
    case Escaping::kValues:
      return "values";
  }
  return {};
}

// Only the formats that know quoted names can be asked for a way of escaping them.
bool knows_escaping(Protocol protocol) {
  return protocol == Protocol::kText100 || protocol == Protocol::kOpenMetrics100;
}

std::string weight_text(int weight) { return ";q=0." + std::to_string(weight); }

}  // namespace

std::string user_agent() { return "narthex/" NARTHEX_VERSION; }

std::vector<Protocol> effective_protocols(const JobOptions& job) {
  if (!job.protocols.empty()) return job.protocols;
  std::vector<Protocol> protocols = {Protocol::kOpenMetrics100, Protocol::kOpenMetrics001, Protocol::kText100,
                                     Protocol::kText004};
  if (job.scrape_native_histograms) protocols.insert(protocols.begin(), Protocol::kProto);
  return protocols;
}

std::string accept_header(const JobOptions& job) {
  std::string header;
  int weight = kBestWeight;
  for (Protocol protocol : effective_protocols(job)) {
    header += media_type(protocol);
    if (knows_escaping(protocol)) header.append(";escaping=").append(escaping_name(job.escaping));
    header += weight_text(weight--) + ",";
  }
  return header + "*/*" + weight_text(weight);
}

std::string timeout_seconds(Duration timeout) { return float_plain(timeout.to_seconds()); }

net::Request make_request(const JobOptions& job, const std::string& url, const std::string& unix_socket,
                          Duration timeout) {
  net::Request request;
  request.url = url;
  request.unix_socket = unix_socket;
  request.headers = {{"Accept", accept_header(job)}, {"X-Prometheus-Scrape-Timeout-Seconds", timeout_seconds(timeout)}};
  request.timeout_ns = timeout.ns;
  request.max_body_bytes = std::max<int64_t>(job.limits.body_size, 0);
  request.accept_gzip = job.enable_compression;
  return request;
}

Result<> check_status(int status, std::string_view reason) {
  if (status == 200) return {};
  return Error{Code::kIo, "server returned HTTP status " + std::to_string(status) + " " + std::string(reason)};
}

}  // namespace narthex::scrape
