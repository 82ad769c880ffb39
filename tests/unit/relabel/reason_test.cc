// The sentences that say why.
#include "tests/unit/relabel/cases.h"

namespace narthex::relabel {
namespace {

struct Reason {
  const char* labels;
  const char* rules;
  const char* expected;
};

template <size_t N>
void check_reasons(const Reason (&cases)[N]) {
  for (const auto& [labels, rules, expected] : cases) EXPECT_EQ(reason_of(labels, rules), expected) << rules;
}

TEST(Reason, Conditions) {
  const Reason cases[] = {
      {"env=dev", "keep sources=env regex=prod", R"~(regex "prod" does not match "dev" (of [env]))~"},
      {"env=prod", "keep sources=env regex=prod", R"~(regex "prod" matches "prod" (of [env]))~"},
      {"a=1 b=2", "drop sources=a,b regex=1;2", R"~(regex "1;2" matches "1;2" (of [a, b]))~"},
      {"", "drop sources=a regex=x", R"~(regex "x" does not match "" (of [a]))~"},
      {"", "keep regex=x", R"~(regex "x" does not match "" (no source labels))~"},
      {"'a b'=1", "keep sources='a b' regex=\\d", R"~(regex "\\d" matches "1" (of ["a b"]))~"},
      {"a=1 b=1", "keepequal sources=a target=b", R"~(b="1" equals "1" (of [a]))~"},
      {"a=1 b=2", "keepequal sources=a target=b", R"~(b="2" differs from "1" (of [a]))~"},
      {"a=1", "dropequal sources=a,c target=b", R"~(b="" differs from "1;" (of [a, c]))~"},
  };
  check_reasons(cases);
}

TEST(Reason, Replacements) {
  const Reason cases[] = {
      {"a=h:80", "replace sources=a regex=(.*):(.*) target=b replacement=$1",
       R"~(regex "(.*):(.*)" matches "h:80" (of [a]); $1="h"; set b="h")~"},
      {"a=h:80 b=x", "replace sources=a regex=(.*):(.*) target=b replacement=$2",
       R"~(regex "(.*):(.*)" matches "h:80" (of [a]); $2="80"; set b="80", which was "x")~"},
      {"a=x", "replace sources=a regex=(?P<n>.)(y)? target=$n replacement=${2}z$0",
       R"~(regex "(?P<n>.)(y)?" matches "x" (of [a]); $0="x", $n="x", $2 captured nothing; set x="zx")~"},
      {"a=1", "replace sources=a regex=1 target=b replacement=x", R"~(regex "1" matches "1" (of [a]); set b="x")~"},
      {"a=1", "replace sources=a regex=2 target=b", R"~(regex "2" does not match "1" (of [a]))~"},
      {"a=1 b=1", "replace sources=a target=b", R"~(regex "(.*)" matches "1" (of [a]); $1="1"; b="1" already)~"},
      {"a=1 b=2", "replace sources=a target=b replacement=",
       R"~(regex "(.*)" matches "1" (of [a]); the result is empty: deleted b="2")~"},
      {"a=1", "replace sources=a target=b replacement=",
       R"~(regex "(.*)" matches "1" (of [a]); the result is empty and there is no b)~"},
      {"a=x-y", "replace sources=a target=$1 replacement=1 scheme=legacy",
       R"~(regex "(.*)" matches "x-y" (of [a]); $1="x-y"; nothing set, because "x-y" is not a valid label name)~"},
      {"a=x", "replace sources=a target=b replacement=$1y",
       R"~(regex "(.*)" matches "x" (of [a]); no group is called "1y"; the result is empty and there is no b)~"},
      {"", "replace sources=v regex=(x*) target=b",
       R"~(regex "(x*)" matches "" (of [v]); $1=""; the result is empty and there is no b)~"},
      {"", "replace target=a replacement=1", R"~(regex "(.*)" matches "" (no source labels); set a="1")~"},
  };
  check_reasons(cases);
}

TEST(Reason, Computations) {
  const Reason cases[] = {
      {"v=a", "hashmod sources=v modulus=8 target=s", R"~(md5 of "a" (of [v]) mod 8 is 1; set s="1")~"},
      {"v=A", "lowercase sources=v target=w", R"~("A" (of [v]) in lower case; set w="a")~"},
      {"v=a w=x", "uppercase sources=v target=w", R"~("a" (of [v]) in upper case; set w="A", which was "x")~"},
      {"w=x", "uppercase sources=v target=w", R"~("" (of [v]) in upper case; the result is empty: deleted w="x")~"},
  };
  check_reasons(cases);
}

TEST(Reason, Names) {
  const Reason cases[] = {
      {"m_a=1 m_b=2 c=3", "labelmap regex=m_(.)", R"~(regex "m_(.)" matches 2 of 3 label names; set a="1", b="2")~"},
      {"c=3", "labelmap regex=m_(.)", R"~(regex "m_(.)" matches none of 1 label names)~"},
      {"a=1 b=2 'c d'=3", "labeldrop regex=[^a]+", R"~(regex "[^a]+" matches 2 of 3 label names; deleted b, "c d")~"},
      {"a=1", "labeldrop regex=b", R"~(regex "b" matches none of 1 label names; deleted nothing)~"},
      {"a=1 b=2", "labelkeep regex=a", R"~(regex "a" matches 1 of 2 label names; deleted b)~"},
      {"a=1 b=2", "labelkeep regex=.", R"~(regex "." matches 2 of 2 label names; deleted nothing)~"},
  };
  check_reasons(cases);
}

TEST(Explain, TellsEveryStepUpToTheDrop) {
  const auto rules =
      compile(parse_rules("replace target=b replacement=2\ndrop sources=b regex=2\nreplace target=c replacement=3"));
  ASSERT_TRUE(rules);
  const Explanation explanation = explain(*rules, Labels{{"a", "1"}});
  ASSERT_EQ(explanation.steps.size(), 2u);
  EXPECT_FALSE(explanation.kept);
  EXPECT_EQ(explanation.labels, Labels());
  const Step& set = explanation.steps[0];
  EXPECT_TRUE(set.keep);
  EXPECT_TRUE(set.matched);
  EXPECT_EQ(set.before.str(), R"({a="1"})");
  EXPECT_EQ(set.after.str(), R"({a="1", b="2"})");
  EXPECT_EQ(set.place.str(), "rules.yml:1:1");
  const Step& drop = explanation.steps[1];
  EXPECT_FALSE(drop.keep);
  EXPECT_TRUE(drop.matched);
  EXPECT_EQ(drop.rule, 1u);
  EXPECT_EQ(drop.place.str(), "rules.yml:2:1");
}

TEST(Explain, SaysWhetherTheConditionHeld) {
  const std::pair<const char*, bool> cases[] = {
      {"keep sources=a regex=1", true},
      {"keep sources=a regex=2", false},
      {"drop sources=a regex=1", true},
      {"drop sources=a regex=2", false},
      {"replace sources=a regex=1 target=b", true},
      {"replace sources=a regex=2 target=b", false},
      {"keepequal sources=a target=a", true},
      {"dropequal sources=a target=b", false},
      {"hashmod modulus=1 target=a", true},
      {"lowercase target=a", true},
      {"labelmap regex=a", true},
      {"labelmap regex=b", false},
      {"labeldrop regex=a", true},
      {"labeldrop regex=b", false},
      {"labelkeep regex=a", true},
      {"labelkeep regex=b", false},
  };
  for (const auto& [text, expected] : cases) {
    const auto rules = compile(parse_rules(text));
    ASSERT_TRUE(rules) << text;
    EXPECT_EQ(explain(*rules, Labels{{"a", "1"}}).steps.at(0).matched, expected) << text;
  }
}

TEST(Explain, WithoutRulesChangesNothing) {
  const Explanation explanation = explain({}, Labels{{"a", "1"}});
  EXPECT_TRUE(explanation.kept);
  EXPECT_TRUE(explanation.steps.empty());
  EXPECT_EQ(explanation.labels.str(), R"({a="1"})");
}

}  // namespace
}  // namespace narthex::relabel
