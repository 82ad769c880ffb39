// Precedence, keywords as names and canonical text. Source: PromQL spec, sections 1, 2, 10 and 13.
#include <gtest/gtest.h>

#include "promql/engine.h"
#include "promql/parser.h"

namespace narthex::promql {
namespace {

constexpr Features kAll = {true, true, true, true, true};

std::string canonical(const std::string& query) {
  const auto expr = parse_expr(query, kAll);
  return expr ? print(**expr) : expr.error().message;
}

// Parentheses around every operator, to show what binds to what.
std::string grouped(const Expr& expr) {
  if (const auto* n = std::get_if<BinaryExpr>(&expr.node)) {
    return "(" + grouped(*n->lhs) + " " + std::string(text_of(n->op)) + " " + grouped(*n->rhs) + ")";
  }
  if (const auto* n = std::get_if<UnaryExpr>(&expr.node)) return "(-" + grouped(*n->expr) + ")";
  return print(expr);
}

TEST(PrintTest, Precedence) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"a or b and c unless d", "(a or ((b and c) unless d))"},
      {"a and b == c", "(a and (b == c))"},
      {"a == b + c", "(a == (b + c))"},
      {"a + b * c", "(a + (b * c))"},
      {"a - b - c", "((a - b) - c)"},
      {"a ^ b ^ c", "(a ^ (b ^ c))"},
      {"a * b atan2 c % d", "(((a * b) atan2 c) % d)"},
      {"-2^2", "(-(2 ^ 2))"},
      {"-a * b", "((-a) * b)"},
      {"2 ^ -1", "(2 ^ -1)"},
      {"2 ^ -a ^ b", "(2 ^ (-(a ^ b)))"},
      {"2 ^ -a * b", "((2 ^ (-a)) * b)"},
      {"a * -b * c", "((a * (-b)) * c)"},
      {"a ^ b offset 5m", "(a ^ b offset 5m)"},
      {"-a offset 5m", "(-a offset 5m)"},
      {"a </ 5 + b", "(a </ (5 + b))"},
      {"a offset -2 ^ 2", "(a offset -2s ^ 2)"},
  };
  for (const auto& [query, wanted] : cases) {
    const auto expr = parse_expr(query, kAll);
    ASSERT_TRUE(expr) << query << ": " << expr.error().message;
    EXPECT_EQ(grouped(**expr), wanted) << query;
  }
}

TEST(PrintTest, KeywordsAsNames) {
  for (const char* name :
       {"sum",   "topk", "limitk", "limit_ratio", "and",      "or",       "unless", "by",        "without", "offset",
        "start", "end",  "step",   "range",       "anchored", "smoothed", "fill",   "fill_left", "min_of",  "max_of"}) {
    for (const std::string form : {"", "{a=\"b\"}", "[5m]", " + 1", " offset 5m"}) {
      EXPECT_EQ(canonical(name + form), name + form);
    }
    EXPECT_EQ(canonical(std::string("{") + name + "=\"x\"}"), std::string("{") + name + "=\"x\"}");
    EXPECT_EQ(canonical(std::string("sum by (") + name + ") (x)"), std::string("sum by (") + name + ") (x)");
  }
  EXPECT_EQ(canonical("sum by (bool, on, group_left, atan2) (x)"), "sum by (bool, on, group_left, atan2) (x)");
}

TEST(PrintTest, Literals) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"1_000", "1000"},
      {"0x1F", "31"},
      {"010", "8"},
      {"08", "8"},
      {".5", "0.5"},
      {"5.", "5"},
      {"1e5", "100000"},
      {"1e-7", "0.0000001"},
      {"Inf", "+Inf"},
      {"-inF", "-Inf"},
      {"nAn", "NaN"},
      {"5m", "5m"},
      {"90s", "1m30s"},
      {"-5m", "-5m"},
      {"1_0.5", "10.5"},
      {"0xAe", "174"},
      {"- -1", "1"},
      {"+1", "1"},
      {"\"a\\n\"", "\"a\\n\""},
      {"'a\"b'", "\"a\\\"b\""},
      {"`a\\b`", "\"a\\\\b\""},
      {"\"\\x41\\101\\u00e9\"", "\"AAé\""},
  };
  for (const auto& [query, wanted] : cases) EXPECT_EQ(canonical(query), wanted) << query;
}

