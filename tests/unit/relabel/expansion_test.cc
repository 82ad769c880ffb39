// Templates: `$1`, `${1}`, `$name`, `$$` and what only looks like them.
#include "tests/unit/relabel/cases.h"

namespace narthex::relabel {
namespace {

struct Template {
  const char* value;
  const char* regex;
  const char* replacement;
  const char* expected;
};

// What `replacement` makes of `value`.
std::string expand(const Template& t) {
  RuleOptions rule;
  rule.source_labels = {"v"};
  rule.regex = t.regex;
  rule.replacement = t.replacement;
  rule.target_label = "out";
  const auto rules = compile({rule});
  if (!rules) return rules.error().message;
  return std::string(explain(*rules, Labels{{"v", t.value}}).labels.get("out"));
}

template <size_t N>
void check_templates(const Template (&cases)[N]) {
  for (const Template& t : cases) EXPECT_EQ(expand(t), t.expected) << t.replacement << " with " << t.regex;
}

TEST(Expansion, References) {
  const Template cases[] = {
      {"b", "(b)(c)?", "$1x,${1}x,$2,$9,$$,$,${,$-,$0,${1", ",bx,,,$,$,${,$-,b,${1"},
      {"ab", "a|ab", "[$0]", "[ab]"},
      {"abcd", "(a|ab)(c|bcd)?(d*)", "$1.$2.$3", "a.bcd."},
      {"pq", "(?P<n>.)(?<m>.)", "$n-${m}-$nm", "p-q-"},
      {"$1", "(.*)", "$1-$$1", "$1-$1"},
      {"ab", "(.)(.)", "$2$1", "ba"},
      {"ab", "(.)(.)", "${2}${1}", "ba"},
      {"ab", "(.)(.)", "$0:$1:$2:$3", "ab:a:b:"},
      {"a", "(a)", "$1$1$1", "aaa"},
      {"a", "(?:a)", "[$1]", "[]"},
      {"a", "((a))", "$1$2", "aa"},
      {"a", "(a)|(b)", "<$1|$2>", "<a|>"},
      {"b", "(a)|(b)", "<$1|$2>", "<|b>"},
      {"aab", "(a)*b", "$1", "a"},
      {"12345678901", "(1)(2)(3)(4)(5)(6)(7)(8)(9)(0)(1)", "$11-$10-${1}1", "1-0-11"},
      {"x", "(x)", "", ""},
  };
  check_templates(cases);
}

TEST(Expansion, NamesAreAsLongAsPossible) {
  const Template cases[] = {
      {"a", "(a)", "[$1_]", "[]"},
      {"a", "(a)", "$1.x", "a.x"},
      {"a", "(a)", "$1-x", "a-x"},
      {"a", "(a)", "$1 x", "a x"},
      {"a", "(a)", "${1}_", "a_"},
      {"a", "(a)", "$1$", "a$"},
      {"a", "(?P<x>a)", "$x", "a"},
      {"a", "(?P<x>a)", "[$xy]", "[]"},
      {"a", "(?P<x>a)", "${x}y", "ay"},
      {"a", "(?P<x_1>a)", "$x_1", "a"},
      {"a", "(?P<x>a)", "[$X]", "[]"},
      {"a", "(?P<x>a)", "$1", "a"},
      // Letters and digits of all scripts belong to the name.
      {"a", "(a)", "[$1é]", "[]"},
      {"a", "(a)", "${1}é", "aé"},
      {"a", "(a)", "[${1é}]", "[]"},
      {"a", "(a)", "[$é]", "[]"},
      {"a", "(a)", "$1→", "a→"},
  };
  check_templates(cases);
}

TEST(Expansion, NumbersAndNamesThatLookLikeNumbers) {
  const Template cases[] = {
      {"a", "(a)", "[$01]", "[]"},
      {"a", "(a)", "[${01}]", "[]"},
      {"a", "(a)", "$0", "a"},
      {"a", "(a)", "[$00]", "[]"},
      {"a", "(a)", "[$2147483648]", "[]"},
      {"a", "(a)", "[$99999999999999999999]", "[]"},
      {"ab", "(a)(?P<01>b)", "$01", "b"},
      {"ab", "(?P<2>a)(b)", "$2", "b"},
      {"ab", "(?P<1x>a)b", "$1x", "a"},
  };
  check_templates(cases);
}

TEST(Expansion, NameUsedTwiceMeansTheFirstThatTookPart) {
  const Template cases[] = {
      {"ab", "(?P<n>a)(?P<n>b)", "$n", "a"},    {"a", "(?P<n>a)|(?P<n>b)", "$n", "a"},
      {"b", "(?P<n>a)|(?P<n>b)", "$n", "b"},    {"b", "(?P<n>)(?P<n>b)", "[$n]", "[]"},
      {"", "(?P<n>.*)(?P<n>x)?", "[$n]", "[]"},
  };
  check_templates(cases);
}

TEST(Expansion, DollarsThatStay) {
  const Template cases[] = {
      {"a", "(a)", "$", "$"},       {"a", "(a)", "x$", "x$"},       {"a", "(a)", "$$", "$"},
      {"a", "(a)", "$$$", "$$"},    {"a", "(a)", "$$$$", "$$"},     {"a", "(a)", "$$1", "$1"},
      {"a", "(a)", "$$$1", "$a"},   {"a", "(a)", "$-", "$-"},       {"a", "(a)", "$ 1", "$ 1"},
      {"a", "(a)", "${", "${"},     {"a", "(a)", "${}", "${}"},     {"a", "(a)", "${1", "${1"},
      {"a", "(a)", "${1x", "${1x"}, {"a", "(a)", "${ 1}", "${ 1}"}, {"a", "(a)", "${1 }", "${1 }"},
      {"a", "(a)", "${-}", "${-}"}, {"a", "(a)", "${$1}", "${a}"},  {"a", "(a)", "$}", "$}"},
      {"a", "(a)", "\\1", "\\1"},   {"a", "(a)", "{1}", "{1}"},
  };
  check_templates(cases);
}

}  // namespace
}  // namespace narthex::relabel
