#include "exposition/openmetrics.h"

#include <gtest/gtest.h>

#include "tests/unit/exposition/dump_sink.h"

namespace narthex::exposition {
namespace {

using namespace std::string_literals;

struct Case {
  std::string body;
  std::string expected;
};

// The end line is added.
void expect_all(const std::vector<Case>& cases) {
  for (const auto& [body, expected] : cases) {
    EXPECT_EQ(walk_openmetrics(body + "# EOF\n"), expected) << go_quote(body);
    EXPECT_EQ(walk_openmetrics(body + "# EOF"), expected) << "no newline at the end: " << go_quote(body);
  }
}

// The message alone, without its place.
std::string message_of(std::string_view body) {
  OpenMetricsWalker walker(body);
  DumpSink sink;
  while (!walker.done()) {
    if (auto error = walker.walk_line(sink)) return error->message;
  }
  return "no error: " + sink.dump;
}

// Bodies as they are; the error is the same wherever in a body the line stands.
void expect_messages(const std::vector<Case>& cases) {
  for (const auto& [body, expected] : cases) {
    EXPECT_EQ(message_of(body), expected) << go_quote(body);
    EXPECT_EQ(message_of("# TYPE good info\ngood 1\n" + body), expected) << "in a later line: " << go_quote(body);
  }
}

TEST(OpenMetricsWalker, ReadsMetadata) {
  expect_all({
      {"", ""},
      {"# TYPE m counter\n", R"(TYPE "m" counter)"},
      {"# TYPE m gauge\n", R"(TYPE "m" gauge)"},
      {"# TYPE m histogram\n", R"(TYPE "m" histogram)"},
      {"# TYPE m gaugehistogram\n", R"(TYPE "m" gaugehistogram)"},
      {"# TYPE m summary\n", R"(TYPE "m" summary)"},
      {"# TYPE m info\n", R"(TYPE "m" info)"},
      {"# TYPE m stateset\n", R"(TYPE "m" stateset)"},
      {"# TYPE m unknown\n", R"(TYPE "m" unknown)"},
      {"# TYPE a:b_9 unknown\n", R"(TYPE "a:b_9" unknown)"},
      {"# TYPE \"my.metric\" counter\n", R"(TYPE "my.metric" counter)"},
      {"# TYPE \"my\\\"metric\" counter\n", R"(TYPE "my\\\"metric" counter)"},
      {"# TYPE \"my\nmetric\" counter\n", R"(TYPE "my\nmetric" counter)"},
      {"# HELP m Some text.\n", R"(HELP "m" "Some text.")"},
      {"# HELP m \n", R"(HELP "m" "")"},
      {"# HELP m  two\t \n", R"(HELP "m" " two\t ")"},
      {"# HELP m a\0b\n"s, R"(HELP "m" "a\x00b")"},
      {R"(# HELP m a\\b\nc\"d\t\)"
       "\n",
       R"(HELP "m" "a\\b\nc\"d\\t\\")"},
      {"# UNIT m_seconds seconds\n", R"(UNIT "m_seconds" "seconds")"},
      {"# UNIT m \n", R"(UNIT "m" "")"},
      {"# UNIT _s s\n", R"(UNIT "_s" "s")"},
      {"# UNIT \"my.metric_s\" s\n", R"(UNIT "my.metric_s" "s")"},
      {"# TYPE m counter\nm 1\n# TYPE m gauge\n# HELP x t\n",
       "TYPE \"m\" counter\n\"m\" 1\nTYPE \"m\" gauge\nHELP \"x\" \"t\""},
  });
}

TEST(OpenMetricsWalker, ReadsSamples) {
  expect_all({
      {"m 1\n", R"("m" 1)"},
      {"m_total 1234567\n", R"("m_total" 1234567)"},
      {"a:b_9{} 1\n", R"("a:b_9{}" 1)"},
      {"a{b=\"c\"} 1\n", R"("a{b=\"c\"}" 1)"},
      {"a{b=\"c\",} 1\n", R"("a{b=\"c\",}" 1)"},
      {"a{b=\"c\",d=\"e\"} 1\n", R"("a{b=\"c\",d=\"e\"}" 1)"},
      {"a{b=\"x\0y\"} 1\n"s, R"("a{b=\"x\x00y\"}" 1)"},
      {"a{b=\"} 1\"} 2\n", R"("a{b=\"} 1\"}" 2)"},
      {"a{b=\"\\\"\\\\\"} 2\n", R"("a{b=\"\\\"\\\\\"}" 2)"},
      {"a{b=\" # {\"} 2\n", R"("a{b=\" # {\"}" 2)"},
      {"{\"a.b\",c=\"d\"} 1\n", R"("{\"a.b\",c=\"d\"}" 1)"},
      {"{b=\"c\",\"a\"} 1\n", R"("{b=\"c\",\"a\"}" 1)"},
      {"{\"a\nb\"} 1\n", R"("{\"a\nb\"}" 1)"},
      {"m{\"quoted\"=\"v\",} 1\n", R"("m{\"quoted\"=\"v\",}" 1)"},
      {"{\"\"} 1\n", R"("{\"\"}" 1)"},
      {"m 1\nm 1\n", "\"m\" 1\n\"m\" 1"},
  });
}

TEST(OpenMetricsWalker, ReadsFloatsOfSecondsAsTimestamps) {
  const Case cases[] = {
      {"0", "0"},
      {"1520879607.789", "1520879607789"},
      {"1", "1000"},
      {"1.5", "1500"},
      {"1.0019", "1001"},
      {"-1.0019", "-1001"},
      {"-5", "-5000"},
      {"1e3", "1000000"},
      {"+.5", "500"},
      {"1.001", "1000"},  // 1.001 * 1000 is a bit less than 1001
      {"1e-400", "0"},
      {"1e300", "4611686018427387904"},
      {"-1e300", "-4611686018427387904"},
  };
  for (const auto& [text, expected] : cases) {
    const std::string end = "\n# EOF\n";
    EXPECT_EQ(walk_openmetrics("m 1 " + text + end), "\"m\" 1 @" + expected);
    EXPECT_EQ(walk_openmetrics("m 1 # {} 2 " + text + end), "\"m\" 1 # 2 @" + expected);
    EXPECT_EQ(walk_openmetrics("m 1 " + text + " # {} 2" + end), "\"m\" 1 @" + expected + " # 2");
  }
}

TEST(OpenMetricsWalker, ReadsValues) {
  const Case cases[] = {
      {"0", "0"},
      {"7", "7"},
      {"12345678", "12345678"},
      {"-5", "-5"},
      {"1.0", "1"},
      {"+3", "3"},
      {"-0", "-0"},
      {".5", "0.5"},
      {"5.", "5"},
      {"1E3", "1000"},
      {"1e-400", "0"},
      {"0.1000000000000000055511151231257827", "0.1"},
      {"+Inf", "+Inf"},
      {"-inf", "-Inf"},
      {"INFINITY", "+Inf"},
      {"NaN", "NaN(7ff8000000000001)"},
      {"nan", "NaN(7ff8000000000001)"},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(walk_openmetrics("m " + text + "\n# EOF"), "\"m\" " + expected);
    EXPECT_EQ(walk_openmetrics("m " + text + " 5\nn 1\n# EOF"), "\"m\" " + expected + " @5000\n\"n\" 1");
    EXPECT_EQ(walk_openmetrics("m 1 # {} " + text + "\n# EOF"), "\"m\" 1 # " + expected);
  }
}

TEST(OpenMetricsWalker, RefusesFloats) {
  const Case cases[] = {
      {"0x1p-3", "unsupported character in float"},
      {"1_2", "unsupported character in float"},
      {"0x1A", R"(strconv.ParseFloat: parsing "0x1A": invalid syntax)"},
      {"+NaN", R"(strconv.ParseFloat: parsing "+NaN": invalid syntax)"},
      {"1e", R"(strconv.ParseFloat: parsing "1e": invalid syntax)"},
      {"1,5", R"(strconv.ParseFloat: parsing "1,5": invalid syntax)"},
      {"1\r", R"(strconv.ParseFloat: parsing "1\r": invalid syntax)"},
      {"1\t2", R"(strconv.ParseFloat: parsing "1\t2": invalid syntax)"},
      {"#", R"(strconv.ParseFloat: parsing "#": invalid syntax)"},
      {"#x", R"(strconv.ParseFloat: parsing "#x": invalid syntax)"},
      {"{b=\"c\"}", R"(strconv.ParseFloat: parsing "{b=\"c\"}": invalid syntax)"},
      {"1e400", R"(strconv.ParseFloat: parsing "1e400": value out of range)"},
  };
  for (const auto& [text, expected] : cases) {
    for (const std::string before : {"foo ", "foo 1 ", "foo 1 # {} ", "foo 1 2 # {} ", "foo 1 # {} 2 "}) {
      const std::string line = before + text;
      EXPECT_EQ(message_of(line + "\n# EOF"), expected + " while parsing: " + go_quote(line));
    }
    EXPECT_EQ(message_of("foo " + text + " 1000\n"), expected + " while parsing: " + go_quote("foo " + text));
  }
}

TEST(OpenMetricsWalker, ReadsExemplars) {
  expect_all({
      {"m 1 # {} 2\n", R"("m" 1 # 2)"},
      {"m 1 # {a=\"b\"} 2\n", R"("m" 1 # "a"="b" 2)"},
      {"m 1 # {a=\"b\",c=\"d\",} 2 3.5\n", R"("m" 1 # "a"="b" "c"="d" 2 @3500)"},
      {"m 1 2 # {a=\"b\"} 2 3.5\n", R"("m" 1 @2000 # "a"="b" 2 @3500)"},
      {"m{x=\"y\"} 1 # {\"la bel\"=\"b\"} -2\n", R"("m{x=\"y\"}" 1 # "la bel"="b" -2)"},
      {R"(m 1 # {a="\\b\n\"",a=""} 2)"
       "\n",
       R"("m" 1 # "a"="\\\\b\\n\\\"" "a"="" 2)"},
      {"m 1 # {a=\"b\"} 2\nn 3\n", "\"m\" 1 # \"a\"=\"b\" 2\n\"n\" 3"},
      {"m_count 1 # {a=\"" + std::string(200, 'x') + "\"} 2\n",
       R"("m_count" 1 # "a"=")" + std::string(200, 'x') + "\" 2"},
  });
}

TEST(OpenMetricsWalker, AsksForTheEnd) {
  expect_messages({
      {"", "data does not end with # EOF"},
      {"m 1", "data does not end with # EOF"},
      {"m 1\n", "data does not end with # EOF"},
      {"m 1 ", "data does not end with # EOF"},
      {"m 1 # ", "data does not end with # EOF"},
      {"m 1 # {} 2", "data does not end with # EOF"},
      {"m 1 # {} 2\n", "data does not end with # EOF"},
      {"# EOF\n\n", "unexpected data after # EOF"},
      {"# EOF\nm 1\n# EOF\n", "unexpected data after # EOF"},
      {"# EOFx", "unexpected data after # EOF"},
      {"# EOF \n", "unexpected data after # EOF"},
      {"# EOF\r\n", "unexpected data after # EOF"},
      {"m 1 2", R"(expected next entry after timestamp, got " 2" ("EOF") while parsing: "m 1 2")"},
      {"m 1 # {} 1 2",
       R"(expected next entry after exemplar timestamp, got " 2" ("EOF") while parsing: "m 1 # {} 1 2")"},
      {"# TYPE m counter", "expected text in TYPE"},
      {"# HELP m text", "expected text in HELP"},
      {"# UNIT m_s s", "expected text in UNIT"},
  });
}

TEST(OpenMetricsWalker, NamesWhatItExpectedAtTheStart) {
  expect_messages({
      {"# foo\n# EOF", R"(expected a valid start token, got "# f" ("INVALID") while parsing: "# f")"},
      {"#EOF", R"(expected a valid start token, got "#E" ("INVALID") while parsing: "#E")"},
      {"#", R"(expected a valid start token, got "#" ("INVALID") while parsing: "#")"},
      {"# ", R"(expected a valid start token, got "# " ("INVALID") while parsing: "# ")"},
      {"# EO", R"(expected a valid start token, got "# EO" ("INVALID") while parsing: "# EO")"},
      {"# HELPx m\n", R"(expected a valid start token, got "# HELPx" ("INVALID") while parsing: "# HELPx")"},
      {"# HELP\tm x\n", R"(expected a valid start token, got "# HELP\t" ("INVALID") while parsing: "# HELP\t")"},
      {"#\tTYPE m counter\n", R"(expected a valid start token, got "#\t" ("INVALID") while parsing: "#\t")"},
      {"#  TYPE m counter\n", R"(expected a valid start token, got "#  " ("INVALID") while parsing: "#  ")"},
      {"\n# EOF", R"(expected a valid start token, got "\n" ("INVALID") while parsing: "\n")"},
      {" a 1\n", R"(expected a valid start token, got " " ("INVALID") while parsing: " ")"},
      {"1a 1\n", R"(expected a valid start token, got "1" ("INVALID") while parsing: "1")"},
      {"\xc3\xa9 1\n", R"(expected a valid start token, got "\xc3" ("INVALID") while parsing: "\xc3")"},
      {"\0# EOF"s, R"(expected a valid start token, got "\x00" ("INVALID") while parsing: "\x00")"},
  });
}

TEST(OpenMetricsWalker, NamesWhatItExpectedOfMetadata) {
  expect_messages({
      {"# TYPE m untyped\n", R"(invalid metric type "untyped")"},
      {"# TYPE m COUNTER\n", R"(invalid metric type "COUNTER")"},
      {"# TYPE c  counter\n", R"(invalid metric type " counter")"},
      {"# TYPE c counter \n", R"(invalid metric type "counter ")"},
      {"# TYPE c counter\r\n", R"(invalid metric type "counter\r")"},
      {"# TYPE c \n", R"(invalid metric type "")"},
      {"# TYPE m\n# EOF", "expected text in TYPE"},
      {"# HELP m\n# EOF", "expected text in HELP"},
      {"# UNIT m\n# EOF", "expected text in UNIT"},
      {"# TYPE m\tcounter\n", "expected text in TYPE"},
      {"# HELP a.b c\n", "expected text in HELP"},
      {"# TYPE ", R"(expected metric name after TYPE, got "# TYPE " ("EOF") while parsing: "# TYPE ")"},
      {"# HELP  m x\n", R"(expected metric name after HELP, got " " ("INVALID") while parsing: "# HELP  ")"},
      {"# HELP \n", R"(expected metric name after HELP, got "\n" ("INVALID") while parsing: "# HELP \n")"},
      {"# UNIT 1 x\n", R"(expected metric name after UNIT, got "1" ("INVALID") while parsing: "# UNIT 1")"},
      {"# TYPE \"m", R"(expected metric name after TYPE, got "\"m" ("INVALID") while parsing: "# TYPE \"m")"},
      {"# HELP m \xff\n", R"(help text "\xff" is not a valid utf8 string)"},
      {"# UNIT m s\n", R"(unit "s" not a suffix of metric "m")"},
      {"# UNIT ms s\n", R"(unit "s" not a suffix of metric "ms")"},
      {"# UNIT s s\n", R"(unit "s" not a suffix of metric "s")"},
      {"# UNIT m_s m_s\n", R"(unit "m_s" not a suffix of metric "m_s")"},
      {"# UNIT m_s  s\n", R"(unit " s" not a suffix of metric "m_s")"},
  });
}

TEST(OpenMetricsWalker, NamesWhatItExpectedOfASeries) {
  expect_messages({
      {"a", R"(expected value after metric, got "a" ("EOF") while parsing: "a")"},
      {"a\n", R"(expected value after metric, got "\n" ("INVALID") while parsing: "a\n")"},
      {"a ", R"(expected value after metric, got " " ("INVALID") while parsing: "a ")"},
      {"a  1\n", R"(expected value after metric, got "  " ("INVALID") while parsing: "a  ")"},
      {"a\t1\n", R"(expected value after metric, got "\t" ("INVALID") while parsing: "a\t")"},
      {"a\0 1\n"s, R"(expected value after metric, got "\x00" ("INVALID") while parsing: "a\x00")"},
      {"a-b 1\n", R"(expected value after metric, got "-" ("INVALID") while parsing: "a-")"},
      {"a{b=\"c\"}1\n", R"(expected value after metric, got "1" ("INVALID") while parsing: "a{b=\"c\"}1")"},
      {"a{b=\"c\"}{d=\"e\"} 1\n", R"(expected value after metric, got "{d" ("BOPEN") while parsing: "a{b=\"c\"}{d")"},
      {"a{}", R"(expected value after metric, got "}" ("EOF") while parsing: "a{}")"},
      {"a {b=\"c\"} 1\n", R"(strconv.ParseFloat: parsing "{b=\"c\"}": invalid syntax while parsing: "a {b=\"c\"}")"},
      {"a{ b=\"c\"} 1\n", R"(expected label name, got " " ("INVALID") while parsing: "a{ ")"},
      {"a{,} 1\n", R"(expected label name, got ",}" ("COMMA") while parsing: "a{,}")"},
      {"a{=\"\"} 1\n", R"(expected label name, got "=\"" ("EQUAL") while parsing: "a{=\"")"},
      {"a{1=\"b\"} 1\n", R"(expected label name, got "1" ("INVALID") while parsing: "a{1")"},
      {"a{\xff=\"x\"} 1\n", R"(expected label name, got "\xff" ("INVALID") while parsing: "a{\xff")"},
      {"a{", R"(expected label name, got "{" ("EOF") while parsing: "a{")"},
      {"a{b=\"c\", d=\"e\"} 1\n", R"(expected label name, got " " ("INVALID") while parsing: "a{b=\"c\", ")"},
      {"a{b=\"c\",,} 1\n", R"(expected label name, got ",}" ("COMMA") while parsing: "a{b=\"c\",,}")"},
      {"a{b=\"c\",", R"(expected label name, got "," ("EOF") while parsing: "a{b=\"c\",")"},
      {"a{b=\"c\"d=\"e\"} 1\n", R"(expected comma or brace close, got "d=" ("LNAME") while parsing: "a{b=\"c\"d=")"},
      {"a{b=\"c\" } 1\n", R"(expected comma or brace close, got " " ("INVALID") while parsing: "a{b=\"c\" ")"},
      {"a{b=\"c\"", R"(expected comma or brace close, got "\"c\"" ("EOF") while parsing: "a{b=\"c\"")"},
      {"a{b =\"c\"} 1\n", R"(expected equal, got " " ("INVALID") while parsing: "a{b ")"},
      {"a{b} 1\n", R"(expected equal, got "} " ("BCLOSE") while parsing: "a{b} ")"},
      {"{A}0\n", R"(expected equal, got "}0" ("BCLOSE") while parsing: "{A}0")"},
      {"a{b,c=\"d\"} 1\n", R"(expected equal, got ",c" ("COMMA") while parsing: "a{b,c")"},
      {"a{b:c=\"1\"} 1\n", R"(expected equal, got ":" ("INVALID") while parsing: "a{b:")"},
      {"{\"a\",\"b = \"c\"}\n", R"(expected equal, got "c\"" ("LNAME") while parsing: "{\"a\",\"b = \"c\"")"},
      {"a{b= \"c\"} 1\n", R"(expected label value, got " " ("INVALID") while parsing: "a{b= ")"},
      {"a{b='c'} 1\n", R"(expected label value, got "'" ("INVALID") while parsing: "a{b='")"},
      {"a{b=", R"(expected label value, got "=" ("EOF") while parsing: "a{b=")"},
      {"a{b=\"c\nd\"} 1\n", R"(expected label value, got "\"c\n" ("INVALID") while parsing: "a{b=\"c\n")"},
      {"a{b=\"c\\\nd\"} 1\n", R"(expected label value, got "\"c\\\n" ("INVALID") while parsing: "a{b=\"c\\\n")"},
      {"a{b=\"c} 1\nd 2\n", R"(expected label value, got "\"c} 1\n" ("INVALID") while parsing: "a{b=\"c} 1\n")"},
      {"a{b=\"\xff\"} 1\n", R"(invalid UTF-8 label value: "\"\xff\"")"},
      {"{b=\"c\"} 1\n", R"(metric name not set while parsing: "{b=\"c\"} 1")"},
      {"{__name__=\"x\"} 1\n", R"(metric name not set while parsing: "{__name__=\"x\"} 1")"},
      {"{b=\"c\"}", R"(metric name not set while parsing: "{b=\"c\"}")"},
      {"a{\"b\"} 1\n", R"(metric name already set while parsing: "a{\"b\"}")"},
      {"{\"a\",\"b\",c=\"d\"} 1\n", R"(metric name already set while parsing: "{\"a\",\"b\",")"},
  });
}

TEST(OpenMetricsWalker, NamesWhatItExpectedBehindTheValue) {
  expect_messages({
      {"a 1 NaN\n", "invalid timestamp NaN"},
      {"a 1 +Inf\n", "invalid timestamp +Inf"},
      {"a 1 -inf\n", "invalid timestamp -Inf"},
      {"a 1 2 \n# EOF", R"(expected next entry after timestamp, got " \n" ("INVALID") while parsing: "a 1 2 \n")"},
      {"a 1 2  3\n", R"(expected next entry after timestamp, got "  " ("INVALID") while parsing: "a 1 2  ")"},
      {"a 1 2 3\n", R"(expected next entry after timestamp, got " 3\n" ("TIMESTAMP") while parsing: "a 1 2 3\n")"},
      {"a 1 2 # x\n", R"(expected next entry after timestamp, got " # x" ("INVALID") while parsing: "a 1 2 # x")"},
      {"a 1 2\0\n"s, R"(expected next entry after timestamp, got "\x00" ("INVALID") while parsing: "a 1 2\x00")"},
      {"a 1 # {} 1 NaN\n", "invalid exemplar timestamp NaN"},
      {"a 1 # {} 1 +Inf\n", "invalid exemplar timestamp +Inf"},
      {"a 1 # {} 1 -Inf\n", "invalid exemplar timestamp -Inf"},
      {"a 1 # {}\n", R"(expected value after exemplar labels, got "\n" ("INVALID") while parsing: "a 1 # {}\n")"},
      {"a 1 # {}1\n", R"(expected value after exemplar labels, got "1" ("INVALID") while parsing: "a 1 # {}1")"},
      {"a 1 # {}\"x\" 1\n",
       R"(expected value after exemplar labels, got "\"x\" " ("LVALUE") while parsing: "a 1 # {}\"x\" ")"},
      {"a 1 # {}", R"(expected value after exemplar labels, got "}" ("EOF") while parsing: "a 1 # {}")"},
      {"a 1 # {\"a\"} 1\n", R"(expected label name, got "} " ("BCLOSE") while parsing: "a 1 # {\"a\"} ")"},
      {"a 1 # {\"a\",b=\"c\"} 1\n", R"(expected label name, got ",b" ("COMMA") while parsing: "a 1 # {\"a\",b")"},
      {"a 1 # {a} 1\n", R"(expected equal, got "} " ("BCLOSE") while parsing: "a 1 # {a} ")"},
      {"a 1 # {a= 1\n", R"(expected label value, got " 1\n" ("VALUE") while parsing: "a 1 # {a= 1\n")"},
      {"a 1 # {b=\"c\0\"} 1\n"s,
       R"(expected label value, got "\"c\x00" ("INVALID") while parsing: "a 1 # {b=\"c\x00")"},
      {"a 1 # {\"b\n\"=\"c\"} 1\n", R"(expected label name, got "\"b\n" ("INVALID") while parsing: "a 1 # {\"b\n")"},
      {"a 1 # {b=\"\xff\"} 1\n", R"(invalid UTF-8 label value: "\"\xff\"")"},
      {"a 1 # {a=\"b\"c=\"d\"} 1\n",
       R"(expected comma or brace close, got "c=" ("LNAME") while parsing: "a 1 # {a=\"b\"c=")"},
      {"a 1 # {", R"(expected label name, got " # {" ("EOF") while parsing: "a 1 # {")"},
      {"a 1 # {} 1 \n", R"(expected timestamp or comment, got " \n" ("INVALID") while parsing: "a 1 # {} 1 \n")"},
      {"a 1 # {} 1  2\n", R"(expected timestamp or comment, got "  " ("INVALID") while parsing: "a 1 # {} 1  ")"},
      {"a 1 # {} 1 # {} 1\n", R"(strconv.ParseFloat: parsing "#": invalid syntax while parsing: "a 1 # {} 1 #")"},
      {"a 1 # {} 1 2 3\n",
       R"(expected next entry after exemplar timestamp, got " 3\n" ("TIMESTAMP") while parsing: "a 1 # {} 1 2 3\n")"},
      {"a 1 # {} 1 2 \n",
       R"(expected next entry after exemplar timestamp, got " \n" ("INVALID") while parsing: "a 1 # {} 1 2 \n")"},
  });
}

// The sample is told, and then the scrape fails all the same.
TEST(OpenMetricsWalker, TakesASampleWithGarbageBehindIt) {
  const std::string start = "expected a valid start token, got ";
  const Case cases[] = {
      {"a 1 \n# EOF", "1:5: " + start + R"("\n#" ("LINEBREAK") while parsing: "\n#")"},
      {"a 1 # x\n# EOF", "1:7: " + start + R"("x" ("INVALID") while parsing: "x")"},
      {"a 1 # \n# EOF", "1:7: " + start + R"("\n#" ("LINEBREAK") while parsing: "\n#")"},
      {"a 1  2\n# EOF", "1:5: " + start + R"(" 2\n" ("TIMESTAMP") while parsing: " 2\n")"},
      {"a 1  # {} 1\n# EOF", "1:5: " + start + R"(" # {}" ("COMMENT") while parsing: " # {}")"},
      {"a 1\0\n# EOF"s, "1:4: " + start + R"("\x00" ("INVALID") while parsing: "\x00")"},
      {"a 1 ", "1:5: data does not end with # EOF"},
  };
  for (const auto& [body, error] : cases) {
    EXPECT_EQ(walk_openmetrics(body), "\"a\" 1\n" + error) << go_quote(body);
  }
}

// Found by comparing mutated bodies with Debian's Prometheus 2.42, which is stricter than what we follow...
TEST(OpenMetricsWalker, TakesWhatVersion2Refused) {
  expect_all({
      {"i_info{v=\"1\",} 1\n", R"("i_info{v=\"1\",}" 1)"},  // expected label name, got "BCLOSE"
      {"a 1 # {t=\"y\",} 2\n", R"("a" 1 # "t"="y" 2)"},     // the same
      {"a 1 # {t=\"y\"} 2\n", R"("a" 1 # "t"="y" 2)"},      // metric name a does not support exemplars
      {"{\"a\"} 1\n", R"("{\"a\"}" 1)"},                    // "INVALID" "{" is not a valid start token
      {"# TYPE \"a\" gauge\n", R"(TYPE "a" gauge)"},        // expected metric name after TYPE
      {"u{\"a\"=\"b\"} 1\n", R"("u{\"a\"=\"b\"}" 1)"},      // expected label name or left brace
  });
}

// ...and skips NULs wherever its lexer was in a quoted value or a text a moment before. We take them inside those only.
TEST(OpenMetricsWalker, RefusesNulsAtTheEdges) {
  expect_messages({
      {"# H\0ELP m x\n"s, R"(expected a valid start token, got "# H\x00" ("INVALID") while parsing: "# H\x00")"},
      {"# HELP m x\n\0m 1\n"s, R"(expected a valid start token, got "\x00" ("INVALID") while parsing: "\x00")"},
      {"# HELP m\0 x\n"s, "expected text in HELP"},
      {"m{a=\"b\"\0} 1\n"s, R"(expected comma or brace close, got "\x00" ("INVALID") while parsing: "m{a=\"b\"\x00")"},
  });
}

TEST(OpenMetricsWalker, SaysWhereTheErrorIs) {
  const Case cases[] = {
      {"ok 1\na{b=\"c\",d=5} 1\n",
       "\"ok\" 1\n2:11: expected label value, got \"5\" (\"INVALID\") while parsing: \"a{b=\\\"c\\\",d=5\""},
      {"{\"a\nb\"} z\n", "2:5: strconv.ParseFloat: parsing \"z\": invalid syntax while parsing: \"{\\\"a\\nb\\\"} z\""},
      {"a 1 NaN\n", "1:5: invalid timestamp NaN"},
      {"a 1 # {} 1 NaN\n", "1:12: invalid exemplar timestamp NaN"},
      {"a 1 # {b} 1\n", "1:9: expected equal, got \"} \" (\"BCLOSE\") while parsing: \"a 1 # {b} \""},
      {"# TYPE m nope\n", "1:10: invalid metric type \"nope\""},
      {"# TYPE m\n", "1:9: expected text in TYPE"},
      {"# UNIT m s\n", "1:10: unit \"s\" not a suffix of metric \"m\""},
      {"a 1", "1:4: data does not end with # EOF"},
      {"a 1 # {} 2", "1:11: data does not end with # EOF"},
      {"a 1\n", "\"a\" 1\n2:1: data does not end with # EOF"},
      {"# EOF\n\n", "2:1: unexpected data after # EOF"},
      {"# EOFx", "1:6: unexpected data after # EOF"},
  };
  for (const auto& [body, expected] : cases) EXPECT_EQ(walk_openmetrics(body), expected) << go_quote(body);
}

// Whatever of a body arrived, it does not pass for the whole, unless only the last newline is missing.
TEST(OpenMetricsWalker, FailsWhereverABodyIsCut) {
  const std::string body =
      "# HELP a_seconds Some \\\"text\\\".\n# TYPE a_seconds histogram\n# UNIT a_seconds seconds\n"
      "a_seconds_bucket{le=\"0.5\",b=\"c\"} 1 # {trace_id=\"12\",x=\"y\"} 0.25 1520879607.789\n"
      "a_seconds_bucket{le=\"+Inf\",b=\"c\"} 2 123.5 # {} 7\na_seconds_count{b=\"c\"} 12 5\na_seconds_sum 1e-7\n"
      "a_seconds_created{b=\"c\"} 1520879607.789\n{\"my.metric\",\"la bel\"=\"\\\"\"} 1\n# TYPE i info\ni_info{} 1\n# "
      "EOF\n";
  for (const bool read_created : {false, true}) {
    const OpenMetricsOptions options{.read_created = read_created};
    for (size_t size = 0; size < body.size(); ++size) {
      OpenMetricsWalker walker(std::string_view(body).substr(0, size), options);
      DumpSink sink;
      bool failed = false;
      while (!walker.done() && !failed) failed = walker.walk_line(sink).has_value();
      EXPECT_EQ(failed, size + 1 < body.size()) << go_quote(body.substr(0, size));
    }
    EXPECT_EQ(walk_openmetrics(body, options), walk_openmetrics(body.substr(0, body.size() - 1), options));
  }
}

TEST(OpenMetricsWalker, RemembersTheTypeWhateverTheMetric) {
  OpenMetricsWalker walker("# TYPE m histogram\nother 1\n# HELP m x\n# TYPE m summary\n# EOF");
  DumpSink sink;
  for (const MetricType type : {MetricType::kHistogram, MetricType::kHistogram, MetricType::kHistogram,
                                MetricType::kSummary, MetricType::kSummary}) {
    EXPECT_FALSE(walker.done());
    ASSERT_FALSE(walker.walk_line(sink));
    EXPECT_EQ(walker.type(), type);
  }
  EXPECT_TRUE(walker.done());
}

// What a walker takes for a key, parse_series() reads.
TEST(OpenMetricsWalker, KeysReadAsLabels) {
  struct Labels {
    std::string text;
    void on_series(const SeriesLine& line) {
      SeriesLabels labels;
      if (auto error = parse_series(line.key, MetricType::kHistogram, labels)) text += error->message;
      text += go_quote(labels.name());
      for (const LabelView& label : labels.labels()) text += " " + go_quote(label.name) + "=" + go_quote(label.value);
      text += "\n";
    }
    void on_type(std::string_view, MetricType) {}
    void on_help(std::string_view, std::string_view) {}
    void on_unit(std::string_view, std::string_view) {}
  } sink;
  OpenMetricsWalker walker("m 1\nm{} 1\nm{le=\"1\",a=\"\\\"\\n\\x\",} 1\n{\"n\nm\",\"l\\\\\"=\"\"} 1\n# EOF");
  while (!walker.done()) ASSERT_FALSE(walker.walk_line(sink));
  EXPECT_EQ(sink.text, "\"m\"\n\"m\"\n\"m\" \"le\"=\"1.0\" \"a\"=\"\\\"\\n\\\\x\"\n\"n\\nm\" \"l\\\\\"=\"\"\n");
}

}  // namespace
}  // namespace narthex::exposition
