// Names and values from query strings and form bodies, decoded as Go's net/url does.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace narthex::web {

// Percent-decodes; `plus_is_blank` as in queries and forms, not in paths. Error: `invalid URL escape "%zz"`.
Result<std::string> unescape(std::string_view text, bool plus_is_blank);

// Percent-encodes everything but letters, digits and "-_.~".
std::string escape(std::string_view text);

// Parameters in the order in which they came. A value type.
class Form {
 public:
  Form() = default;
  // Appends the pairs of `encoded` ("a=1&b=2"). Malformed pairs are left out; the first of them is remembered in
  // error().
  void add(std::string_view encoded);

  // The first value of `name`, "" if there is none.
  const std::string& get(std::string_view name) const;
  std::vector<std::string> all(std::string_view name) const;
  // Why a pair was left out: `invalid URL escape "%zz"`, `invalid semicolon separator in query`.
  const std::optional<Error>& error() const { return error_; }

 private:
  Result<> add_pair(std::string_view pair);

  std::vector<std::pair<std::string, std::string>> pairs_;
  std::optional<Error> error_;
};

}  // namespace narthex::web
