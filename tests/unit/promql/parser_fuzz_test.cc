// Whatever the text, the parser answers with a tree or an error.
#include <gtest/gtest.h>

#include <random>

#include "promql/engine.h"
#include "promql/parser.h"

namespace narthex::promql {
namespace {

constexpr Features kAll = {true, true, true, true, true};

TEST(ParserFuzzTest, TokenSoupNeverCrashesAndWhatParsesPrintsStably) {
  const std::vector<std::string> words = {
      "a",       "b:c", "sum",    "by",       "without",  "on",   "ignoring", "group_left", "bool",  "offset", "@",
      "start()", "end", "step()", "rate",     "topk",     "(",    ")",        "{",          "}",     "[",      "]",
      ",",       ":",   "=",      "=~",       "!=",       "+",    "-",        "*",          "/",     "^",      "==",
      "</",      "and", "or",     "atan2",    "5m",       "1",    "0x1F",     "1e",         "\"x\"", "'",      "`r`",
      "\\",      "#\n", "NaN",    "anchored", "smoothed", "fill", "\xff",     " "};
  std::mt19937 random(7);
  size_t parsed = 0;
  for (int round = 0; round < 60'000; ++round) {
    std::string query;
    for (size_t n = random() % 10 + 1; n > 0; --n) query += words[random() % words.size()] + (random() % 2 ? " " : "");
    const auto expr = parse_expr(query, kAll);
    (void)parse_selector(query);
    if (!expr) {
      EXPECT_FALSE(expr.error().message.empty());
      continue;
    }
    ++parsed;
    const std::string text = print(**expr);
    const auto again = parse_expr(text, kAll);
    ASSERT_TRUE(again) << query << " printed as " << text << ": " << again.error().message;
    EXPECT_EQ(print(**again), text) << query;
  }
  EXPECT_GT(parsed, 500u);
}

TEST(ParserFuzzTest, CutAnywhereGivesAnErrorOrATree) {
  const std::string query =
      "sum by (a, \"b.c\") (rate(x{d=~\"e|f\", g!='h'}[5m:step() + 1] offset -(2*3m))) "
      "/ on(a) group_left(z) fill_right(-1) topk(3, {\"y\"} @ end()) >= bool 0x1F";
  ASSERT_TRUE(parse_expr(query, kAll)) << parse_expr(query, kAll).error().message;
  for (size_t i = 0; i < query.size(); ++i) {
    (void)parse_expr(query.substr(0, i), kAll);
    (void)parse_expr(query.substr(i), kAll);
  }
}

TEST(ParserFuzzTest, NestingIsBounded) {
  const auto repeat = [](const std::string& text, int n) {
    std::string out;
    for (int i = 0; i < n; ++i) out += text;
    return out;
  };
  constexpr int kMany = 100'000;
  const std::vector<std::string> queries = {
      repeat("(", kMany) + "1" + repeat(")", kMany),
      repeat("-", kMany) + "a",
      repeat("abs(", kMany),
      repeat("1^", kMany) + "1",
      repeat("sum(", kMany),
      "a[" + repeat("(", kMany),
      "a[" + repeat("-", kMany) + "5m]",
      "a[1" + repeat("^1", kMany) + "]",
  };
  for (const std::string& query : queries) {
    const auto expr = parse_expr(query, kAll);
    ASSERT_FALSE(expr);
    EXPECT_NE(expr.error().message.find("nested too deeply"), std::string::npos) << query.substr(0, 10);
  }
  for (const std::string& query : {"1" + repeat("+1", kMany), "a" + repeat("[5m:]", kMany)}) {
    const auto expr = parse_expr(query, kAll);
    ASSERT_FALSE(expr);
    EXPECT_NE(expr.error().message.find("too long"), std::string::npos) << expr.error().message;
  }
  EXPECT_TRUE(parse_expr(repeat("(", 200) + "1" + repeat(")", 200), kAll));
  EXPECT_TRUE(parse_expr("a" + repeat(" or a", 1500), kAll));
}

}  // namespace
}  // namespace narthex::promql
