#include "tests/unit/relabel/cases.h"

#include <charconv>
#include <stdexcept>

namespace narthex::relabel {
namespace {

// Splits at blanks outside of single quotes; keeps the quotes' content.
std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  bool in_word = false;
  bool quoted = false;
  for (char c : text) {
    if (c == ' ' && !quoted) {
      in_word = false;
      continue;
    }
    if (!in_word) out.emplace_back();
    in_word = true;
    if (c == '\'') {
      quoted = !quoted;
    } else {
      out.back() += c;
    }
  }
  return out;
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> out;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find(separator, at), text.size());
    out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

void set_field(RuleOptions& rule, const std::string& field, const std::string& value) {
  if (field == "sources") {
    rule.source_labels_set = true;
    if (!value.empty()) rule.source_labels = split(value, ',');
  } else if (field == "separator") {
    rule.separator = value, rule.separator_set = true;
  } else if (field == "regex") {
    rule.regex = value, rule.regex_set = true;
  } else if (field == "modulus") {
    std::from_chars(value.data(), value.data() + value.size(), rule.modulus);
  } else if (field == "target") {
    rule.target_label = value;
  } else if (field == "replacement") {
    rule.replacement = value, rule.replacement_set = true;
  } else if (field == "scheme" && value == "legacy") {
    rule.scheme = NameScheme::kLegacy;
  } else {
    throw std::invalid_argument("test rule has an unknown field: " + field);
  }
}

RuleOptions parse_rule(const std::string& line) {
  RuleOptions rule;
  const auto parts = words(line);
  rule.action = parts.at(0) == "''" ? "" : parts.at(0);
  rule.action_null = rule.action == "null";
  for (size_t i = 1; i < parts.size(); ++i) {
    const size_t equals = parts[i].find('=');
    set_field(rule, parts[i].substr(0, equals), parts[i].substr(equals + 1));
  }
  return rule;
}

std::string quoted_if_blank(const std::string& text) { return text.find(' ') == text.npos ? text : '\'' + text + '\''; }

std::string notation(const Labels& labels) {
  std::string out;
  for (const Label& label : labels) {
    if (!out.empty()) out += ' ';
    out += quoted_if_blank(label.name) + '=' + quoted_if_blank(label.value);
  }
  return out;
}

}  // namespace

RuleList parse_rules(std::string_view text) {
  RuleList out;
  int number = 0;
  for (const std::string& line : split(std::string(text), '\n')) {
    out.push_back(parse_rule(line));
    out.back().place = {"rules.yml", ++number, 1};
  }
  return out;
}

Labels parse_labels(std::string_view text) {
  std::vector<Label> out;
  for (const std::string& word : words(text)) {
    const size_t equals = word.find('=');
    out.push_back({word.substr(0, equals), word.substr(equals + 1)});
  }
  return Labels(std::move(out));
}

void expect_consistent(const Explanation& explanation, const Labels& before) {
  Labels at = before;
  for (size_t i = 0; i < explanation.steps.size(); ++i) {
    const Step& step = explanation.steps[i];
    EXPECT_EQ(step.rule, i);
    EXPECT_EQ(step.before, at) << "step " << i;
    EXPECT_FALSE(step.reason.empty()) << "step " << i;
    EXPECT_EQ(step.keep, explanation.kept || i + 1 < explanation.steps.size()) << "only the last step may drop";
    at = step.after;
  }
  EXPECT_EQ(explanation.labels, at);
}

std::string run_case(const Case& c) {
  const auto rules = compile(parse_rules(c.rules));
  if (!rules) return "error: " + rules.error().message;
  const Labels before = parse_labels(c.before);
  LabelsBuilder builder(before);
  const bool kept = relabel::apply(*rules, builder);
  const Explanation explanation = explain(*rules, before);
  expect_consistent(explanation, before);
  EXPECT_EQ(kept, explanation.kept) << "apply() and explain() disagree";
  if (!kept) return "dropped";
  EXPECT_EQ(builder.build(), explanation.labels) << "apply() and explain() disagree";
  return notation(builder.build());
}

std::string reason_of(std::string_view labels, std::string_view rules) {
  const auto compiled = compile(parse_rules(rules));
  if (!compiled) return "error: " + compiled.error().message;
  return explain(*compiled, parse_labels(labels)).steps.back().reason;
}

}  // namespace narthex::relabel
