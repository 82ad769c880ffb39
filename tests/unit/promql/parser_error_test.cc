// Every error of the lexer, the grammar and the type checker, with its position. Source: PromQL spec, sections 1 and 2.
#include <gtest/gtest.h>

#include "promql/parser.h"

namespace narthex::promql {
namespace {

constexpr Features kAll = {true, true, true, true, true};

struct Case {
  std::string query;
  std::string message;  // without " parse error"
};

std::string error_of(const std::string& query, const Features& features) {
  const auto expr = parse_expr(query, features);
  return expr ? "parsed: " + print(**expr) : expr.error().message;
}

void expect_errors(const std::vector<Case>& cases, const Features& features = kAll) {
  for (const auto& [query, message] : cases) {
    const size_t space = message.find(": ");
    const std::string wanted = message.substr(0, space) + ": parse error" + message.substr(space);
    EXPECT_EQ(error_of(query, features), wanted) << "query: " << query;
  }
}

TEST(ParserErrorTest, Lexer) {
  expect_errors({
      {"a ~ b", "1:3: unexpected character: '~'"},
      {"}", "1:1: unexpected character: '}'"},
      {"a $", "1:3: unexpected character: '$'"},
      {"é", "1:1: unexpected character: 'é'"},
      {"a !x", "1:3: unexpected character after '!': 'x'"},
      {"a =~ b", "1:3: unexpected character after '=': '~'"},
      {"(a", "1:3: unclosed left parenthesis"},
      {"sum(a[5m", "1:9: unclosed left parenthesis"},
      {"a[5m", "1:5: unclosed left bracket"},
      {"a)", "1:3: unexpected right parenthesis ')'"},
      {"a]", "1:2: unexpected right bracket ']'"},
      {"a[5m[", "1:5: unexpected left bracket '['"},
      {"a[", "1:3: unexpected end of input in duration expression"},
      {"a[:5m]", "1:3: unexpected colon before duration in duration expression"},
      {"a[5m:5m:5m]", "1:8: unexpected colon ':'"},
      {"a[x]", "1:3: unexpected character in duration expression: 'x'"},
      {"a[5m x]", "1:6: unexpected character: 'x', expected ':'"},
      {"{", "1:2: unexpected end of input inside braces"},
      {"{a~\"b\"}", "1:3: unexpected character inside braces: '~'"},
      {"{a!\"b\"}", "1:3: unexpected character after '!' inside braces: '\"'"},
      {"a{{", "1:3: unexpected left brace '{'"},
  });
}

TEST(ParserErrorTest, NumbersAndDurations) {
  expect_errors({
      {"5x", "1:1: bad number or duration syntax: \"5\""},
      {"a[5mx]", "1:3: bad number or duration syntax: \"5mx\""},
      {"1_", "1:1: bad number or duration syntax: \"1_\""},
      {"1__0", "1:1: bad number or duration syntax: \"1__\""},
      {"0x1.8", "1:1: bad number or duration syntax: \"0x1.\""},
      {"0x", "1:1: bad number or duration syntax: \"0x\""},
      {"0b1", "1:1: bad number or duration syntax: \"0\""},
      {"1e", "1:1: bad number or duration syntax: \"1e\""},
      {"1.2.3", "1:1: bad number or duration syntax: \"1.2.\""},
      {"1e400", "1:1: error parsing number: strconv.ParseFloat: parsing \"1e400\": value out of range"},
      {"a[5m5m]", "1:3: not a valid duration string: \"5m5m\""},
      {"a[30m1h]", "1:3: not a valid duration string: \"30m1h\""},
      {"a offset 1hs", "1:10: unknown unit \"hs\" in duration \"1hs\""},
      {"a[300y]", "1:3: duration out of range"},
      {"a[9223372037]", "1:3: duration out of range"},
  });
}

TEST(ParserErrorTest, Strings) {
  expect_errors({
      {"\"abc", "1:1: unterminated quoted string"},
      {"'abc\n'", "1:1: unterminated quoted string"},
      {"`abc", "1:1: unterminated raw string"},
      {"\"\\q\"", "1:1: unknown escape sequence U+0071 'q'"},
      {"\"\\'\"", "1:1: unknown escape sequence U+0027 '''"},
      {"\"\\xg\"", "1:1: illegal character U+0067 'g' in escape sequence"},
      {"\"\\400\"", "1:1: escape sequence is an invalid Unicode code point"},
      {"\"\\ud800\"", "1:1: escape sequence is an invalid Unicode code point"},
      {"\"\\", "1:1: escape sequence not terminated"},
      {"\"\xff\"", "1:1: invalid UTF-8 rune"},
      {"`\xff`", "1:1: invalid UTF-8 rune"},
  });
}

TEST(ParserErrorTest, UnexpectedTokens) {
  expect_errors({
      {"foo bar", "1:5: unexpected identifier \"bar\""},
      {"foo b:r", "1:5: unexpected metric identifier \"b:r\""},
      {"foo 5", "1:5: unexpected number \"5\""},
      {"foo 5m", "1:5: unexpected duration \"5m\""},
      {"foo \"x\"", "1:5: unexpected string \"\\\"x\\\"\""},
      {"foo 1234567890123", "1:5: unexpected number \"1234567890\"..."},
      {"foo \"a long string\"", "1:5: unexpected string \"\\\"a long st\"..."},
      {"a +", "1:4: unexpected end of input"},
      {"a + ", "1:5: unexpected end of input"},
      {"a = 5", "1:3: unexpected \"=\""},
      {"a, b", "1:2: unexpected \",\""},
      {"* a", "1:1: unexpected <op:*>"},
      {"atan2", "1:1: unexpected <op:atan2>"},
      {"a BY (b)", "1:3: unexpected <BY>"},
      {"bool", "1:1: unexpected <bool>"},
      {"group_left", "1:1: unexpected <group_left>"},
      {"a > on(x) bool b", "1:11: unexpected <bool>"},
      {"foo sum", "1:5: unexpected <aggr:sum>"},
      {"()", "1:2: unexpected \")\""},
      {"a{b=\"c\"}{d=\"e\"}", "1:9: unexpected \"{\""},
      {"a\n+\n  b c", "3:5: unexpected identifier \"c\""},
  });
}

TEST(ParserErrorTest, LabelMatching) {
  expect_errors({
      {"{a=b}", "1:4: unexpected identifier \"b\" in label matching, expected string"},
      {"{\"a\"=b}", "1:6: unexpected identifier \"b\" in label matching, expected string"},
      {"{a}", "1:3: unexpected \"}\" in label matching, expected label matching operator"},
      {"{a \"b\"}", "1:4: unexpected string \"\\\"b\\\"\" in label matching, expected label matching operator"},
      {"{=\"b\"}", "1:2: unexpected \"=\" in label matching, expected identifier or \"}\""},
      {"{,}", "1:2: unexpected \",\" in label matching, expected identifier or \"}\""},
      {"{a=\"b\",,}", "1:8: unexpected \",\" in label matching, expected identifier or \"}\""},
      {"{a=\"b\" c=\"d\"}", "1:8: unexpected identifier \"c\" in label matching, expected \",\" or \"}\""},
      {"{\"a\" \"b\"}", "1:6: unexpected string \"\\\"b\\\"\" in label matching, expected \",\" or \"}\""},
      {"{a=\"b\"!=\"d\"}", "1:7: unexpected <op:!=> in label matching, expected \",\" or \"}\""},
  });
  EXPECT_TRUE(error_of("x{a=~\"(\"}", kAll).starts_with("1:3: parse error: error parsing regexp: missing closing )"));
}

TEST(ParserErrorTest, GroupingAndAggregation) {
  expect_errors({
      {"sum by x (a)", "1:8: unexpected identifier \"x\" in grouping opts, expected \"(\""},
      {"sum by (==) (a)", "1:9: unexpected <op:==> in grouping opts, expected label"},
      {"sum by (,) (a)", "1:9: unexpected \",\" in grouping opts, expected label"},
      {"sum by (a b) (a)", "1:11: unexpected identifier \"b\" in grouping opts, expected \",\" or \")\""},
      {"sum by (a,,) (a)", "1:11: unexpected \",\" in grouping opts, expected label"},
      {"sum by (a:b) (a)", "1:9: unexpected metric identifier \"a:b\" in grouping opts, expected label"},
      {"sum by (5) (a)", "1:9: unexpected number \"5\" in grouping opts, expected label"},
      {"sum by (\"\") (a)", "1:9: invalid label name \"\""},
      {"sum foo", "1:5: unexpected identifier \"foo\" in aggregation"},
      {"sum(foo bar)", "1:9: unexpected identifier \"bar\" in aggregation"},
      {"sum(rate(foo bar))", "1:14: unexpected identifier \"bar\" in aggregation"},
      {"sum(foo) by (x) by (y)", "1:17: unexpected <by>"},
      {"sum by (x) foo", "1:12: unexpected identifier \"foo\" in aggregation"},
      {"sum()", "1:1: no arguments for aggregate expression provided"},
      {"sum(a, b)", "1:1: wrong number of arguments for aggregate expression provided, expected 1, got 2"},
      {"1 + topk(a)", "1:5: wrong number of arguments for aggregate expression provided, expected 2, got 1"},
      {"sum(a,)", "1:6: trailing commas not allowed in function call args"},
  });
}

TEST(ParserErrorTest, RangesAndSubqueries) {
  expect_errors({
      {"a[5m 5m]", "1:6: unexpected duration \"5m\" in subquery or range, expected \":\" or \"]\""},
      {"a[+]", "1:4: unexpected \"]\" in subquery or range selector, expected number, duration, step(), or range()"},
      {"a[(5m 5m)]",
       "1:7: unexpected duration \"5m\" in subquery or range selector, expected number, duration, step(), or range()"},
      {"a[5m:5m 5m]", "1:9: unexpected duration \"5m\" in subquery selector, expected \"]\""},
      {"a offset b", "1:10: unexpected identifier \"b\" in offset, expected number, duration, step(), or range()"},
      {"a offset", "1:9: unexpected end of input in offset, expected number, duration, step(), or range()"},
      {"a @ b", "1:5: unexpected identifier \"b\" in @, expected timestamp"},
      {"a @ start", "1:10: unexpected end of input in @, expected timestamp"},
      {"(a + b)[5m]", "1:8: ranges only allowed for vector selectors"},
      {"a[5m][5m]", "1:6: ranges only allowed for vector selectors"},
      {"foo offset 1m[5m]", "1:14: no offset modifiers allowed before range"},
      {"foo @ 10[5m]", "1:9: no @ modifiers allowed before range"},
      {"a[0]", "1:3: duration must be greater than 0"},
      {"a[0s]", "1:3: duration must be greater than 0"},
      {"a[-5m]", "1:3: duration must be greater than 0"},
      {"a[5m:0s]", "1:6: duration must be greater than 0"},
      {"a[5m/0]", "1:5: division by zero"},
      {"a[5m%0]", "1:5: modulo by zero"},
      {"1 + sum(a) offset 5m",
       "1:5: offset modifier must be preceded by an instant vector selector or range vector selector or a subquery"},
      {"a offset 5m offset 5m", "1:1: offset may not be set multiple times"},
      {"1 + (a) @ 5",
       "1:5: @ modifier must be preceded by an instant vector selector or range vector selector or a subquery"},
      {"a @ 5 @ start()", "1:1: @ <timestamp> may not be set multiple times"},
      {"a @ NaN", "1:1: timestamp out of bounds for @ modifier: NaN"},
      {"a @ -Inf", "1:1: timestamp out of bounds for @ modifier: -Inf"},
      {"a @ 1e20", "1:1: timestamp out of bounds for @ modifier: 100000000000000000000.000000"},
      {"1 + 2[5m:]", "1:5: subquery is only allowed on instant vector, got scalar instead"},
      {"a[5m][5m:]", "1:1: subquery is only allowed on instant vector, got matrix instead"},
      {"\"a\"[5m:]", "1:1: subquery is only allowed on instant vector, got string instead"},
  });
}

TEST(ParserErrorTest, AnchoredAndSmoothed) {
  expect_errors({
      {"1 + a anchored smoothed", "1:5: anchored and smoothed modifiers cannot be used together"},
      {"a[5m:] anchored", "1:1: anchored modifier is not supported for subqueries"},
      {"a[5m:] smoothed", "1:1: smoothed modifier is not supported for subqueries"},
  });
  expect_errors({{"sum(a) smoothed", std::string("1:1: smoothed modifier not ") + "implemented"}});
  expect_errors({{"a anchored", "1:1: anchored modifier is experimental and not enabled"}}, Features{});
}

TEST(ParserErrorTest, Selectors) {
  const std::string empty = "1:1: vector selector must contain at least one non-empty matcher";
  expect_errors({
      {"{}", empty},
      {"{a=\"\"}", empty},
      {"{a=~\".*\"}", empty},
      {"{a!=\"b\"}", empty},
      {"a{__name__=\"b\"}", "1:1: metric name must not be set twice: \"a\" or \"b\""},
      {"a{__name__!=\"b\"}", "1:1: metric name must not be set twice: \"a\" or \"b\""},
      {"1 + a{\"b\"}", "1:5: metric name must not be set twice: \"a\" or \"b\""},
      {"rate({}[5m])", "1:6: vector selector must contain at least one non-empty matcher"},
  });
}

TEST(ParserErrorTest, BinaryOperators) {
  expect_errors({
      {"1 == 1", "1:3: comparisons between scalars must use BOOL modifier"},
      {"a + bool b", "1:3: bool modifier can only be used on comparison operators"},
      {"a and 1", "1:1: set operator \"and\" not allowed in binary scalar expression"},
      {"1 or 1", "1:1: set operator \"or\" not allowed in binary scalar expression"},
      {"a and on(x) group_left b", "1:1: no grouping allowed for \"and\" operation"},
      {"a + on(x) 1", "1:1: vector matching only allowed between instant vectors"},
      {"1 + ignoring(x) a", "1:1: vector matching only allowed between instant vectors"},
      {"a + on(x) group_left(x) b", "1:3: label \"x\" must not occur in ON and GROUP clause at once"},
      {"a[5m] + b", "1:1: binary expression must contain only scalar and instant vector types"},
      {"a + \"b\"", "1:5: binary expression must contain only scalar and instant vector types"},
      {"1 + -a[5m]",
       "1:5: unary expression only allowed on expressions of type scalar or instant vector, got \"range vector\""},
      {"-\"a\"", "1:1: unary expression only allowed on expressions of type scalar or instant vector, got \"string\""},
      {"a and fill(0) b", "1:1: filling in missing series not allowed for set operators"},
      {"a + fill(0) 1", "1:1: filling in missing series only allowed between instant vectors"},
      {"a + group_left b", "1:5: unexpected <group_left>"},
      {"a + fill(x) b", "1:10: unexpected identifier \"x\""},
      {"a + fill(1) fill_left(2) b", "1:13: unexpected <fill_left>"},
  });
  expect_errors({{"a + fill(0) b", "1:5: binop fill modifiers are experimental and not enabled"}}, Features{});
}

TEST(ParserErrorTest, Functions) {
  expect_errors({
      {"1 + foo(a)", "1:5: unknown function with name \"foo\""},
      {"ABS(a)", "1:1: unknown function with name \"ABS\""},
      {"rate(a)", "1:6: expected type range vector in call to function \"rate\", got instant vector"},
      {"abs(a[5m])", "1:5: expected type instant vector in call to function \"abs\", got range vector"},
      {"round(-0.5)", "1:7: expected type instant vector in call to function \"round\", got scalar"},
      {"sum(1)", "1:5: expected type instant vector in aggregation expression, got scalar"},
      {"topk(a, b)", "1:6: expected type scalar in aggregation parameter, got instant vector"},
      {"count_values(1, b)", "1:14: expected type string in aggregation parameter, got scalar"},
      {"rate(a[5m], 1)", "1:1: expected 1 argument(s) in call to \"rate\", got 2"},
      {"1 + time(a)", "1:5: expected 0 argument(s) in call to \"time\", got 1"},
      {"label_join(a, \"b\")", "1:1: expected at least 3 argument(s) in call to \"label_join\", got 2"},
      {"round(a, 1, 2)", "1:1: expected at most 2 argument(s) in call to \"round\", got 3"},
      {"hour(a, b)", "1:1: expected at most 1 argument(s) in call to \"hour\", got 2"},
      {"info(a, b)", "1:9: expected label selectors only, got vector selector instead"},
      {"a:b(c)", "1:4: unexpected \"(\""},
  });
  expect_errors(
      {
          {"1 + mad_over_time(a[5m])", "1:5: function \"mad_over_time\" is not enabled"},
          {"STEP()", "1:1: function \"step\" is not enabled"},
          {"limitk(1, a)",
           "1:1: limitk() is experimental and must be enabled with --enable-feature=promql-experimental-functions"},
      },
      Features{});
}

TEST(ParserErrorTest, NothingToParse) {
  EXPECT_EQ(error_of("", kAll), "unknown position: parse error: no expression found in input");
  EXPECT_EQ(error_of(" # only a comment", kAll), "1:1: parse error: no expression found in input");
}

}  // namespace
}  // namespace narthex::promql
