// Label matchers: how a selector says which series it means.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace re2 {
class RE2;
}

namespace narthex {

enum class MatchType { kEqual, kNotEqual, kRegex, kNotRegex };

// One condition on one label. A missing label has the value "". Immutable and cheap to copy; thread-safe.
class Matcher {
 public:
  // Regular expressions are RE2's, anchored on both sides, with '.' matching newlines.
  // Error: `error parsing regexp: <message>`.
  static Result<Matcher> make(MatchType type, std::string name, std::string value);
  // An equality matcher, which cannot fail.
  static Matcher equal(std::string name, std::string value);

  MatchType type() const { return type_; }
  const std::string& name() const { return name_; }
  const std::string& value() const { return value_; }

  bool matches(std::string_view label_value) const;
  bool matches_empty() const { return matches({}); }

  // name="value", name=~"value" with Go's quoting.
  std::string str() const;

 private:
  Matcher(MatchType type, std::string name, std::string value)
      : type_(type), name_(std::move(name)), value_(std::move(value)) {}

  MatchType type_;
  std::string name_;
  std::string value_;
  std::shared_ptr<const re2::RE2> regex_;  // only for the two regex types
};

}  // namespace narthex
