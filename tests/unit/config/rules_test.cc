#include "tests/unit/config/support.h"

namespace narthex::config {
namespace {

Lines rule_errors(const std::string& rule, const std::string& global = "") {
  return errors_of(global + job_with("  relabel_configs:\n  - " + rule + "\n"));
}

TEST(Rules, DefaultsAndExplicitEmptiness) {
  const auto job =
      job_of(job_with("  metric_relabel_configs:\n"
                      "  - {target_label: a}\n"
                      "  - {target_label: a, regex: , separator: ~, replacement: ''}\n"
                      "  - {regex: 8080, action: LabelDrop}\n"));
  ASSERT_EQ(job.metric_relabel.size(), 3u);
  const auto& plain = job.metric_relabel[0];
  EXPECT_EQ(plain.separator, ";");
  EXPECT_EQ(plain.regex, "(.*)");
  EXPECT_EQ(plain.replacement, "$1");
  EXPECT_EQ(plain.action, "replace");
  EXPECT_EQ(plain.place, (Place{"f.yml", 4, 5}));
  const auto& empty = job.metric_relabel[1];
  EXPECT_EQ(empty.separator + empty.regex + empty.replacement, "");
  EXPECT_EQ(job.metric_relabel[2].regex, "8080");
  EXPECT_EQ(job.metric_relabel[2].action, "labeldrop");
}

TEST(Rules, ShapeMistakes) {
  struct Case {
    const char* rule;
    Lines errors;
  };
  const Case cases[] = {
      {"", {"4:3: empty or null target relabeling rule in scrape config"}},
      {"x", {"4:5: line 4: cannot unmarshal !!str `x` into relabel.plain"}},
      {"{source_labels: a}", {"4:21: line 4: cannot unmarshal !!str `a` into model.LabelNames"}},
      {"{source_labels: [[a]]}", {"4:22: line 4: cannot unmarshal !!seq into string"}},
      {"{modulus: x}", {"4:15: line 4: cannot unmarshal !!str `x` into uint64"}},
      {"{modulus: -1}", {"4:15: line 4: cannot unmarshal !!int `-1` into uint64"}},
      {"{regex: [a]}", {"4:13: line 4: cannot unmarshal !!seq into string"}},
      {"{regex: a, regex: b}", {"4:16: line 4: field regex already set in type relabel.plain"}},
      {"{labels: x}", {"4:6: line 4: field labels not found in type relabel.plain"}},
  };
  for (const Case& c : cases) EXPECT_EQ(rule_errors(c.rule), c.errors) << c.rule;
  expect_job_errors({
      {"  metric_relabel_configs: [~]\n", {"3:28: empty or null metric relabeling rule in scrape config"}},
      {"  relabel_configs: x\n", {"3:20: line 3: cannot unmarshal !!str `x` into []*relabel.Config"}},
      {"  relabel_configs: {}\n", {"3:20: line 3: cannot unmarshal !!map into []*relabel.Config"}},
      {"  relabel_configs:\n", {}},
  });
}

// The checks themselves are tested in relabel/; here, that each of them is reached, with the place of the rule.
TEST(Rules, AreValidated) {
  struct Case {
    const char* rule;
    const char* error;
  };
  const Case cases[] = {
      {"{action: nope}", "unknown relabel action \"nope\""},
      {"{action: ''}", "unknown relabel action \"\""},
      {"{action: }", "relabel action cannot be empty"},
      {"{action: hashmod, target_label: x}", "relabel configuration for hashmod requires non-zero modulus"},
      {"{regex: x}", "relabel configuration for replace action requires 'target_label' value"},
      {"{target_label: \"\\xe9\", action: lowercase, replacement: x}",
       "'replacement' can not be set for lowercase action"},
      {"{action: keepequal, source_labels: [a], target_label: b, regex: (.*)}",
       "keepequal action requires only 'source_labels' and `target_label`, and no other fields"},
      {"{action: labeldrop, source_labels: []}", "labeldrop action requires only 'regex', and no other fields"},
      {"{regex: 'a)', target_label: b}", "error parsing regexp: unexpected ): `^(?s:a))$`"},
      {"{source_labels: [''], target_label: b}", "\"\" is not a valid label name"},
  };
  for (const Case& c : cases) EXPECT_EQ(rule_errors(c.rule), Lines({"4:5: " + std::string(c.error)})) << c.rule;
}

TEST(Rules, NamesFollowTheSchemeOfTheJob) {
  EXPECT_EQ(rule_errors("{target_label: a-b}"), Lines());
  EXPECT_EQ(rule_errors("{target_label: a-b}", "global: {metric_name_validation_scheme: legacy}\n"),
            Lines({"5:5: \"a-b\" is invalid 'target_label' for replace action"}));
}

}  // namespace
}  // namespace narthex::config
