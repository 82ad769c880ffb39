#include "web/api/histogram_json.h"

#include <gtest/gtest.h>

#include "web/api/json.h"
#include "web/api/result_json.h"

namespace narthex::web {
namespace {

Histogram exponential(int32_t schema, Buckets positive, Buckets negative = {}) {
  Histogram h;
  h.schema = schema;
  h.positive = std::move(positive);
  h.negative = std::move(negative);
  return h;
}

TEST(HistogramJson, CountSumAndBuckets) {
  Histogram both = exponential(1, {{{1, 2}}, {1, 2}, {}}, {{{0, 2}, {1, 1}}, {3, 0, 4}, {}});
  both.count = 15;
  both.sum = -1e21;
  both.zero_count = 5;
  both.zero_threshold = 0.001;
  Histogram floats;
  floats.is_float = true;
  floats.count_float = 0.5;
  floats.sum = kNormalNan;
  floats.zero_count_float = 1e-7;
  floats.zero_threshold = 1e-128;
  floats.positive = {{{1024, 2}}, {}, {1.5, kNormalNan}};
  Histogram custom = exponential(kCustomBucketsSchema, {{{0, 2}, {1, 1}}, {1, 0, 3}, {}});
  custom.count = UINT64_MAX;
  custom.sum = -0.0;
  custom.custom_bounds = {0.5, 1, 2.5};
  const struct {
    Histogram histogram;
    const char* expected;
  } cases[] = {
      {{}, R"({"count":"0","sum":"0"})"},
      {both,
       R"({"count":"15","sum":"-1e+21","buckets":[[1,"-2.82842712474619","-2","4"],[1,"-1","-0.7071067811865475","3"],)"
       R"([3,"-0.001","0.001","5"],[0,"1","1.414213562373095","1"],[0,"1.414213562373095","2","2"]]})"},
      {floats,
       R"({"count":"0.5","sum":"NaN","buckets":[[3,"-1e-128","1e-128","1e-07"],)"
       R"([0,"8.98846567431158e+307","1.7976931348623157e+308","1.5"],[0,"1.7976931348623157e+308","+Inf","NaN"]]})"},
      {custom, R"({"count":"18446744073709552000","sum":"-0","buckets":[[3,"-Inf","0.5","1"],[0,"2.5","+Inf","3"]]})"},
  };
  for (const auto& c : cases) {
    std::string out;
    append_histogram_sample(out, 1050, c.histogram);
    EXPECT_EQ(out, "[1.050," + std::string(c.expected) + "]");
  }
}

std::string answered(promql::QueryResult result) {
  net::ServerResponse response = to_response(result_data(std::move(result), ""));
  std::string out = response.body;
  for (bool more = static_cast<bool>(response.stream); more;) {
    std::string piece;
    more = response.stream(piece);
    out += piece;
  }
  return out;
}

TEST(HistogramJson, VectorsAndMatrices) {
  const auto h = std::make_shared<const Histogram>();
  promql::QueryResult vector;
  vector.value = promql::Vector{{{{{"a", "b"}}, {}, {{1000, h}}}, {{}, {{1000, 2}}}}};
  EXPECT_EQ(answered(std::move(vector)),
            R"({"status":"success","data":{"resultType":"vector","result":[)"
            R"({"metric":{"a":"b"},"histogram":[1,{"count":"0","sum":"0"}]},{"metric":{},"value":[1,"2"]}]}})");
  promql::QueryResult matrix;
  matrix.value = promql::Matrix{{{{{"a", "b"}}, {{1000, 1}}, {{2000, h}, {3000, h}}}, {{}, {}, {{1000, h}}}}};
  EXPECT_EQ(answered(std::move(matrix)),
            R"({"status":"success","data":{"resultType":"matrix","result":[)"
            R"({"metric":{"a":"b"},"values":[[1,"1"]],"histograms":[[2,{"count":"0","sum":"0"}],)"
            R"([3,{"count":"0","sum":"0"}]]},{"metric":{},"histograms":[[1,{"count":"0","sum":"0"}]]}]}})");
}

// Cut anywhere, also between values and histograms, it is the same text.
TEST(HistogramJson, LongAnswersComeInPiecesAndAreTheSame) {
  const auto h = std::make_shared<const Histogram>();
  promql::Matrix matrix;
  std::string expected = R"({"status":"success","data":{"resultType":"matrix","result":[)";
  for (int i = 0; i < 40; ++i) {
    promql::Series series{{}, {}, {}};
    expected += i == 0 ? R"({"metric":{})" : R"(,{"metric":{})";
    for (int t = 0; t < 1500 * (i % 3); ++t) {
      series.samples.push_back({t * 1000, 1});
      append_sample(expected += t == 0 ? ",\"values\":[" : ",", series.samples.back());
    }
    expected += series.samples.empty() ? "" : "]";
    for (int t = 0; t < 1000 * (i % 4) + 1; ++t) {
      series.histograms.push_back({t * 1000, h});
      append_histogram_sample(expected += t == 0 ? ",\"histograms\":[" : ",", t * 1000, *h);
    }
    expected += "]}";
    matrix.series.push_back(std::move(series));
  }
  expected += "]}}";
  promql::QueryResult result;
  result.value = std::move(matrix);
  EXPECT_EQ(answered(std::move(result)), expected);
  EXPECT_GT(expected.size(), 1'000'000u);
}

}  // namespace
}  // namespace narthex::web
