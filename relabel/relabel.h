// The relabel engine: compiles rules once, then applies them to label sets, with or without saying why.
// Source of every rule: the relabel spec.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model/labels.h"
#include "relabel/options.h"

namespace narthex::relabel {

// A validated, compiled rule. Immutable, cheap to copy, thread-safe.
class Rule {
 public:
  // Checks in the order of the spec, section 2; the error carries the rule's place and the reference's text.
  static Result<Rule> compile(const RuleOptions& options);

  Action action() const;
  const RuleOptions& options() const;
  const Place& place() const { return options().place; }

  // For the engine alone.
  struct Compiled;
  const Compiled& compiled() const { return *compiled_; }

 private:
  explicit Rule(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
  std::shared_ptr<const Compiled> compiled_;
};

// Compiles all; stops at the first bad rule.
Result<std::vector<Rule>> compile(const RuleList& rules);

// Fast entry: changes `labels`; false = dropped (labels are then unspecified).
bool apply(std::span<const Rule> rules, LabelsBuilder& labels);

// One rule at work.
struct Step {
  size_t rule = 0;  // index into the rules
  Place place;      // of the rule
  Labels before;
  Labels after;  // empty if dropped
  bool keep = true;
  bool matched = true;  // whether the rule's condition held
  std::string reason;   // one sentence, e.g. `regex "a.*" matches "abc" of [x]; set y="abc"`
};

struct Explanation {
  std::vector<Step> steps;  // ends with the rule that dropped, if one did
  bool kept = true;
  Labels labels;  // final labels; empty if dropped
};

// Explaining entry: the same implementation, observed. Does not stop being exact: explain().labels equals what apply()
// leaves, for all inputs.
Explanation explain(std::span<const Rule> rules, const Labels& labels);

}  // namespace narthex::relabel
