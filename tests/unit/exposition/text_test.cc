#include "exposition/text.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/exposition/dump_sink.h"

namespace narthex::exposition {
namespace {

using namespace std::string_literals;

struct Case {
  std::string body;
  std::string expected;
};

void expect_all(const std::vector<Case>& cases) {
  for (const auto& [body, expected] : cases) EXPECT_EQ(walk(body), expected) << go_quote(body);
}

// The message alone, without its place.
std::string message_of(std::string_view body) {
  TextWalker walker(body);
  DumpSink sink;
  while (!walker.done()) {
    if (auto error = walker.walk_line(sink)) return error->message;
  }
  return "no error: " + sink.dump;
}

std::string labels_of(std::string_view key, MetricType type = MetricType::kUnknown) {
  SeriesLabels labels;
  if (auto error = parse_series(key, type, labels)) return error->message;
  std::string out = go_quote(labels.name());
  for (const LabelView& label : labels.labels()) out += " " + go_quote(label.name) + "=" + go_quote(label.value);
  return out;
}

TEST(TextWalker, ReadsLinesThatAreNoSamples) {
  expect_all({
      {"", ""},
      {"\n", ""},
      {" \t \n\n", ""},
      {"#", R"(COMMENT "#")"},
      {"#foo\n", R"(COMMENT "#foo")"},
      {"# HELPfoo bar\n", R"(COMMENT "# HELPfoo bar")"},
      {"# TYPE\n", R"(COMMENT "# TYPE")"},
      {"# TYPE", R"(COMMENT "# TYPE")"},
      {"# EOF\n", R"(COMMENT "# EOF")"},
      {"# UNIT a b\n", R"(COMMENT "# UNIT a b")"},
      {"#HELP x y\n", R"(COMMENT "#HELP x y")"},
      {"  # x\n", R"(COMMENT "# x")"},
      {"# a\0b\nm 1\n"s, "COMMENT \"# a\\x00b\"\n\"m\" 1"},
      {"# HELP x some text\n", R"(HELP "x" "some text")"},
      {" \t# \t HELP \t x some text\n", R"(HELP "x" "some text")"},
      {"# HELP x", R"(HELP "x" "")"},
      {"# HELP x \t \n", R"(HELP "x" "")"},
      {"# HELP x  t\n", R"(HELP "x" " t")"},
      {"# HELP x.y z\n", R"(HELP "x" "y z")"},
      {"# HELP x a\0b\n"s, R"(HELP "x" "a\x00b")"},
      {R"(# HELP x a\\b\nc\"d\t\)", R"(HELP "x" "a\\b\nc\\\"d\\t\\")"},
      {"# HELP x text\r\n", R"(HELP "x" "text\r")"},
      {"# HELP \"my.metric\" t\n", R"(HELP "my.metric" "t")"},
      {"# HELP \"my\\\"metric\" t\n", R"(HELP "my\\\"metric" "t")"},
      {"# TYPE m counter\n", R"(TYPE "m" counter)"},
      {"# TYPE m gauge\n", R"(TYPE "m" gauge)"},
      {"# TYPE m histogram\n", R"(TYPE "m" histogram)"},
      {"# TYPE m summary", R"(TYPE "m" summary)"},
      {"# TYPE m untyped\n", R"(TYPE "m" unknown)"},
      {"#\tTYPE\tm\tcounter\n", R"(TYPE "m" counter)"},
      {"# TYPE \"my.metric\" counter\n", R"(TYPE "my.metric" counter)"},
      {"# TYPE m counter\nm 1\n# TYPE m gauge", "TYPE \"m\" counter\n\"m\" 1\nTYPE \"m\" gauge"},
  });
}

TEST(TextWalker, ReadsSamples) {
  expect_all({
      {"m 1", R"("m" 1)"},
      {"m 1\n", R"("m" 1)"},
      {"m\t \t1 \t\n", R"("m" 1)"},
      {" \t m 1\n", R"("m" 1)"},
      {"a:b_9{} 1\n", R"("a:b_9{}" 1)"},
      {"a{b=\"c\"}1\n", R"("a{b=\"c\"}" 1)"},
      {"a {b=\"c\"} 1\n", R"("a {b=\"c\"}" 1)"},
      {"a { b = \"c\" , d\t=\t\"e\" , } 1\n", R"("a { b = \"c\" , d\t=\t\"e\" , }" 1)"},
      {"a{a=\"1\" b=\"2\"} 1\n", R"("a{a=\"1\" b=\"2\"}" 1)"},
      {"a{a=\"1\"b=\"2\"} 1\n", R"("a{a=\"1\"b=\"2\"}" 1)"},
      {"a{b=\"x\ny\"} 1\nm 2\n", "\"a{b=\\\"x\\ny\\\"}\" 1\n\"m\" 2"},
      {"a{b=\"x\0y\"} 1"s, R"("a{b=\"x\x00y\"}" 1)"},
      {"a{b=\"} 1\"} 2\n", R"("a{b=\"} 1\"}" 2)"},
      {"a{b=\"\\\"\"} 2\n", R"("a{b=\"\\\"\"}" 2)"},
      {"  {\"a.b\",c=\"d\"} 1\n", R"("{\"a.b\",c=\"d\"}" 1)"},
      {"{b=\"c\",\"a\"} 1\n", R"("{b=\"c\",\"a\"}" 1)"},
      {"{\"a\nb\"} 1\n", R"("{\"a\nb\"}" 1)"},
      {"m{\"quoted\"=\"v\",} 1\n", R"("m{\"quoted\"=\"v\",}" 1)"},
      {"{\"\"} 1\n", R"("{\"\"}" 1)"},
      {"m 1 1000\n", R"("m" 1 @1000)"},
      {"m 1 1000", R"("m" 1 @1000)"},
      {"m 1 \t 1000 \n", R"("m" 1 @1000)"},
      {"m 1 9223372036854775807\n", R"("m" 1 @9223372036854775807)"},
      {"m 1 0\nm 1\n", "\"m\" 1 @0\n\"m\" 1"},
      {"m 1\n\0m 2\n{{{"s, R"("m" 1)"},
      {"m 1\n  \0"s, R"("m" 1)"},
      {"\0"s, ""},
  });
}

TEST(TextWalker, ReadsValues) {
  const Case cases[] = {
      {"0", "0"},
      {"7", "7"},
      {"1234567", "1234567"},
      {"12345678", "12345678"},
      {"123456789012345678", "123456789012345680"},
      {"-5", "-5"},
      {"+3", "3"},
      {"-0", "-0"},
      {".5", "0.5"},
      {"5.", "5"},
      {"1E3", "1000"},
      {"1e+3", "1000"},
      {"1.5e-07", "1.5e-07"},
      {"1e-400", "0"},
      {"4.9e-324", "5e-324"},
      {"1.7976931348623157e308", "1.7976931348623157e+308"},
      {"007", "7"},
      {"0.1000000000000000055511151231257827", "0.1"},
      {"NaN", "NaN(7ff8000000000001)"},
      {"nan", "NaN(7ff8000000000001)"},
      {"+Inf", "+Inf"},
      {"-inf", "-Inf"},
      {"INFINITY", "+Inf"},
      {"-infinity", "-Inf"},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(walk("m " + text + "\n"), "\"m\" " + expected);
    EXPECT_EQ(walk("m " + text), "\"m\" " + expected);
    EXPECT_EQ(walk("m " + text + " 5\nn 1\n"), "\"m\" " + expected + " @5\n\"n\" 1");
  }
}

TEST(TextWalker, ShortIntegersAreExact) {
  for (const uint32_t step : {1u, 7u, 9973u}) {
    for (uint32_t i = 0, n = 0; n < 3000 && i < 100000000; i += step, ++n) {
      const std::string text = std::to_string(i);
      ASSERT_EQ(walk("m " + text + "\n# trailing\n"), "\"m\" " + text + "\nCOMMENT \"# trailing\"");
    }
  }
}

TEST(TextWalker, RefusesValues) {
  const Case cases[] = {
      {"0x1p-3", "unsupported character in float"},
      {"1_2", "unsupported character in float"},
      {"up", "unsupported character in float"},
      {"0x1A", R"(strconv.ParseFloat: parsing "0x1A": invalid syntax)"},
      {"true", R"(strconv.ParseFloat: parsing "true": invalid syntax)"},
      {"1.2.3", R"(strconv.ParseFloat: parsing "1.2.3": invalid syntax)"},
      {"+NaN", R"(strconv.ParseFloat: parsing "+NaN": invalid syntax)"},
      {"-NaN", R"(strconv.ParseFloat: parsing "-NaN": invalid syntax)"},
      {"1e", R"(strconv.ParseFloat: parsing "1e": invalid syntax)"},
      {"infi", R"(strconv.ParseFloat: parsing "infi": invalid syntax)"},
      {"1,5", R"(strconv.ParseFloat: parsing "1,5": invalid syntax)"},
      {"-", R"(strconv.ParseFloat: parsing "-": invalid syntax)"},
      {".", R"(strconv.ParseFloat: parsing ".": invalid syntax)"},
      {"--1", R"(strconv.ParseFloat: parsing "--1": invalid syntax)"},
      {"1\r", R"(strconv.ParseFloat: parsing "1\r": invalid syntax)"},
      {"1e400", R"(strconv.ParseFloat: parsing "1e400": value out of range)"},
      {"-1e400", R"(strconv.ParseFloat: parsing "-1e400": value out of range)"},
  };
  for (const auto& [text, expected] : cases) {
    const std::string line = "foo " + text;
    const std::string message = expected + " while parsing: " + go_quote(line);
    EXPECT_EQ(message_of(line + "\n"), message);
    EXPECT_EQ(message_of(line), message);
    EXPECT_EQ(message_of(line + " 1000\n"), message);
  }
}

// The messages, wherever in a body the line stands.
void expect_messages(const std::vector<Case>& cases) {
  for (const auto& [body, expected] : cases) {
    EXPECT_EQ(message_of(body), expected);
    EXPECT_EQ(message_of("good 1\n\n" + body), expected) << "in a later line";
  }
}

TEST(TextWalker, NamesWhatItExpectedOfASeries) {
  expect_messages({
      {"a", R"(expected value after metric, got "\n" ("INVALID") while parsing: "a\n")"},
      {"a\n", R"(expected value after metric, got "\n" ("INVALID") while parsing: "a\n")"},
      {"a{} \n", R"(expected value after metric, got "\n" ("INVALID") while parsing: "a{} \n")"},
      {"a{b='c'} 1", R"(expected label value, got "'" ("INVALID") while parsing: "a{b='")"},
      {"a{b=", R"(expected label value, got "\n" ("INVALID") while parsing: "a{b=\n")"},
      {"a{\xff=\"x\"} 1", R"(expected label name, got "\xff" ("INVALID") while parsing: "a{\xff")"},
      {R"({"a", "b = "c"})", R"(expected equal, got "c\"" ("LNAME") while parsing: "{\"a\", \"b = \"c\"")"},
      {"{A}0", R"(expected equal, got "}0" ("BCLOSE") while parsing: "{A}0")"},
      {"{a,b=\"c\"} 1", R"(expected equal, got ",b" ("COMMA") while parsing: "{a,b")"},
      {"{a=\"ok\"} 1", R"(metric name not set while parsing: "{a=\"ok\"} 1")"},
      {"{__name__=\"x\"} 1", R"(metric name not set while parsing: "{__name__=\"x\"} 1")"},
      {"{a=\"ok\"}\n", R"(metric name not set while parsing: "{a=\"ok\"}")"},
      {"{} 1\n", R"(metric name not set while parsing: "{} 1")"},
      {"a{\"b\"} 1", R"(metric name already set while parsing: "a{\"b\"}")"},
      {"{\"a\",\"b\",c=\"d\"} 1", R"(metric name already set while parsing: "{\"a\",\"b\",")"},
      {"m{=\"\"} 0", R"(expected label name, got "=\"" ("EQUAL") while parsing: "m{=\"")"},
      {"m{,} 0", R"(expected label name, got ",}" ("COMMA") while parsing: "m{,}")"},
      {"m{a=\"b\",,} 0", R"(expected label name, got ",}" ("COMMA") while parsing: "m{a=\"b\",,}")"},
      {"a\0{b=\"c\"} 1"s, R"(expected value after metric, got "\x00" ("INVALID") while parsing: "a\x00")"},
      {"a{\"b\0\"=\"c\"} 1"s, R"(expected label name, got "\"b\x00" ("INVALID") while parsing: "a{\"b\x00")"},
      {"1a 1", R"(expected a valid start token, got "1" ("INVALID") while parsing: "1")"},
      {"  }", R"(expected a valid start token, got "}" ("INVALID") while parsing: "  }")"},
      {"\xc3\xa9 1", R"(expected a valid start token, got "\xc3" ("INVALID") while parsing: "\xc3")"},
      {"\r\n", R"(expected a valid start token, got "\r" ("INVALID") while parsing: "\r")"},
      {"a{b=\"c\"}{d=\"e\"} 1", R"(expected value after metric, got "{d" ("BOPEN") while parsing: "a{b=\"c\"}{d")"},
      {"a{b=\"c\"\n", R"(expected label name, got "\n" ("INVALID") while parsing: "a{b=\"c\"\n")"},
      {"a{b=\"c} 1\n", R"(expected label value, got "\"c} 1\n\n" ("INVALID") while parsing: "a{b=\"c} 1\n\n")"},
      {"a{b=\"c\\\n\"} 1\n", R"(expected label value, got "\"c\\\n" ("INVALID") while parsing: "a{b=\"c\\\n")"},
      {"a{b=\"c\\", R"(expected label value, got "\"c\\\n" ("INVALID") while parsing: "a{b=\"c\\\n")"},
      {"a{b:c=\"1\"} 1", R"(expected equal, got ":" ("INVALID") while parsing: "a{b:")"},
      {"a-b 1", R"(strconv.ParseFloat: parsing "-b": invalid syntax while parsing: "a-b")"},
      {"a{b=\"\xff\"} 1", R"(invalid UTF-8 label value: "\"\xff\"")"},
      {"a{b=\"\xff\",c=d} x", R"(invalid UTF-8 label value: "\"\xff\"")"},
      {"a{c=d,b=\"\xff\"} x", R"(expected label value, got "d" ("INVALID") while parsing: "a{c=d")"},
  });
}

TEST(TextWalker, NamesWhatItExpectedElsewhere) {
  expect_messages({
      {"m 1 -5", R"(expected timestamp or new record, got "-" ("INVALID") while parsing: "m 1 -")"},
      {"m 1 # {a=\"b\"} 1", R"(expected timestamp or new record, got "#" ("INVALID") while parsing: "m 1 #")"},
      {"m 1{", R"(expected timestamp or new record, got "{" ("INVALID") while parsing: "m 1{")"},
      {"m 1 1.5\n", R"(expected next entry after timestamp, got "." ("INVALID") while parsing: "m 1 1.")"},
      {"m 1 0x5\n", R"(expected next entry after timestamp, got "x" ("INVALID") while parsing: "m 1 0x")"},
      {"m 1 1_2\n", R"(expected next entry after timestamp, got "_" ("INVALID") while parsing: "m 1 1_")"},
      {"m 1 2 3\n", R"(expected next entry after timestamp, got "3\n" ("TIMESTAMP") while parsing: "m 1 2 3\n")"},
      {"m 1 1000 x", R"(expected next entry after timestamp, got "x" ("INVALID") while parsing: "m 1 1000 x")"},
      {"m 1 1000\r\n", R"(expected next entry after timestamp, got "\r" ("INVALID") while parsing: "m 1 1000\r")"},
      {"m 1 9223372036854775808\n",
       R"(strconv.ParseInt: parsing "9223372036854775808": value out of range while parsing: "m 1 9223372036854775808")"},
      {"# HELP \n", R"(expected metric name after HELP, got "\n" ("INVALID") while parsing: "# HELP \n")"},
      {"# HELP 1x y\n", R"(expected metric name after HELP, got "1" ("INVALID") while parsing: "# HELP 1")"},
      {"# TYPE \"x y\n",
       R"(expected metric name after TYPE, got "\"x y\n\n" ("INVALID") while parsing: "# TYPE \"x y\n\n")"},
      {"# HELP x \xff\n", R"(help text "\xff" is not a valid utf8 string)"},
      {"# TYPE m counter \n", R"(invalid metric type "counter ")"},
      {"# TYPE m  counter\n", R"(invalid metric type " counter")"},
      {"# TYPE m counter\r\n", R"(invalid metric type "counter\r")"},
      {"# TYPE m info\n", R"(invalid metric type "info")"},
      {"# TYPE m gaugehistogram\n", R"(invalid metric type "gaugehistogram")"},
      {"# TYPE m unknown\n", R"(invalid metric type "unknown")"},
      {"# TYPE m COUNTER\n", R"(invalid metric type "COUNTER")"},
      {"# TYPE m \n", R"(invalid metric type "")"},
      {"# TYPE m", R"(invalid metric type "")"},
  });
}

TEST(TextWalker, SaysWhereTheErrorIs) {
  expect_all({
      {"ok 1\n\n  a{b=\"c\", d=5} 1\n",
       "\"ok\" 1\n3:14: expected label value, got \"5\" (\"INVALID\") while parsing: \"  a{b=\\\"c\\\", d=5\""},
      {"a{b=\"x\ny\"} z\n",
       "2:5: strconv.ParseFloat: parsing \"z\": invalid syntax while parsing: \"a{b=\\\"x\\ny\\\"} z\""},
      {"# TYPE m nope\n", "1:10: invalid metric type \"nope\""},
      {"a{b=\"c} 1\n",
       "1:5: expected label value, got \"\\\"c} 1\\n\\n\" (\"INVALID\") while parsing: \"a{b=\\\"c} 1\\n\\n\""},
      {"a 1 -5", "1:5: expected timestamp or new record, got \"-\" (\"INVALID\") while parsing: \"a 1 -\""},
      {"a", "1:2: expected value after metric, got \"\\n\" (\"INVALID\") while parsing: \"a\\n\""},
  });
}

TEST(TextWalker, RemembersTheTypeWhateverTheMetric) {
  TextWalker walker("# TYPE m histogram\nother 1\n# HELP m x\n# TYPE m summary\n");
  DumpSink sink;
  const MetricType expected[] = {MetricType::kHistogram, MetricType::kHistogram, MetricType::kHistogram,
                                 MetricType::kSummary};
  for (const MetricType type : expected) {
    ASSERT_FALSE(walker.walk_line(sink));
    EXPECT_EQ(walker.type(), type);
  }
  EXPECT_TRUE(walker.done());
}

TEST(ParseSeries, UnescapesInWrittenOrder) {
  const Case cases[] = {
      {"m", R"("m")"},
      {"m{}", R"("m")"},
      {"m {}", R"("m")"},
      {R"(m{b="1",a="2"})", R"("m" "b"="1" "a"="2")"},
      {R"(m{a="1" a="1",})", R"("m" "a"="1" "a"="1")"},
      {R"(m{a=""})", R"("m" "a"="")"},
      {R"(m{l="a\tb"})", R"("m" "l"="a\\tb")"},
      {R"(m{l="\\n\n\"\x"})", R"("m" "l"="\\n\n\"\\x")"},
      {R"({"utf8.name","la bel"="v"})", R"("utf8.name" "la bel"="v")"},
      {R"({a="b","n\"m"})", R"("n\"m" "a"="b")"},
      {R"(m{"a\\b"="c"})", R"("m" "a\\b"="c")"},
      {R"({""})", R"("")"},
      {R"(m{__name__="x"})", R"("m" "__name__"="x")"},
      {R"(m{"\"\\\n"="\\\\","\\"="\\"})", R"("m" "\"\\\n"="\\\\" "\\"="\\")"},
      {"{\"m\0\",\"a\0\"=\"\0\"}"s, R"("m\x00" "a\x00"="\x00")"},
  };
  for (const auto& [key, expected] : cases) EXPECT_EQ(labels_of(key), expected) << key;
}

TEST(ParseSeries, RefusesWhatIsNoSeries) {
  const Case cases[] = {
      {"", R"(expected a valid start token, got "\n" ("INVALID") while parsing: "\n")"},
      {"1", R"(expected a valid start token, got "1" ("INVALID") while parsing: "1")"},
      {"{a=\"b\"}", R"(metric name not set while parsing: "{a=\"b\"}")"},
      {"m{a=\"\xff\"}", R"(invalid UTF-8 label value: "\"\xff\"")"},
      {"m{a=}", R"(expected label value, got "}" ("INVALID") while parsing: "m{a=}")"},
      {"m{a=\"b\"} 1", R"(expected end of series, got "1\n" ("VALUE") while parsing: "m{a=\"b\"} 1\n")"},
  };
  for (const auto& [key, expected] : cases) EXPECT_EQ(labels_of(key), expected) << key;
  SeriesLabels labels;
  EXPECT_TRUE(parse_series(std::string_view(), MetricType::kUnknown, labels));
}

TEST(ParseSeries, NormalisesBoundsOfTheCurrentType) {
  const std::string key = R"(m{le="1",quantile="2"})";
  EXPECT_EQ(labels_of(key, MetricType::kUnknown), R"("m" "le"="1" "quantile"="2")");
  EXPECT_EQ(labels_of(key, MetricType::kHistogram), R"("m" "le"="1.0" "quantile"="2")");
  EXPECT_EQ(labels_of(key, MetricType::kSummary), R"("m" "le"="1" "quantile"="2.0")");
  EXPECT_EQ(labels_of(key, MetricType::kGaugeHistogram), R"("m" "le"="1" "quantile"="2")");
  EXPECT_EQ(labels_of(R"(m{"le"="\\n",le="5"})", MetricType::kHistogram), R"("m" "le"="\\n" "le"="5.0")");
}

TEST(Bounds, AreSpelledInOneWay) {
  const Case cases[] = {
      {"1", "1.0"},           {"1e3", "1000.0"},
      {"100000", "100000.0"}, {"999999", "999999.0"},
      {"1000000", "1e+06"},   {"0.0001", "0.0001"},
      {"0.00001", "1e-05"},   {"2.50", "2.5"},
      {"inf", "+Inf"},        {"+Inf", "+Inf"},
      {"-INF", "-Inf"},       {"nan", "NaN"},
      {"-0", "0.0"},          {"0", "0.0"},
      {"-1", "-1.0"},         {"1234567", "1.234567e+06"},
      {"abc", "abc"},         {"1e400", "1e400"},
      {"1_0", "1_0"},         {"", ""},
      {"0x1p-2", "0.25"},     {"-0X1P+1", "-2.0"},
      {"0x.8p0", "0.5"},      {"0x1", "0x1"},
      {"0xinfp", "0xinfp"},   {"0x1p9999", "0x1p9999"},
      {"0x1p-9999", "0.0"},   {"0xp1", "0xp1"},
      {"0x1p", "0x1p"},       {"0x-1p1", "0x-1p1"},
      {"1e100", "1e+100"},    {"+5", "5.0"},
      {" 1", " 1"},
  };
  for (const auto& [text, expected] : cases) {
    std::string out = "x";
    append_bound(out, text);
    EXPECT_EQ(out, "x" + expected) << text;
  }
  const std::pair<double, const char*> numbers[] = {{1, "1.0"},           {-0.0, "0.0"},      {2.5, "2.5"},
                                                    {1e6, "1e+06"},       {HUGE_VAL, "+Inf"}, {-HUGE_VAL, "-Inf"},
                                                    {kStaleMarker, "NaN"}};
  for (const auto& [number, expected] : numbers) {
    std::string out = "1.5";
    append_bound(out, number);
    EXPECT_EQ(out, std::string("1.5") + expected);
  }
}

TEST(MetricTypes, HaveNames) {
  EXPECT_EQ(type_name(MetricType::kGaugeHistogram), "gaugehistogram");
  EXPECT_EQ(type_name(MetricType::kUnknown), "unknown");
}

}  // namespace
}  // namespace narthex::exposition
