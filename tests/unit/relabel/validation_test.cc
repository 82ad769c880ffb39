// What a rule may not say, and in which words it is refused.
#include "base/result.h"
#include "tests/unit/relabel/cases.h"

namespace narthex::relabel {
namespace {

// {rule, error}; "" = compiles.
using Refusal = std::pair<const char*, const char*>;

template <size_t N>
void check_refusals(const Refusal (&cases)[N]) {
  for (const auto& [text, expected] : cases) {
    const RuleOptions rule = parse_rules(text).at(0);
    const auto result = validate(rule);
    EXPECT_EQ(result ? "" : result.error().message, expected) << text;
    EXPECT_EQ(Rule::compile(rule).has_value(), result.has_value()) << text;
    if (result) continue;
    EXPECT_EQ(result.error().place, rule.place) << text;
    EXPECT_EQ(result.error().code, Code::kInvalid) << text;
  }
}

TEST(Validation, Action) {
  const Refusal cases[] = {
      {"foo", "unknown relabel action \"foo\""},
      {"''", "unknown relabel action \"\""},
      {"Foo", "unknown relabel action \"Foo\""},
      {"keepequals target=a", "unknown relabel action \"keepequals\""},
      {"'a\"b'", "unknown relabel action \"a\\\"b\""},
      {"null", "relabel action cannot be empty"},
      {"null target=x", "relabel action cannot be empty"},
      {"KEEP", ""},
      {"LabelKeep", ""},
      {"hashMOD modulus=1 target=x", ""},
      {"\u212aeep", ""},  // Kelvin sign: its lower case is 'k'
  };
  check_refusals(cases);
}

TEST(Validation, Modulus) {
  const Refusal cases[] = {
      {"hashmod sources=a target=x", "relabel configuration for hashmod requires non-zero modulus"},
      {"hashmod sources=a target=x modulus=0", "relabel configuration for hashmod requires non-zero modulus"},
      {"hashmod sources=a target=x modulus=1", ""},
      {"hashmod", "relabel configuration for hashmod requires non-zero modulus"},
  };
  check_refusals(cases);
}

TEST(Validation, MissingTarget) {
  const Refusal cases[] = {
      {"replace", "relabel configuration for replace action requires 'target_label' value"},
      {"Replace sources=a", "relabel configuration for replace action requires 'target_label' value"},
      {"hashmod modulus=1", "relabel configuration for hashmod action requires 'target_label' value"},
      {"lowercase sources=a", "relabel configuration for lowercase action requires 'target_label' value"},
      {"uppercase sources=a", "relabel configuration for uppercase action requires 'target_label' value"},
      {"keepequal sources=a", "relabel configuration for keepequal action requires 'target_label' value"},
      {"dropequal sources=a", "relabel configuration for dropequal action requires 'target_label' value"},
      {"keep sources=a", ""},
      {"drop sources=a", ""},
      {"labelmap", ""},
      {"labeldrop", ""},
      {"labelkeep", ""},
  };
  check_refusals(cases);
}

TEST(Validation, ReplaceTarget) {
  const Refusal cases[] = {
      {"replace target=a-b scheme=legacy", "\"a-b\" is invalid 'target_label' for replace action"},
      {"replace target=0a scheme=legacy", "\"0a\" is invalid 'target_label' for replace action"},
      {"replace target=é scheme=legacy", "\"é\" is invalid 'target_label' for replace action"},
      {"replace target=a:b scheme=legacy", "\"a:b\" is invalid 'target_label' for replace action"},
      {"replace target='a b' scheme=legacy", "\"a b\" is invalid 'target_label' for replace action"},
      {"replace target=_a0 scheme=legacy", ""},
      {"replace target=a-b", ""},
      {"replace target='é b'", ""},
      {"replace target=\xff", "\"\\xff\" is invalid 'target_label' for replace action"},
      {"replace target=$1\xff", "\"$1\\xff\" is invalid 'target_label' for replace action"},
      // Templates of the legacy scheme.
      {"replace target=$1 scheme=legacy", ""},
      {"replace target=${1} scheme=legacy", ""},
      {"replace target=a$1 scheme=legacy", ""},
      {"replace target=${1}a scheme=legacy", ""},
      {"replace target=${1}_$2 scheme=legacy", ""},
      {"replace target=${1}${2} scheme=legacy", ""},
      {"replace target=${1}0 scheme=legacy", ""},
      {"replace target=$name scheme=legacy", ""},
      {"replace target=0$1 scheme=legacy", "\"0$1\" is invalid 'target_label' for replace action"},
      {"replace target=$ scheme=legacy", "\"$\" is invalid 'target_label' for replace action"},
      {"replace target=a$ scheme=legacy", "\"a$\" is invalid 'target_label' for replace action"},
      {"replace target=$$ scheme=legacy", "\"$$\" is invalid 'target_label' for replace action"},
      {"replace target=$- scheme=legacy", "\"$-\" is invalid 'target_label' for replace action"},
      {"replace target=${1 scheme=legacy", "\"${1\" is invalid 'target_label' for replace action"},
      {"replace target=${} scheme=legacy", "\"${}\" is invalid 'target_label' for replace action"},
      {"replace target=$1-x scheme=legacy", "\"$1-x\" is invalid 'target_label' for replace action"},
      {"replace target=${1}:x scheme=legacy", "\"${1}:x\" is invalid 'target_label' for replace action"},
      {"replace target=$1-x", ""},
      {"replace target=$", ""},
  };
  check_refusals(cases);
}

TEST(Validation, TargetOfOtherActionsIsNoTemplate) {
  const Refusal cases[] = {
      {"lowercase target=$1 scheme=legacy", "\"$1\" is invalid 'target_label' for lowercase action"},
      {"uppercase target=${1} scheme=legacy", "\"${1}\" is invalid 'target_label' for uppercase action"},
      {"keepequal target=a-b scheme=legacy", "\"a-b\" is invalid 'target_label' for keepequal action"},
      {"dropequal target=a$1 scheme=legacy", "\"a$1\" is invalid 'target_label' for dropequal action"},
      {"hashmod modulus=1 target=a-b scheme=legacy", "\"a-b\" is invalid 'target_label' for hashmod action"},
      {"hashmod modulus=1 target=${1} scheme=legacy", "\"${1}\" is invalid 'target_label' for hashmod action"},
      {"lowercase target=${1}", ""},
      {"hashmod modulus=1 target=${1}", ""},
      {"keepequal target=a-b", ""},
      {"lowercase target=\xc3", "\"\\xc3\" is invalid 'target_label' for lowercase action"},
  };
  check_refusals(cases);
}

TEST(Validation, Replacement) {
  const Refusal cases[] = {
      {"lowercase target=a replacement=x", "'replacement' can not be set for lowercase action"},
      {"uppercase target=a replacement=", "'replacement' can not be set for uppercase action"},
      {"keepequal target=a replacement=x", "'replacement' can not be set for keepequal action"},
      {"dropequal target=a replacement=${1}", "'replacement' can not be set for dropequal action"},
      {"lowercase target=a replacement=$1", ""},
      {"labelmap replacement= ", "\"\" is invalid 'replacement' for labelmap action"},
      {"labelmap replacement=\xff", "\"\\xff\" is invalid 'replacement' for labelmap action"},
      {"labelmap replacement=a-b", ""},
      {"labelmap replacement=a-b scheme=legacy", "\"a-b\" is invalid 'replacement' for labelmap action"},
      {"labelmap replacement=0 scheme=legacy", "\"0\" is invalid 'replacement' for labelmap action"},
      {"labelmap replacement=${1}- scheme=legacy", "\"${1}-\" is invalid 'replacement' for labelmap action"},
      {"labelmap replacement=x_$1 scheme=legacy", ""},
      {"labelmap replacement=foo scheme=legacy", ""},
      {"hashmod modulus=1 target=a replacement=x", ""},
      {"keep replacement=", ""},
  };
  check_refusals(cases);
}

constexpr const char* kKeepEqualOnly =
    "keepequal action requires only 'source_labels' and `target_label`, and no other fields";
constexpr const char* kDropEqualOnly =
    "dropequal action requires only 'source_labels' and `target_label`, and no other fields";
constexpr const char* kDropOnly = "labeldrop action requires only 'regex', and no other fields";
constexpr const char* kKeepOnly = "labelkeep action requires only 'regex', and no other fields";

TEST(Validation, FieldsThatAnActionDoesNotTake) {
  const Refusal cases[] = {
      {"keepequal target=a regex=x", kKeepEqualOnly},
      {"keepequal target=a regex=(.*)", kKeepEqualOnly},
      {"keepequal target=a regex=", kKeepEqualOnly},
      {"keepequal target=a modulus=1", kKeepEqualOnly},
      {"keepequal target=a separator=,", kKeepEqualOnly},
      {"keepequal target=a separator=", kKeepEqualOnly},
      {"keepequal target=a separator=; modulus=0", ""},
      {"keepequal target=a sources=", ""},
      {"dropequal target=a regex=x", kDropEqualOnly},
      {"dropequal target=a modulus=1", kDropEqualOnly},
      {"dropequal target=a separator=,", kDropEqualOnly},
      {"dropequal target=a", ""},
      {"labeldrop regex=a sources=b", kDropOnly},
      {"labeldrop regex=a sources=", kDropOnly},
      {"labeldrop regex=a target=b", kDropOnly},
      {"labeldrop regex=a modulus=1", kDropOnly},
      {"labeldrop regex=a separator=,", kDropOnly},
      {"labeldrop regex=a replacement=x", kDropOnly},
      {"labeldrop regex=a replacement=", kDropOnly},
      {"labeldrop regex=a replacement=$1 separator=; modulus=0", ""},
      {"labelkeep regex=a sources=b", kKeepOnly},
      {"labelkeep regex=a sources=", kKeepOnly},
      {"labelkeep regex=a target=b", kKeepOnly},
      {"labelkeep regex=a modulus=1", kKeepOnly},
      {"labelkeep regex=a separator=", kKeepOnly},
      {"labelkeep regex=a replacement=x", kKeepOnly},
      {"keep sources=a target=x modulus=3", ""},
      {"drop sources=a replacement=x", ""},
      {"labelmap regex=a sources=x target=y modulus=1", ""},
  };
  check_refusals(cases);
}

TEST(Validation, RegexAndSources) {
  const Refusal cases[] = {
      {"keep regex=(", "error parsing regexp: missing closing ): `^(?s:()$`"},
      {"keep regex=)", "error parsing regexp: unexpected ): `^(?s:))$`"},
      {"keep regex=*", "error parsing regexp: missing argument to repetition operator: `*`"},
      {"keep regex=[a", "error parsing regexp: missing closing ]: `[a)$`"},
      {"keep regex=(?=a)", "error parsing regexp: invalid or unsupported Perl syntax: `(?=`"},
      {"hashmod modulus=1 target=x regex=a**", "error parsing regexp: invalid nested repetition operator: `**`"},
      {"keep sources='a b'", ""},
      {"keep sources=a-b scheme=legacy", ""},
      {"keep sources=a,,b", "\"\" is not a valid label name"},
      {"keep sources=\xff", "\"\\xff\" is not a valid label name"},
  };
  check_refusals(cases);
}

TEST(Validation, ReportsTheFirstFault) {
  const Refusal cases[] = {
      {"foo regex=(", "unknown relabel action \"foo\""},
      {"null regex=(", "error parsing regexp: missing closing ): `^(?s:()$`"},
      {"hashmod replacement=x", "relabel configuration for hashmod requires non-zero modulus"},
      {"hashmod modulus=1 target=a-b scheme=legacy", "\"a-b\" is invalid 'target_label' for hashmod action"},
      {"keepequal regex=x", "relabel configuration for keepequal action requires 'target_label' value"},
      {"keepequal target=a-b regex=x scheme=legacy", "\"a-b\" is invalid 'target_label' for keepequal action"},
      {"keepequal target=a replacement=x regex=x", "'replacement' can not be set for keepequal action"},
  };
  check_refusals(cases);
}

TEST(Validation, ACompiledListNamesItsBadRule) {
  const auto rules = compile(parse_rules("keep\nkeep regex=(\nfoo"));
  ASSERT_FALSE(rules);
  EXPECT_EQ(rules.error().str(), "rules.yml:2:1: error parsing regexp: missing closing ): `^(?s:()$`");
}

TEST(ActionName, IsReadBack) {
  for (int i = 0; i <= static_cast<int>(Action::kUppercase); ++i) {
    const auto action = static_cast<Action>(i);
    const auto read = parse_action(action_name(action));
    ASSERT_TRUE(read) << action_name(action);
    EXPECT_EQ(*read, action);
  }
}

}  // namespace
}  // namespace narthex::relabel
