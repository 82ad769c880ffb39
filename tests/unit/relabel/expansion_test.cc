// Templates: `$1`, `${1}`, `$name`, `$$` and what only looks like them.
#include "tests/unit/relabel/cases.h"

namespace narthex::relabel {
namespace {

// {source value, regex, replacement, expected}
struct Template {
  const char* value;
  const char* regex;
  const char* replacement;
  const char* expected;
};

TEST(Expansion, Vectors) {
  const Template cases[] = {
      {"b", "(b)(c)?", "$1x,${1}x,$2,$9,$$,$,${,$-,$0,${1", ",bx,,,$,$,${,$-,b,${1"},
      {"ab", "a|ab", "[$0]", "[ab]"},
      {"abcd", "(a|ab)(c|bcd)?(d*)", "$1.$2.$3", "a.bcd."},
      {"pq", "(?P<n>.)(?<m>.)", "$n-${m}-$nm", "p-q-"},
      {"$1", "(.*)", "$1-$$1", "$1-$1"},
  };
  for (const auto& [value, regex, replacement, expected] : cases) {
    RuleOptions rule;
    rule.source_labels = {"v"};
    rule.regex = regex;
    rule.replacement = replacement;
    rule.target_label = "out";
    const auto rules = compile({rule});
    ASSERT_TRUE(rules) << rules.error().message;
    const Explanation explanation = explain(*rules, Labels{{"v", value}});
    EXPECT_EQ(explanation.labels.get("out"), expected) << replacement;
  }
}

}  // namespace
}  // namespace narthex::relabel
