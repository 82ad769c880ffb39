#include "exposition/content_type.h"

#include <gtest/gtest.h>

namespace narthex::exposition {
namespace {

std::string choose(std::string_view content_type, std::string_view fallback = "") {
  auto choice = choose_format(content_type, fallback);
  if (!choice) return choice.error().message;
  return std::string(format_name(choice->format)) + (choice->note.empty() ? "" : ": " + choice->note);
}

TEST(ContentType, Chooses) {
  const std::pair<const char*, const char*> cases[] = {
      {"text/plain", "Prometheus text"},
      {"text/plain; version=0.0.4", "Prometheus text"},
      {"text/plain;version=1.0.0; charset=utf-8;escaping=values", "Prometheus text"},
      {"text/plain; version=77", "Prometheus text"},
      {" TEXT/Plain ; Version=0.0.4", "Prometheus text"},
      {"text/plain;", "Prometheus text"},
      {"text/plain; ; ",
       "cannot parse Content-Type \"text/plain; ; \" and no fallback_scrape_protocol for target\n"
       "mime: invalid media parameter"},
      {"text/plain; a=b ; ", "Prometheus text"},
      {"text/plain; a=b; A=b", "Prometheus text"},
      {"text/plain; a=\"x;y\\\"z\"", "Prometheus text"},
      {"text/plain; a=\"\"", "Prometheus text"},
      {"application/openmetrics-text; version=1.0.0; charset=utf-8", "OpenMetrics text"},
      {"application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=text",
       "Prometheus protobuf"},
      {"",
       "non-compliant scrape target sending blank Content-Type and no fallback_scrape_protocol specified for target"},
      {" \t",
       "non-compliant scrape target sending blank Content-Type and no fallback_scrape_protocol specified for target"},
      {"text/html; charset=utf-8",
       "received unsupported Content-Type \"text/html; charset=utf-8\" and no fallback_scrape_protocol specified for "
       "target"},
      {"text", "received unsupported Content-Type \"text\" and no fallback_scrape_protocol specified for target"},
      {"text/plain; version",
       "cannot parse Content-Type \"text/plain; version\" and no fallback_scrape_protocol for target\n"
       "mime: invalid media parameter"},
      {"text/plain; a=\"b",
       "cannot parse Content-Type \"text/plain; a=\\\"b\" and no fallback_scrape_protocol for target\n"
       "mime: invalid media parameter"},
      {"text/plain; a=b; a=c",
       "cannot parse Content-Type \"text/plain; a=b; a=c\" and no fallback_scrape_protocol for target\n"
       "mime: duplicate parameter name"},
      {"/", "cannot parse Content-Type \"/\" and no fallback_scrape_protocol for target\nmime: no media type"},
      {";", "cannot parse Content-Type \";\" and no fallback_scrape_protocol for target\nmime: no media type"},
      {"text/",
       "cannot parse Content-Type \"text/\" and no fallback_scrape_protocol for target\n"
       "mime: expected token after slash"},
      {"text plain",
       "cannot parse Content-Type \"text plain\" and no fallback_scrape_protocol for target\n"
       "mime: expected slash after first token"},
      {"text/plain, x/y",
       "cannot parse Content-Type \"text/plain, x/y\" and no fallback_scrape_protocol for target\n"
       "mime: unexpected content after media subtype"},
  };
  for (const auto& [header, expected] : cases) EXPECT_EQ(choose(header), expected) << header;
}

TEST(ContentType, FallsBack) {
  EXPECT_EQ(choose("", "PrometheusText0.0.4"),
            "Prometheus text: non-compliant scrape target sending blank Content-Type, using fallback_scrape_protocol "
            "\"PrometheusText0.0.4\"");
  EXPECT_EQ(choose("text/html", "OpenMetricsText1.0.0"),
            "OpenMetrics text: received unsupported Content-Type \"text/html\", using fallback_scrape_protocol "
            "\"OpenMetricsText1.0.0\"");
  EXPECT_EQ(choose("/", "PrometheusProto"),
            "Prometheus protobuf: cannot parse Content-Type \"/\", using fallback_scrape_protocol "
            "\"PrometheusProto\"\nmime: no media type");
  EXPECT_EQ(choose("text/plain", "PrometheusProto"), "Prometheus text");
}

}  // namespace
}  // namespace narthex::exposition
