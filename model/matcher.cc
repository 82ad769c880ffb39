#include "model/matcher.h"

#include <re2/re2.h>

#include "base/quote.h"
#include "base/regex.h"
#include "model/labels.h"

namespace narthex {

Result<Matcher> Matcher::make(MatchType type, std::string name, std::string value) {
  Matcher matcher(type, std::move(name), std::move(value));
  if (type == MatchType::kRegex || type == MatchType::kNotRegex) {
    auto regex = compile_anchored(matcher.value_);
    if (!regex) return regex.error();
    matcher.regex_ = std::move(*regex);
  }
  return matcher;
}

Matcher Matcher::equal(std::string name, std::string value) {
  return Matcher(MatchType::kEqual, std::move(name), std::move(value));
}

bool Matcher::matches(std::string_view label_value) const {
  auto regex = [&] { return regex_->Match(label_value, 0, label_value.size(), re2::RE2::UNANCHORED, nullptr, 0); };
  switch (type_) {
    case MatchType::kEqual:
      return label_value == value_;
    case MatchType::kNotEqual:
      return label_value != value_;
    case MatchType::kRegex:
      return regex();
    case MatchType::kNotRegex:
      return !regex();
  }
  return false;
}

std::string Matcher::str() const {
  static constexpr const char* kOperators[] = {"=", "!=", "=~", "!~"};
  const std::string shown = is_legacy_label_name(name_) ? name_ : go_quote(name_);
  return shown + kOperators[static_cast<int>(type_)] + go_quote(value_);
}

}  // namespace narthex
