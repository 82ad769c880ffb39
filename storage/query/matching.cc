#include "storage/query/matching.h"

namespace narthex::storage {

Matching::Matching(std::span<const Matcher> matchers)
    : all_(matchers.size() == 64 ? ~uint64_t{0} : (uint64_t{1} << matchers.size()) - 1) {
  for (const Matcher& matcher : matchers) conditions_.push_back({&matcher, matcher.matches_empty(), {}});
}

Result<Matching> Matching::make(std::span<const Matcher> matchers) {
  if (matchers.size() > kMaxMatchers) return Error{Code::kLimit, "a selector has more than 64 label matchers"};
  return Matching(matchers);
}

Answer Matching::ask(const LabelList& list) {
  Answer answer;
  for (size_t i = 0; i < conditions_.size(); ++i) {
    Condition& condition = conditions_[i];
    const uint64_t bit = uint64_t{1} << i;
    const Symbol* value = nullptr;
    for (const SymbolPair& pair : list.pairs) {
      if (pair.name->text == condition.matcher->name()) value = pair.value;
    }
    if (value == nullptr) {
      if (condition.matches_empty) answer.matched |= bit;
      continue;
    }
    answer.spoken |= bit;
    const auto [known, fresh] = condition.known.emplace(value, false);
    if (fresh) known->second = condition.matcher->matches(value->text);
    if (known->second) answer.matched |= bit;
  }
  return answer;
}

std::optional<std::string_view> Matching::metric_name() const {
  for (const Condition& condition : conditions_) {
    const Matcher& matcher = *condition.matcher;
    if (matcher.name() == kMetricName && matcher.type() == MatchType::kEqual && !matcher.value().empty()) {
      return matcher.value();
    }
  }
  return std::nullopt;
}

bool Matching::metric_possible(std::string_view name) const {
  for (const Condition& condition : conditions_) {
    if (condition.matcher->name() == kMetricName && !condition.matcher->matches(name)) return false;
  }
  return true;
}

}  // namespace narthex::storage
