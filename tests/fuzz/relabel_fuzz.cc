// Relabel rules and labels made of any bytes: a rule that passes its check compiles; what rules leave is a proper label
// set; and explaining them says the same as applying them.

#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "relabel/relabel.h"

namespace narthex::relabel {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

// Choices, read from the fuzzer's bytes. When these are used up, everything is zero and empty.
class Choices {
 public:
  explicit Choices(std::string_view bytes) : bytes_(bytes) {}

  size_t below(size_t count) {
    if (bytes_.empty()) return 0;
    const auto byte = static_cast<unsigned char>(bytes_.front());
    bytes_.remove_prefix(1);
    return byte % count;
  }

  std::string text() {
    const std::string_view taken = bytes_.substr(0, below(24));
    bytes_.remove_prefix(taken.size());
    return std::string(taken);
  }

  // A word that rules and labels have in common more often than chance would.
  std::string name() {
    constexpr const char* kNames[] = {"a", "b", "__address__", "job", "__meta_x", "instance", "ä"};
    const size_t choice = below(std::size(kNames) + 1);
    return choice < std::size(kNames) ? kNames[choice] : text();
  }

  std::string regex() {
    constexpr const char* kRegexes[] = {"(.*)", "(.+):(.*)", "a|b", "__meta_(.*)", "(?P<x>.)(.*)", ""};
    const size_t choice = below(std::size(kRegexes) + 1);
    return choice < std::size(kRegexes) ? kRegexes[choice] : text();
  }

 private:
  std::string_view bytes_;
};

RuleOptions random_rule(Choices& choices) {
  constexpr const char* kActions[] = {"replace",  "keep",      "drop",      "keepequal", "dropequal", "hashmod",
                                      "labelmap", "labeldrop", "labelkeep", "lowercase", "uppercase"};
  constexpr const char* kReplacements[] = {"$1", "${x}-$2", "$$", "$", ""};
  RuleOptions rule;
  rule.action = kActions[choices.below(std::size(kActions))];
  rule.scheme = choices.below(4) == 0 ? NameScheme::kLegacy : NameScheme::kUtf8;
  for (size_t i = choices.below(3); i > 0; --i) rule.source_labels.push_back(choices.name());
  rule.source_labels_set = !rule.source_labels.empty();
  if ((rule.regex_set = choices.below(2) != 0)) rule.regex = choices.regex();
  if (choices.below(3) != 0) rule.target_label = choices.name();
  if (choices.below(3) == 0) rule.modulus = choices.below(256);
  if ((rule.separator_set = choices.below(4) == 0)) rule.separator = choices.text();
  if ((rule.replacement_set = choices.below(2) != 0)) {
    const size_t choice = choices.below(std::size(kReplacements) + 1);
    rule.replacement = choice < std::size(kReplacements) ? kReplacements[choice] : choices.text();
  }
  return rule;
}

Labels random_labels(Choices& choices) {
  std::vector<Label> labels;
  for (size_t i = choices.below(6); i > 0; --i) {
    std::string name = choices.name();
    if (!name.empty()) labels.push_back({std::move(name), choices.text()});
  }
  return Labels(std::move(labels));
}

void check_proper(const Labels& labels) {
  for (size_t i = 0; i < labels.size(); ++i) {
    require(!labels[i].value.empty());
    require(i == 0 || labels[i - 1].name < labels[i].name);
  }
}

void check(Choices choices) {
  std::vector<Rule> rules;
  for (size_t i = choices.below(5); i > 0; --i) {
    const RuleOptions options = random_rule(choices);
    const bool valid = validate(options).has_value();
    auto rule = Rule::compile(options);
    require(rule.has_value() == valid);
    if (rule) rules.push_back(std::move(*rule));
  }
  const Labels labels = random_labels(choices);
  LabelsBuilder builder(labels);
  const bool kept = relabel::apply(rules, builder);
  const Explanation explanation = explain(rules, labels);
  require(explanation.kept == kept);
  require(!kept || explanation.labels == builder.build());
  check_proper(explanation.labels);
  for (const Step& step : explanation.steps) {
    require(step.rule < rules.size() && !step.reason.empty());
    check_proper(step.after);
  }
}

}  // namespace
}  // namespace narthex::relabel

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  narthex::relabel::check(narthex::relabel::Choices(std::string_view(reinterpret_cast<const char*>(data), size)));
  return 0;
}
