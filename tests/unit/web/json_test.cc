#include "web/api/json.h"

#include <gmock/gmock.h>

#include <limits>

#include "web/api/answer.h"
#include "web/api/result_json.h"

namespace narthex::web {
namespace {

template <class Append, class T>
std::string text(Append append, const T& value) {
  std::string out;
  append(out, value);
  return out;
}

TEST(Json, Timestamps) {
  const std::pair<Timestamp, std::string> cases[] = {
      {1435781451781, "1435781451.781"},
      {1435781451000, "1435781451"},
      {1435781451050, "1435781451.050"},
      {0, "0"},
      {1, "0.001"},
      {-500, "-0.500"},
      {-1001, "-1.001"},
      {INT64_MIN, "-9223372036854775.808"},
  };
  for (const auto& [time, expected] : cases) EXPECT_EQ(text(append_timestamp, time), expected);
}

TEST(Json, SampleValues) {
  const std::pair<double, std::string> cases[] = {
      {0.5, "[1,\"0.5\"]"},
      {1e21, "[1,\"1e+21\"]"},
      {1e20, "[1,\"100000000000000000000\"]"},
      {1e-7, "[1,\"1e-07\"]"},
      {-0.0, "[1,\"-0\"]"},
      {kNormalNan, "[1,\"NaN\"]"},
      {std::numeric_limits<double>::infinity(), "[1,\"+Inf\"]"},
  };
  for (const auto& [value, expected] : cases) EXPECT_EQ(text(append_sample, Sample{1000, value}), expected);
}

TEST(Json, LabelsAreEscapedForHtmlToo) {
  EXPECT_EQ(text(append_labels, Labels{{"a", "<b>&\"\n"}, {"__name__", "up"}}),
            R"({"__name__":"up","a":"\u003cb\u003e\u0026\"\n"})");
  EXPECT_EQ(text(append_labels, Labels{}), "{}");
}

TEST(Json, Rfc3339) {
  const std::pair<int64_t, std::string> cases[] = {
      {0, "0001-01-01T00:00:00Z"},
      {1435781451781000000, "2015-07-01T20:10:51.781Z"},
      {1435781451000000000, "2015-07-01T20:10:51Z"},
      {1435781451000000001, "2015-07-01T20:10:51.000000001Z"},
  };
  for (const auto& [ns, expected] : cases) EXPECT_EQ(text(append_rfc3339, ns), expected);
}

TEST(Json, Numbers) {
  const std::pair<double, std::string> cases[] = {{0, "0"}, {1.5, "1.5"}, {1e-9, "1e-09"}, {1e22, "1e+22"}};
  for (const auto& [value, expected] : cases) EXPECT_EQ(text(append_json_number, value), expected);
}

TEST(Json, WriterPlacesCommas) {
  std::string out;
  JsonWriter(out)
      .open('{')
      .key("a")
      .open('[')
      .text("x")
      .text("]")
      .integer(-1)
      .boolean(true)
      .null()
      .close(']')
      .key("b")
      .open('{')
      .close('}')
      .key("c")
      .number(0.5)
      .close('}');
  EXPECT_EQ(out, R"({"a":["x","]",-1,true,null],"b":{},"c":0.5})");
}

std::string whole(net::ServerResponse response) {
  std::string out = response.body;
  for (bool more = static_cast<bool>(response.stream); more;) {
    std::string piece;
    more = response.stream(piece);
    out += piece;
  }
  return out;
}

std::string answered(promql::QueryResult result, std::string extra = "") {
  return whole(to_response(result_data(std::move(result), std::move(extra))));
}

promql::QueryResult result_of(std::variant<promql::Vector, promql::Matrix, promql::Scalar, promql::String> value) {
  promql::QueryResult result;
  result.value = std::move(value);
  return result;
}

