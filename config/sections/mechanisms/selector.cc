#include "config/sections/mechanisms/selector.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "base/quote.h"

namespace narthex::config {
namespace {

constexpr size_t kMaxName = 63;
constexpr size_t kMaxPrefix = 253;

bool is_alnum(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

// Letters and digits, between them also - _ and dots; at most 63.
bool is_name(std::string_view text) {
  if (text.empty() || text.size() > kMaxName || !is_alnum(text.front()) || !is_alnum(text.back())) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.'; });
}

// A DNS subdomain in small letters.
bool is_prefix(std::string_view text) {
  if (text.empty() || text.size() > kMaxPrefix || !is_alnum(text.front()) || !is_alnum(text.back())) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (is_alnum(c) && !std::isupper(static_cast<unsigned char>(c))) || c == '-' || c == '.';
  });
}

bool is_key(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return is_name(text);
  return is_prefix(text.substr(0, slash)) && is_name(text.substr(slash + 1));
}

// Words, and the signs ( ) , ! = == != < >. "" is the end.
class Tokens {
 public:
  explicit Tokens(std::string_view text) {
    while (!text.empty()) {
      const size_t length = token_length(text);
      if (!std::isspace(static_cast<unsigned char>(text[0]))) tokens_.emplace_back(text.substr(0, length));
      text.remove_prefix(length);
    }
  }

  std::string_view peek() const { return at_ < tokens_.size() ? std::string_view(tokens_[at_]) : ""; }
  std::string_view next() {
    const std::string_view token = peek();
    if (at_ < tokens_.size()) ++at_;
    return token;
  }
  bool take(std::string_view token) {
    if (peek() != token) return false;
    ++at_;
    return true;
  }
  // Whether the next token is a word. A word may be empty where a value may be.
  bool at_word() const { return !peek().empty() && kSigns.find(peek()[0]) == std::string_view::npos; }

 private:
  static constexpr std::string_view kSigns = "(),!=<>";

  static size_t token_length(std::string_view text) {
    if (text.starts_with("==") || text.starts_with("!=")) return 2;
    if (std::isspace(static_cast<unsigned char>(text[0])) || kSigns.find(text[0]) != std::string_view::npos) return 1;
    size_t length = 1;
    while (length < text.size() && !std::isspace(static_cast<unsigned char>(text[length])) &&
           kSigns.find(text[length]) == std::string_view::npos) {
      ++length;
    }
    return length;
  }

  std::vector<std::string> tokens_;
  size_t at_ = 0;
};

Error wrong(const std::string& what) { return invalid("unable to parse requirement: " + what); }

Error unexpected(std::string_view found, const std::string& expected) {
  return wrong("found '" + std::string(found) + "', expected: " + expected);
}

Result<> check_value(std::string_view value) {
  if (value.empty() || is_name(value)) return {};
  return wrong("values[0]: Invalid value: " + go_quote(value) +
               ": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and "
               "must start and end with an alphanumeric character, at most 63 of them");
}

// (a, b); an empty element is an empty value.
Result<> check_set(Tokens& tokens) {
  if (!tokens.take("(")) return unexpected(tokens.peek(), "'('");
  while (!tokens.take(")")) {
    if (tokens.take(",")) continue;
    if (!tokens.at_word()) return unexpected(tokens.peek(), "',', ')' or identifier");
    if (auto ok = check_value(tokens.next()); !ok) return ok;
  }
  return {};
}

Result<> check_number(Tokens& tokens) {
  const std::string_view value = tokens.at_word() ? tokens.next() : "";
  const bool digits = !value.empty() && std::all_of(value.begin(), value.end(), [](char c) { return std::isdigit(c); });
  if (!digits) return wrong("for 'Gt', 'Lt' operators, the value must be an integer");
  return {};
}

Result<> check_requirement(Tokens& tokens) {
  const bool negated = tokens.take("!");
  if (!tokens.at_word()) return unexpected(tokens.peek(), negated ? "identifier" : "!, identifier, or 'end of string'");
  const std::string_view key = tokens.next();
  if (!is_key(key)) {
    return wrong("key: Invalid value: " + go_quote(key) +
                 ": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
                 "alphanumeric character, at most 63 of them");
  }
  if (negated || tokens.peek().empty() || tokens.peek() == ",") return {};
  const std::string_view sign = tokens.next();
  if (sign == "in" || sign == "notin") return check_set(tokens);
  if (sign == "<" || sign == ">") return check_number(tokens);
  if (sign == "=" || sign == "==" || sign == "!=") return check_value(tokens.at_word() ? tokens.next() : "");
  return unexpected(sign, "in, notin, =, ==, !=, gt, lt");
}

}  // namespace

Result<> check_field_selector(std::string_view text) {
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view term = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), term.size() + 1));
    if (term.empty() || term.find('=') != std::string_view::npos) continue;
    return invalid("invalid selector: '" + std::string(text) + "'; can't understand '" + std::string(term) + "'");
  }
  return {};
}

Result<> check_label_selector(std::string_view text) {
  Tokens tokens(text);
  if (tokens.peek().empty()) return {};
  for (;;) {
    if (auto ok = check_requirement(tokens); !ok) return ok;
    if (tokens.peek().empty()) return {};
    if (!tokens.take(",")) return unexpected(tokens.peek(), "',' or 'end of string'");
    if (tokens.peek().empty()) return unexpected("", "identifier after ','");
  }
}

}  // namespace narthex::config
