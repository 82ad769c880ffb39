#include "storage/query/matching.h"

namespace narthex::storage {

MatchRules::MatchRules(std::span<const Matcher> matchers)
    : matchers_(matchers), all_(matchers.size() == 64 ? ~uint64_t{0} : (uint64_t{1} << matchers.size()) - 1) {
  for (size_t i = 0; i < matchers.size(); ++i) matches_empty_ |= uint64_t{matchers[i].matches_empty()} << i;
}

Result<MatchRules> MatchRules::make(std::span<const Matcher> matchers) {
  if (matchers.size() > kMaxMatchers) return Error{Code::kLimit, "a selector has more than 64 label matchers"};
  return MatchRules(matchers);
}

std::optional<std::string_view> MatchRules::metric_name() const {
  for (const Matcher& matcher : matchers_) {
    if (matcher.name() == kMetricName && matcher.type() == MatchType::kEqual && !matcher.value().empty()) {
      return matcher.value();
    }
  }
  return std::nullopt;
}

bool MatchRules::metric_possible(std::string_view name) const {
  for (const Matcher& matcher : matchers_) {
    if (matcher.name() == kMetricName && !matcher.matches(name)) return false;
  }
  return true;
}

Result<Matching> Matching::make(std::span<const Matcher> matchers) {
  const auto rules = MatchRules::make(matchers);
  if (!rules) return rules.error();
  return Matching(*rules);
}

Answer Matching::ask(const LabelList& list) {
  const auto value_of = [&](size_t i) -> std::optional<const Symbol*> {
    for (const SymbolPair& pair : list.pairs) {
      if (pair.name->text == matchers()[i].name()) return pair.value;
    }
    return std::nullopt;
  };
  return MatchRules::ask(value_of, [&](size_t i, const Symbol* value) {
    const auto [known, fresh] = known_[i].emplace(value, false);
    if (fresh) known->second = matchers()[i].matches(value->text);
    return known->second;
  });
}

}  // namespace narthex::storage