TEST(ResultJson, EveryType) {
  EXPECT_EQ(answered(result_of(promql::Vector{})),
            R"({"status":"success","data":{"resultType":"vector","result":[]}})");
  EXPECT_EQ(answered(result_of(promql::Vector{{{{{"a", "b"}}, {{1050, 2}}}, {{}, {{1050, kNormalNan}}}}})),
            R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"b"},"value":[1.050,"2"]},)"
            R"({"metric":{},"value":[1.050,"NaN"]}]}})");
  EXPECT_EQ(answered(result_of(promql::Matrix{{{{{"a", "b"}}, {{1000, 1}, {2000, 2}}}, {{}, {{1000, 3}}}}})),
            R"({"status":"success","data":{"resultType":"matrix","result":[)"
            R"({"metric":{"a":"b"},"values":[[1,"1"],[2,"2"]]},{"metric":{},"values":[[1,"3"]]}]}})");
  EXPECT_EQ(answered(result_of(promql::Scalar{1435781451050, 1e21}), ",\"stats\":{}"),
            R"({"status":"success","data":{"resultType":"scalar","result":[1435781451.05,"1000000000000000000000"],)"
            R"("stats":{}}})");
  EXPECT_EQ(answered(result_of(promql::String{1000, "a\"b"})),
            R"({"status":"success","data":{"resultType":"string","result":[1,"a\"b"]}})");
}

// What is cut into pieces must be the same text as what is not: written here the slow way.
TEST(ResultJson, LongAnswersComeInPiecesAndAreTheSame) {
  promql::Matrix matrix;
  std::string expected = R"({"status":"success","data":{"resultType":"matrix","result":[)";
  for (int i = 0; i < 50; ++i) {
    promql::Series series{Labels{{"i", std::to_string(i)}}, {}};
    expected += (i ? "," : "") + std::string(R"({"metric":{"i":")") + std::to_string(i) + R"("},"values":[)";
    for (int t = 0; t < 1000 * (i % 3 + 1); ++t) {
      series.samples.push_back({t * 1000, t * 0.5});
      expected += t ? "," : "";
      append_sample(expected, series.samples.back());
    }
    expected += "]}";
    matrix.series.push_back(std::move(series));
  }
  expected += R"(]},"warnings":["w"]})";
  promql::QueryResult result = result_of(std::move(matrix));
  result.warnings = {"w"};
  net::ServerResponse response = to_response(result_data(std::move(result), ""));
  ASSERT_TRUE(response.stream);
  EXPECT_EQ(whole(std::move(response)), expected);
}

TEST(Envelope, Errors) {
  const std::tuple<ApiError, int, std::string> cases[] = {
      {bad_data("x \"y\""), 400, R"({"status":"error","errorType":"bad_data","error":"x \"y\""})"},
      {invalid_parameter("query", "c"), 400,
       R"({"status":"error","errorType":"bad_data","error":"invalid parameter \"query\": c"})"},
      {api_error({Code::kExecution, "e"}), 422, R"({"status":"error","errorType":"execution","error":"e"})"},
      {api_error({Code::kLimit, "e"}), 422, R"({"status":"error","errorType":"execution","error":"e"})"},
      {api_error({Code::kCanceled, "e"}), 499, R"({"status":"error","errorType":"canceled","error":"e"})"},
      {api_error({Code::kTimeout, "e"}), 503, R"({"status":"error","errorType":"timeout","error":"e"})"},
      {api_error({Code::kUnavailable, "e"}), 500, R"({"status":"error","errorType":"unavailable","error":"e"})"},
      {api_error({Code::kCorruption, "e"}), 500, R"({"status":"error","errorType":"internal","error":"e"})"},
      {api_error({Code::kUnsupported, "e"}), 400, R"({"status":"error","errorType":"bad_data","error":"e"})"},
  };
  for (const auto& [error, status, body] : cases) {
    auto response = to_response(error);
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(response.body, body);
  }
}

TEST(Envelope, AtMostTenAnnotationsOfEachKind) {
  ApiData data{"[]", {}, {}, {}};
  for (int i = 0; i < 12; ++i) data.warnings.push_back(std::to_string(i));
  data.infos = {"i"};
  EXPECT_EQ(to_response(data).body,
            R"({"status":"success","data":[],"warnings":["0","1","2","3","4","5","6","7","8","9",)"
            R"("2 more warning annotations omitted"],"infos":["i"]})");
}

TEST(ResultJson, TruncationKeepsTheFirst) {
  promql::QueryResult result = result_of(promql::Vector{{{{{"a", "1"}}, {{1, 1}}}, {{{"a", "2"}}, {{1, 1}}}}});
  EXPECT_FALSE(truncate_result(result, 0));
  EXPECT_FALSE(truncate_result(result, 2));
  EXPECT_TRUE(truncate_result(result, 1));
  EXPECT_EQ(std::get<promql::Vector>(result.value).series[0].metric.get("a"), "1");
  promql::QueryResult scalar = result_of(promql::Scalar{1, 1});
  EXPECT_FALSE(truncate_result(scalar, 1));
}

}  // namespace
}  // namespace narthex::web
