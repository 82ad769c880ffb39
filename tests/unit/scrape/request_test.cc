#include "scrape/request.h"

#include <gtest/gtest.h>

namespace narthex::scrape {
namespace {

JobOptions with_protocols(std::vector<Protocol> protocols, Escaping escaping = Escaping::kAllowUtf8) {
  JobOptions job;
  job.protocols = std::move(protocols);
  job.escaping = escaping;
  return job;
}

constexpr const char* kProtobufType =
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

TEST(Accept, OffersTheConfiguredProtocolsInTheirOrder) {
  JobOptions native;
  native.scrape_native_histograms = true;
  const std::pair<JobOptions, std::string> cases[] = {
      {with_protocols({}),
       "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/"
       "openmetrics-text;version=0.0.1;"
       "q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"},
      {native,
       kProtobufType + std::string(";q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
                                   "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping="
                                   "allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1")},
      {with_protocols({Protocol::kText004, Protocol::kText100}, Escaping::kDots),
       "text/plain;version=0.0.4;q=0.6,text/plain;version=1.0.0;escaping=dots;q=0.5,*/*;q=0.4"},
      {with_protocols({Protocol::kProto, Protocol::kText004}),
       kProtobufType + std::string(";q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.4")},
      {with_protocols({Protocol::kOpenMetrics100}, Escaping::kUnderscores),
       "application/openmetrics-text;version=1.0.0;escaping=underscores;q=0.6,*/*;q=0.5"},
      {with_protocols({Protocol::kOpenMetrics001}), "application/openmetrics-text;version=0.0.1;q=0.6,*/*;q=0.5"},
      {with_protocols({Protocol::kText100}, Escaping::kValues),
       "text/plain;version=1.0.0;escaping=values;q=0.6,*/*;q=0.5"},
  };
  for (const auto& [job, expected] : cases) EXPECT_EQ(accept_header(job), expected);
}

TEST(Accept, NativeHistogramsPutProtobufFirst) {
  JobOptions job;
  job.scrape_native_histograms = true;
  EXPECT_EQ(effective_protocols(job).front(), Protocol::kProto);
  job.protocols = {Protocol::kText004};
  EXPECT_EQ(effective_protocols(job), std::vector{Protocol::kText004});
}

TEST(Request, WritesTheTimeoutInShortestDecimals) {
  const std::pair<int64_t, const char*> cases[] = {{10'000, "10"}, {500, "0.5"}, {1'500, "1.5"}, {86'400'000, "86400"}};
  for (const auto& [ms, expected] : cases) EXPECT_EQ(timeout_seconds(Duration::milliseconds(ms)), expected);
}

TEST(Request, CarriesTheJobsLimitsAndHeaders) {
  JobOptions job;
  job.limits.body_size = -5;  // negative loads, and means none
  job.enable_compression = false;
  const net::Request request = make_request(job, "http://h/", "/run/x.sock", Duration::seconds(3));
  EXPECT_EQ(request.max_body_bytes, 0);
  EXPECT_FALSE(request.accept_gzip);
  EXPECT_EQ(request.unix_socket, "/run/x.sock");
  EXPECT_EQ(request.timeout_ns, 3'000'000'000);
  EXPECT_EQ(request.headers.at(0).first, "Accept");
  EXPECT_EQ(request.headers.at(1), (std::pair<std::string, std::string>{"X-Prometheus-Scrape-Timeout-Seconds", "3"}));
  EXPECT_TRUE(user_agent().starts_with("narthex/"));
}

TEST(Response, OnlyStatus200IsGood) {
  const std::tuple<int, const char*, const char*> cases[] = {
      {201, "Created", "server returned HTTP status 201 Created"},
      {404, "Nope nope", "server returned HTTP status 404 Nope nope"},
      {299, "", "server returned HTTP status 299 "},
  };
  for (const auto& [status, reason, expected] : cases) {
    EXPECT_EQ(check_status(status, reason).error().message, expected);
  }
  EXPECT_TRUE(check_status(200, "Fine"));
}

}  // namespace
}  // namespace narthex::scrape
