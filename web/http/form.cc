#include "web/http/form.h"

#include "base/quote.h"

namespace narthex::web {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_unreserved(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("-_.~").find(c) != std::string_view::npos;
}

}  // namespace

Result<std::string> unescape(std::string_view text, bool plus_is_blank) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_blank) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return invalid("invalid URL escape " + go_quote(text.substr(i, 3)));
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return out;
}

std::string escape(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    if (is_unreserved(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

void Form::add(std::string_view encoded) {
  while (!encoded.empty()) {
    const size_t end = encoded.find('&');
    auto added = add_pair(encoded.substr(0, end));
    if (!added && !error_) error_ = added.error();
    if (end == std::string_view::npos) return;
    encoded.remove_prefix(end + 1);
  }
}

Result<> Form::add_pair(std::string_view pair) {
  if (pair.empty()) return {};
  if (pair.find(';') != std::string_view::npos) return invalid("invalid semicolon separator in query");
  const size_t equals = pair.find('=');
  auto name = unescape(pair.substr(0, equals), true);
  if (!name) return name.error();
  auto value = unescape(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1), true);
  if (!value) return value.error();
  pairs_.emplace_back(std::move(*name), std::move(*value));
  return {};
}

const std::string& Form::get(std::string_view name) const {
  static const std::string kNone;
  for (const auto& [key, value] : pairs_) {
    if (key == name) return value;
  }
  return kNone;
}

std::vector<std::string> Form::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : pairs_) {
    if (key == name) values.push_back(value);
  }
  return values;
}

}  // namespace narthex::web
