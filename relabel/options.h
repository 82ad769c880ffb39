// Relabel rules as a configuration gives them: plain data with the defaults of the relabel spec, section 1.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/result.h"
#include "model/labels.h"

namespace narthex::relabel {

enum class Action {
  kReplace,
  kKeep,
  kDrop,
  kKeepEqual,
  kDropEqual,
  kHashMod,
  kLabelMap,
  kLabelDrop,
  kLabelKeep,
  kLowercase,
  kUppercase,
};

// One rule as written. The `*_set` flags say whether the file gave the field a value, which validation needs: an
// explicit `regex: (.*)` is not the default for keepequal, an explicit `source_labels: []` is refused by labeldrop,
// while `source_labels:` without a value is as good as absent (not set). An explicit null for regex, replacement or
// separator is set and empty.
struct RuleOptions {
  std::vector<std::string> source_labels;
  std::string separator = ";";
  std::string regex = "(.*)";
  uint64_t modulus = 0;
  std::string target_label;
  std::string replacement = "$1";
  std::string action = "replace";  // as written; any case

  bool source_labels_set = false;
  bool separator_set = false;
  bool regex_set = false;
  bool replacement_set = false;
  bool action_null = false;  // `action:` without a value

  NameScheme scheme = NameScheme::kUtf8;
  Place place;  // of the rule, for reasons and errors

  // Whether both rules do the same: where they stand, and which defaults are written out, makes no difference.
  friend bool operator==(const RuleOptions& a, const RuleOptions& b) {
    auto meaning = [](const RuleOptions& r) {
      return std::tie(r.source_labels, r.separator, r.regex, r.modulus, r.target_label, r.replacement, r.action,
                      r.scheme);
    };
    return meaning(a) == meaning(b);
  }
};

using RuleList = std::vector<RuleOptions>;

// The name of an action as files and error texts have it: "replace", "hashmod".
std::string_view action_name(Action action);

// Reads an action's name, in any case. Error: unknown relabel action "<name>".
Result<Action> parse_action(std::string_view name);

// Whether the rule could be compiled; the error carries the rule's place and the reference's text (relabel spec,
// section 2). Checked in this order, the first failure is reported: action, names in source_labels, regex, modulus,
// presence of target_label, target and replacement names, fields that the action does not take.
Result<> validate(const RuleOptions& options);

}  // namespace narthex::relabel
