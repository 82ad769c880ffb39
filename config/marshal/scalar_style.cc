#include "config/marshal/scalar_style.h"

#include "base/quote.h"
#include "base/yaml.h"

namespace narthex::config {
namespace {

// What stands in the way of the simpler styles.
struct Traits {
  bool block_indicator = false;  // would be syntax in block context
  bool flow_indicator = false;   // would be syntax within [] or {}
  bool edge_blank = false;       // begins or ends with a blank or line break
  bool ends_in_blank = false;
  bool blank_before_break = false;
  bool blank_after_break = false;
  bool line_break = false;
  bool special = false;  // not printable
};

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// libyaml's idea of printable: no control characters but newline, nothing beyond the basic plane.
bool is_printable(std::string_view text, size_t i, int& length) {
  const auto byte = static_cast<unsigned char>(text[i]);
  length = 1;
  if (byte < 0x80) return byte == '\n' || (byte >= 0x20 && byte <= 0x7E);
  const char32_t c = decode_utf8(text.substr(i), length);
  if (c == 0xFFFD && length == 1) return false;
  return c >= 0xA0 && c != 0xFEFF && c < 0xFFFE;
}

void see_first(char c, bool blank_follows, Traits& traits) {
  if (std::string_view("#,[]{}&*!|>'\"%@`").find(c) != std::string_view::npos) {
    traits.flow_indicator = traits.block_indicator = true;
  }
  if (c == '?' || c == ':') {
    traits.flow_indicator = true;
    if (blank_follows) traits.block_indicator = true;
  }
  if (c == '-' && blank_follows) traits.flow_indicator = traits.block_indicator = true;
}

void see_later(char c, bool blank_before, bool blank_follows, Traits& traits) {
  if (std::string_view(",?[]{}").find(c) != std::string_view::npos) traits.flow_indicator = true;
  if (c == ':') {
    traits.flow_indicator = true;
    if (blank_follows) traits.block_indicator = true;
  }
  if (c == '#' && blank_before) traits.flow_indicator = traits.block_indicator = true;
}

Traits analyze(std::string_view text) {
  Traits traits;
  if (text.starts_with("---") || text.starts_with("...")) traits.block_indicator = traits.flow_indicator = true;
  int length = 1;
  for (size_t i = 0; i < text.size(); i += static_cast<size_t>(length)) {
    const char c = text[i];
    const char next = i + 1 < text.size() ? text[i + 1] : '\n';
    const bool blank_follows = is_blank(next) || next == '\n';
    const char before = i > 0 ? text[i - 1] : '\n';
    if (i == 0) {
      see_first(c, blank_follows, traits);
    } else {
      see_later(c, is_blank(before) || before == '\n', blank_follows, traits);
    }
    if (!is_printable(text, i, length)) traits.special = true;
    if (c == '\n') traits.line_break = true;
    if (c == '\n' && before == ' ' && i > 0) traits.blank_before_break = true;
    if (c == ' ' && before == '\n' && i > 0) traits.blank_after_break = true;
  }
  const char last = text.back();
  traits.ends_in_blank = last == ' ';
  traits.edge_blank = text[0] == ' ' || text[0] == '\n' || last == ' ' || last == '\n';
  return traits;
}

// 1:20 is a number of base 60 to some readers.
bool is_base60(std::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  if (text.empty() || text[0] < '0' || text[0] > '9' || text.find(':') == std::string_view::npos) return false;
  return text.find_first_not_of("0123456789_:.") == std::string_view::npos;
}

}  // namespace

Style choose_style(std::string_view text, Position position) {
  if (text.empty() || !yaml::is_plain_string(text) || is_base60(text)) {
    if (text.find('\n') == std::string_view::npos) return Style::kDoubleQuoted;
  }
  const Traits traits = analyze(text);
  const bool never_raw = traits.special || traits.blank_before_break;
  if (text.find('\n') != std::string_view::npos) {
    const bool literal = position == Position::kBlock && !never_raw && !traits.ends_in_blank;
    return literal ? Style::kLiteral : Style::kDoubleQuoted;
  }
  const bool indicator = position == Position::kFlow ? traits.flow_indicator : traits.block_indicator;
  if (!never_raw && !traits.edge_blank && !indicator) return Style::kPlain;
  return never_raw || traits.blank_after_break ? Style::kDoubleQuoted : Style::kSingleQuoted;
}

}  // namespace narthex::config
