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

// How the answers of a template and of a target make that of a series, whatever lists are stored as. Thread-safe.
class MatchRules {
 public:
  static constexpr size_t kMaxMatchers = 64;

  // `matchers` must outlive this. Error: more than 64 of them.
  static Result<MatchRules> make(std::span<const Matcher> matchers);

  std::span<const Matcher> matchers() const { return matchers_; }
  // `value_of(i)`: the value that the list has for the label of matcher i, something that is false if the list does not
  // speak of it. `matches(i, value)`: whether that satisfies matcher i.
  template <class ValueOf, class Matches>
  Answer ask(ValueOf&& value_of, Matches&& matches) const {
    Answer answer{0, matches_empty_};
    for (size_t i = 0; i < matchers_.size(); ++i) {
      const auto value = value_of(i);
      if (!value) continue;
      const uint64_t bit = uint64_t{1} << i;
      answer.spoken |= bit;
      answer.matched = matches(i, *value) ? answer.matched | bit : answer.matched & ~bit;
    }
    return answer;
  }

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
  explicit MatchRules(std::span<const Matcher> matchers);

  std::span<const Matcher> matchers_;
  uint64_t all_;
  uint64_t matches_empty_ = 0;
};

// The answers of one selector for the lists of the head. Asks each regular expression once per distinct value. Not
// thread-safe.
class Matching : public MatchRules {
 public:
  static Result<Matching> make(std::span<const Matcher> matchers);

  Answer ask(const LabelList& list);

 private:
  explicit Matching(MatchRules rules) : MatchRules(rules), known_(matchers().size()) {}

  // By matcher, the verdict per distinct value.
  std::vector<boost::unordered_flat_map<const Symbol*, bool>> known_;
};

}  // namespace narthex::storage
