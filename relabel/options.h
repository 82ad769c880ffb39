// Relabel rules as a configuration gives them: plain data with the defaults of the relabel spec, section 1.
#pragma once

#include <cstdint>
#include <string>
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

// One rule as written. The `*_set` flags say whether the file named the field, which validation needs (an explicit
// `regex: (.*)` is not the default for keepequal).
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

  friend bool operator==(const RuleOptions&, const RuleOptions&) = default;
};

using RuleList = std::vector<RuleOptions>;

}  // namespace narthex::relabel