TEST(PrintTest, Canonical) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"sum(x)by(b,a)", "sum by (b, a) (x)"},
      {"sum by () (x)", "sum(x)"},
      {"sum without () (x)", "sum without () (x)"},
      {"TOPK (3, x)", "topk(3, x)"},
      {"sum by (\"a.b\", c,) (x)", "sum by (\"a.b\", c) (x)"},
      {"a+on(x)group_left(y)b", "a + on (x) group_left (y) b"},
      {"a / on(job) group_left b", "a / on (job) group_left () b"},
      {"a / ignoring() group_right(z) b", "a / ignoring () group_right (z) b"},
      {"a == bool b", "a == bool b"},
      {"a AND on() b", "a and on () b"},
      {"a + fill(0) b", "a + fill (0) b"},
      {"a + fill_right(2) fill_left(1) b", "a + fill_left (1) fill_right (2) b"},
      {"a + on(x) fill_left(-1) b", "a + on (x) fill_left (-1) b"},
      {"x{b=\"1\",a!~\"2\",}", "x{a!~\"2\",b=\"1\"}"},
      {"{\"a.b\",c=\"d\"}", "{__name__=\"a.b\",c=\"d\"}"},
      {"{__name__=\"a\"}", "{__name__=\"a\"}"},
      {"{\"a\",\"b\"}", "{__name__=\"a\",__name__=\"b\"}"},
      {"x{\"l.x\"=\"v\"}", "x{\"l.x\"=\"v\"}"},
      {"x[300]", "x[5m]"},
      {"x[0.5]", "x[500ms]"},
      {"x[1001ms]", "x[1s1ms]"},
      {"x[2.002]", "x[2s2ms]"},
      {"x[1.0019]", "x[1s1ms]"},
      {"x[5m] offset 1h @ 1.5", "x[5m] @ 1.500 offset 1h"},
      {"x @ start() offset -5m", "x @ start() offset -5m"},
      {"x @ -0.5", "x @ -0.500"},
      {"x[5m] anchored offset 5m", "x[5m] anchored offset 5m"},
      {"x smoothed", "x smoothed"},
      {"x[5m:]", "x[5m:]"},
      {"x[5m:1m] @ end()", "x[5m:1m] @ end()"},
      {"x[5m+2*1m]", "x[5m + 2 * 1m]"},
      {"x[(5m+2)*1m]", "x[(5m + 2) * 1m]"},
      {"x offset (-step()*2)", "x offset (-step() * 2)"},
      {"x offset -min_of(step(),1s)", "x offset -min_of(step(), 1s)"},
      {"x[RANGE()]", "x[range()]"},
      {"+x", "+x"},
      {"-(x)", "-(x)"},
      {"label_replace(x,'a','b','c','d')", "label_replace(x, \"a\", \"b\", \"c\", \"d\")"},
      {"info(x, {a=~\".*\"})", "info(x, {a=~\".*\"})"},
      {"sort_by_label(x)", "sort_by_label(x)"},
      {"x # comment\n + y", "x + y"},
      {"x{ # comment }\n a=\"b\"}", "x{a=\"b\"}"},
  };
  for (const auto& [query, wanted] : cases) {
    EXPECT_EQ(canonical(query), wanted) << query;
    EXPECT_EQ(canonical(wanted), wanted);
  }
}

TEST(ParseSelectorTest, OnlyABareSelector) {
  const auto error = [](const std::string& text) {
    const auto matchers = parse_selector(text);
    return matchers ? "parsed" : matchers.error().message;
  };
  EXPECT_EQ(error("foo"), "parsed");
  EXPECT_EQ(error("sum"), "parsed");
  EXPECT_EQ(error("foo[5m]"), "1:4: parse error: unexpected \"[\"");
  EXPECT_EQ(error("sum(foo)"), "1:4: parse error: unexpected \"(\"");
  EXPECT_EQ(error("foo offset 5m"), "1:5: parse error: unexpected <offset>");
  EXPECT_EQ(error("5"), "1:1: parse error: unexpected number \"5\"");
  EXPECT_EQ(error(""), "unknown position: parse error: unexpected end of input");
  EXPECT_EQ(error("{}"), "match[] must contain at least one non-empty matcher");
  EXPECT_EQ(error("{a=~\".*\"}"), "match[] must contain at least one non-empty matcher");
  EXPECT_EQ(error("{a=b}"), "1:4: parse error: unexpected identifier \"b\" in label matching, expected string");

  const auto matchers = parse_selector("foo{a=~\"b|c\"}");
  ASSERT_TRUE(matchers);
  ASSERT_EQ(matchers->size(), 2u);
  EXPECT_EQ((*matchers)[0].str(), "a=~\"b|c\"");
  EXPECT_EQ((*matchers)[1].str(), "__name__=\"foo\"");
}

}  // namespace
}  // namespace narthex::promql
