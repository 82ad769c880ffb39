// What a pass decides about each entry: order of the checks, formats, exemplars, start times, type and unit as labels.
#include "scrape/loop/scrape_pass.h"

#include <gtest/gtest.h>

#include "tests/unit/scrape/pass_fixture.h"

namespace narthex::scrape {
namespace {

using exposition::Format;

class ScrapePassTest : public ::testing::Test, protected PassTarget {
 protected:
  std::string read_open(const std::string& lines) { return read(lines + "# EOF\n", Format::kOpenMetrics); }
};

TEST_F(ScrapePassTest, TheSampleLimitComesBeforeWhatTheStoreWouldSay) {
  job.limits.samples = 2;
  EXPECT_EQ(read("a 1\nb 1\nc{x=\"1\",x=\"2\"} 1\n"), "sample_limit: sample limit exceeded\n3/3");
  EXPECT_EQ(read("a 1\nc{x=\"1\",x=\"2\"} 1\n"), "invalid_sample: label name \"x\" is not unique: invalid sample\n2/1");
  EXPECT_EQ(offset, 4u);
}

TEST_F(ScrapePassTest, LabelLimitsComeBeforeTheSampleLimit) {
  job.limits.samples = 1;
  job.limits.label_name_length = 8;
  EXPECT_EQ(read("a 1\nb 1\nc{too_long_a_name=\"1\"} 1\n").substr(0, 11), "label_limit");
}

TEST_F(ScrapePassTest, ExemplarsNeedTheirFeature) {
  const std::string body = "# TYPE a counter\na_total 1 # {id=\"x\"} 0.5 0.25\nb 2 0.75 # {} 3\n";
  EXPECT_EQ(read_open(body), "a_total{job=\"j\"} 1\nb{job=\"j\"} 2 @750\n2/2/0");
  features.exemplar_storage = true;
  const std::string stored = "a_total{job=\"j\"} 1 # {id=\"x\"} 0.5 250\nb{job=\"j\"} 2 @750 # {} 3 750\n2/2/0";
  EXPECT_EQ(read_open(body), stored);
  EXPECT_EQ(read_open(body), stored) << "known lines";
  job.honor_timestamps = false;
  EXPECT_EQ(read_open(body), "a_total{job=\"j\"} 1 # {id=\"x\"} 0.5 250\nb{job=\"j\"} 2 # {} 3 1000\n2/2/0");
}

TEST_F(ScrapePassTest, StartTimesNeedTheirFeature) {
  const std::string body = "# TYPE a counter\na_total 1\na_created 0.5\n";
  EXPECT_EQ(read_open(body), "a_total{job=\"j\"} 1\na_created{job=\"j\"} 0.5\n2/2/0");
  PassTarget other;
  other.features.start_timestamps = true;
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(other.read(body + "# EOF\n", Format::kOpenMetrics), "a_total{job=\"j\"} 1 since 500\n1/1/0");
  }
}

TEST_F(ScrapePassTest, TypeAndUnitBecomeLabels) {
  features.type_and_unit_labels = true;
  EXPECT_EQ(
      read_open("# TYPE a_seconds gauge\n# UNIT a_seconds seconds\na_seconds 1\na_seconds{__type__=\"x\",y=\"z\"} 2\n"
                "# TYPE b unknown\nb 3\n"),
      "a_seconds{__type__=\"gauge\", __unit__=\"seconds\", job=\"j\"} 1\n"
      "a_seconds{__type__=\"gauge\", __unit__=\"seconds\", job=\"j\", y=\"z\"} 2\nb{job=\"j\"} 3\n3/3/0");
}

TEST_F(ScrapePassTest, ABodyInAnotherFormatKeepsItsSeries) {
  const std::string wanted = "a{job=\"j\", x=\"1\"} 1\n1/1/0";
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(read("a{x=\"1\"} 1\n"), wanted);
    EXPECT_EQ(read_open("a{x=\"1\"} 1\n"), wanted);
    // MetricFamily{name: "a", type: GAUGE, metric: {label: {name: "x", value: "1"}, gauge: {value: 1}}}
    EXPECT_EQ(read(std::string_view("\x1a\x0a\x01"
                                    "a\x18\x01\x22\x13\x0a\x06\x0a\x01x\x12\x01"
                                    "1\x12\x09\x09\x00\x00\x00\x00\x00\x00\xf0\x3f",
                                    27),
                   Format::kProtobuf),
              wanted);
  }
}

TEST_F(ScrapePassTest, MetadataOfAllFormatsIsKept) {
  read_open("# TYPE a_seconds gauge\n# UNIT a_seconds seconds\n# HELP a_seconds Some.\na_seconds 1\n");
  ASSERT_EQ(metadata.published()->size(), 1u);
  EXPECT_EQ(metadata.published()->at(0),
            (MetricMetadata{"a_seconds", exposition::MetricType::kGauge, "Some.", "seconds"}));
}

TEST_F(ScrapePassTest, ErrorsNameTheirPlace) {
  EXPECT_EQ(read_open("a 1\nb  2\n").substr(0, 6), "parse:");
  EXPECT_EQ(offset, 5u);
  EXPECT_EQ(read("a 1\n", Format::kOpenMetrics), "parse: data does not end with # EOF\n1/1");
}

}  // namespace
}  // namespace narthex::scrape
