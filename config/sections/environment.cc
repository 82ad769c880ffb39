#include "config/sections/environment.h"

#include <cctype>

namespace narthex::config {
namespace {

bool is_special(char c) { return std::string_view("*#$@!?-0123456789").find(c) != std::string_view::npos; }
bool is_name(char c) { return c == '_' || std::isalnum(static_cast<unsigned char>(c)); }

struct Name {
  std::string_view name;
  size_t length = 0;  // bytes behind the dollar that belong to it
};

// What follows a dollar. Broken syntax has an empty name and a length: those bytes are swallowed.
Name read_name(std::string_view text) {
  if (text[0] == '{') {
    if (text.size() > 2 && is_special(text[1]) && text[2] == '}') return {text.substr(1, 1), 3};
    const size_t end = text.find('}');
    if (end == std::string_view::npos) return {"", 1};
    if (end == 1) return {"", 2};
    return {text.substr(1, end - 1), end + 1};
  }
  if (is_special(text[0])) return {text.substr(0, 1), 1};
  size_t length = 0;
  while (length < text.size() && is_name(text[length])) ++length;
  return {text.substr(0, length), length};
}

}  // namespace

std::string expand_variables(std::string_view text, const std::function<std::string(const std::string&)>& value) {
  std::string out;
  while (!text.empty()) {
    const size_t dollar = text.find('$');
    out += text.substr(0, dollar);
    if (dollar == std::string_view::npos) break;
    text.remove_prefix(dollar + 1);
    if (text.empty()) return out + '$';
    const Name name = read_name(text);
    if (name.name == "$" || name.length == 0) {
      out += '$';
    } else if (!name.name.empty()) {
      out += value(std::string(name.name));
    }
    text.remove_prefix(name.length);
  }
  return out;
}

}  // namespace narthex::config
