// From the key of a series to its labels.

#include <algorithm>
#include <cctype>
#include <charconv>

#include "base/number.h"
#include "exposition/text.h"
#include "exposition/text/escape.h"
#include "exposition/text/fault.h"
#include "exposition/text/scan_series.h"

namespace narthex::exposition {
namespace {

// Go writes a float as at most this many characters with its shortest digits.
constexpr size_t kLongestBound = 32;

// Go's strconv.ParseFloat takes "0x", digits with a point, and an exponent "p", which is mandatory; rounding is to
// even.
std::optional<double> parse_hex(std::string_view text) {
  const bool sign = !text.empty() && (text[0] == '-' || text[0] == '+');
  const bool negative = sign && text[0] == '-';
  if (sign) text.remove_prefix(1);
  if (text.size() < 3 || text[0] != '0' || (text[1] | 0x20) != 'x') return std::nullopt;
  text.remove_prefix(2);
  const bool number = text[0] == '.' || std::isxdigit(static_cast<unsigned char>(text[0]));
  const size_t exponent = text.find_first_of("pP");
  if (!number || exponent == text.npos) return std::nullopt;
  double value = 0;
  const auto [stop, ec] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::hex);
  if (stop != text.data() + text.size()) return std::nullopt;
  const bool tiny = text[std::min(exponent + 1, text.size() - 1)] == '-';
  if (ec != std::errc() && !tiny) return std::nullopt;
  return negative ? -value : value;
}

std::optional<double> parse_bound(std::string_view text) {
  if (auto value = parse_float(text)) return *value;
  return parse_hex(text);
}

}  // namespace

void append_bound(std::string& out, double value) {
  const size_t start = out.size();
  append_float_general(out, value == 0 ? 0.0 : value);
  if (out.find_first_of(".eNI", start) == out.npos) out += ".0";
}

void append_bound(std::string& out, std::string_view value) {
  if (const std::optional<double> number = parse_bound(value)) {
    append_bound(out, *number);
  } else {
    out += value;
  }
}

// Keys that were made from protobuf may have NULs in their names, which no text format has.
struct KeyBraces : text::TextBraces {
  static text::Quoted scan_name(const char* p, const char* end) { return text::scan_quoted(p, end, true); }
};

// Fills a SeriesLabels. What needs unescaping goes into a string that is reserved beforehand: views into it stay good.
class SeriesVisitor {
 public:
  SeriesVisitor(std::string_view key, MetricType type, SeriesLabels& out) : type_(type), out_(out) {
    out_.name_ = {};
    out_.labels_.clear();
    out_.storage_.clear();
    key_size_ = key.size();
  }

  void name(const char* first, const char* last) { out_.name_ = unescape({first, last}); }

  void label(std::string_view name, bool quoted, std::string_view value, bool escaped) {
    if (quoted) name = unescape(name);
    if (escaped) value = unescape(value);
    if (normalises_bound(type_, name)) value = normalise(value);
    out_.labels_.push_back({name, value});
  }

 private:
  std::string_view unescape(std::string_view text) {
    if (text.find('\\') == text.npos) return text;
    reserve();
    const size_t start = out_.storage_.size();
    text::append_unescaped(out_.storage_, text, "\\\"n");
    return std::string_view(out_.storage_).substr(start);
  }

  std::string_view normalise(std::string_view value) {
    reserve();
    const size_t start = out_.storage_.size();
    append_bound(out_.storage_, value);
    return std::string_view(out_.storage_).substr(start);
  }

  // Unescaping and then normalising writes a text twice; a bound grows to kLongestBound, and `le=""` are five bytes.
  void reserve() {
    if (out_.storage_.empty()) out_.storage_.reserve(2 * key_size_ + (key_size_ / 5 + 1) * kLongestBound);
  }

  MetricType type_;
  SeriesLabels& out_;
  size_t key_size_;
};

std::optional<ParseError> parse_series(std::string_view key, MetricType type, SeriesLabels& out) {
  if (key.data() == nullptr) key = "";
  SeriesVisitor visitor(key, type, out);
  const char* end = key.data() + key.size();
  const char* p = text::skip(key.data(), end, text::kBlank);
  if (p == end || !(text::is(*p, text::kNameStart) || *p == '{')) {
    return text::located(key, p, text::token_error(key, key.data(), text::State::kStart, "a valid start token", p));
  }
  text::Fault fault;
  const char* stop = text::scan_series<KeyBraces>(p, end, visitor, fault);
  if (stop == nullptr) return text::located(key, fault.at, text::fault_text(key, key.data(), fault));
  stop = text::skip(stop, end, text::kBlank);
  if (stop != end) {
    return text::located(key, stop, text::token_error(key, key.data(), text::State::kValue, "end of series", stop));
  }
  return std::nullopt;
}

}  // namespace narthex::exposition
