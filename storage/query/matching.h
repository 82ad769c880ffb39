// Matchers, asked of templates and of targets apart: a series satisfies a matcher if its template does, where that
// speaks of the label, and else if its target does. Thousands of lists instead of millions of series.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/matcher.h"
#include "storage/identity/label_list.h"

namespace narthex::storage {

// How a list answers a set of matchers: a bit per matcher.
struct Answer {
  uint64_t spoken = 0;   // the list speaks of the matcher's label
  uint64_t matched = 0;  // and its value satisfies the matcher; for a label it does not speak of: whether "" does
};

// The answers of one selector. Asks each regular expression once per distinct value. Not thread-safe.
class Matching {
 public:
  static constexpr size_t kMaxMatchers = 64;

  // `matchers` must outlive this. Error: more than 64 of them.
  static Result<Matching> make(std::span<const Matcher> matchers);

  Answer ask(const LabelList& list);
  // Whether a template can be part of an answer at all.
  bool possible(const Answer& difference) const { return (difference.spoken & ~difference.matched) == 0; }
  bool satisfied(const Answer& target, const Answer& difference) const {
    return possible(difference) && (all_ & ~difference.spoken & ~target.matched) == 0;
  }

  // Which metric names can occur in an answer: exactly this one, if there is an equality matcher on it.
  std::optional<std::string_view> metric_name() const;
  // Whether a series with this metric name can.
  bool metric_possible(std::string_view name) const;

 private:
  explicit Matching(std::span<const Matcher> matchers);
  // `known`: the verdict per distinct value, so that a regular expression runs once for each.
  struct Condition {
    const Matcher* matcher;
    bool matches_empty;
    boost::unordered_flat_map<const Symbol*, bool> known;
  };

  std::vector<Condition> conditions_;
  uint64_t all_;
};

}  // namespace narthex::storage
