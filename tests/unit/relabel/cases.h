// Relabeling as tables of {labels before, rules, labels after}, in a notation that fits on a line:
//
//   {"a=1 b=2", "replace sources=a,b target=c", "a=1 b=2 c=1;2"}
//
// Labels: `name=value`, separated by blanks. Rules: one per line, the action and then `field=value` with the fields
// sources (separated by commas), separator, regex, modulus, target, replacement, scheme=legacy. Single quotes keep
// blanks together: `regex='a b'`, `'a b'=1`. What is expected: labels, "dropped", or "error: <text>".
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "relabel/relabel.h"

namespace narthex::relabel {

struct Case {
  const char* before;
  const char* rules;
  const char* after;
};

RuleList parse_rules(std::string_view text);
Labels parse_labels(std::string_view text);

// What the rules make of the labels, in the notation of Case::after, by apply() and by explain(). The two must agree.
std::string run_case(const Case& c);

// Runs a table; every failure shows its case.
template <size_t N>
void check(const Case (&cases)[N]) {
  for (const Case& c : cases) EXPECT_EQ(run_case(c), c.after) << "labels: " << c.before << "\nrules:  " << c.rules;
}

// The reason of the last rule that ran.
std::string reason_of(std::string_view labels, std::string_view rules);

// Fails unless the steps lead from `before` to the explanation's end without a gap.
void expect_consistent(const Explanation& explanation, const Labels& before);

}  // namespace narthex::relabel
