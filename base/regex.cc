#include "base/regex.h"

#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/quote.h"

namespace narthex {
namespace {

using re2::RE2;

// Go's wording of what RE2 calls an error. Source: relabel spec, section 2 (bad regex).
const char* detail_of(RE2::ErrorCode code) {
  switch (code) {
    case RE2::ErrorBadEscape:
      return "invalid escape sequence";
    case RE2::ErrorBadCharClass:
      return "invalid character class";
    case RE2::ErrorBadCharRange:
      return "invalid character class range";
    case RE2::ErrorMissingBracket:
      return "missing closing ]";
    case RE2::ErrorMissingParen:
      return "missing closing )";
    case RE2::ErrorUnexpectedParen:
      return "unexpected )";
    case RE2::ErrorTrailingBackslash:
      return "trailing backslash at end of expression";
    case RE2::ErrorRepeatArgument:
      return "missing argument to repetition operator";
    case RE2::ErrorRepeatSize:
      return "invalid repeat count";
    case RE2::ErrorRepeatOp:
      return "invalid nested repetition operator";
    case RE2::ErrorBadPerlOp:
      return "invalid or unsupported Perl syntax";
    case RE2::ErrorBadUTF8:
      return "invalid UTF-8";
    case RE2::ErrorBadNamedCapture:
      return "invalid named capture";
    case RE2::ErrorPatternTooLarge:
      return "expression too large";
    default:
      return "regexp/syntax: internal error";
  }
}

Error fail(std::string_view detail, std::string_view fragment) {
  std::string text = "error parsing regexp: ";
  text.append(detail).append(": `").append(fragment).append("`");
  return invalid(std::move(text));
}

bool is_group_name(std::string_view name) {
  auto word = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), word);
}

// Turns Go's syntax into RE2's. What Go refuses and RE2 takes is replaced by a group name that RE2 refuses, so that of
// several faults the leftmost is reported, whoever found it.
class Translator {
 public:
  explicit Translator(std::string_view pattern) : rest_(pattern) {}

  std::string translate() {
    while (!rest_.empty()) {
      if (rest_.starts_with("\\Q")) {
        take(quoted_length());
      } else if (rest_.starts_with("\\C")) {
        refuse("invalid escape sequence", rest_.substr(0, 2));
        rest_.remove_prefix(2);
      } else if (rest_[0] == '\\') {
        take(2);
      } else if (rest_[0] == '[') {
        take(class_length());
      } else if (rest_.starts_with("(?<") || rest_.starts_with("(?P<")) {
        take_group_name();
      } else {
        take(1);
      }
    }
    return std::move(out_);
  }

  // The fault behind a fragment that RE2 complained about; nullptr if RE2 found a fault of its own.
  const Error* refused(std::string_view fragment) const {
    if (!fragment.starts_with(kRefused)) return nullptr;
    size_t index = 0;
    std::from_chars(fragment.data() + kRefused.size(), fragment.data() + fragment.size(), index);
    return index < refused_.size() ? &refused_[index] : nullptr;
  }

 private:
  // No name, so RE2 stops here; nobody writes it.
  static constexpr std::string_view kRefused = "(?P<\x01";

  void take(size_t length) {
    length = std::min(length, rest_.size());
    out_.append(rest_.substr(0, length));
    rest_.remove_prefix(length);
  }

  void refuse(std::string_view detail, std::string_view fragment) {
    out_.append(kRefused).append(std::to_string(refused_.size())).append(">");
    refused_.push_back(fail(detail, fragment));
  }

  // \Q…\E, or \Q to the end: all literal, backslashes too.
  size_t quoted_length() const {
    const size_t end = rest_.find("\\E", 2);
    return end == rest_.npos ? rest_.size() : end + 2;
  }

  // A bracket expression up to its ']'. A ']' right behind '[' or '[^' stands for itself, as do those of [:alpha:].
  size_t class_length() const {
    size_t i = rest_.starts_with("[^") ? 2 : 1;
    if (i < rest_.size() && rest_[i] == ']') ++i;
    while (i < rest_.size() && rest_[i] != ']') {
      const size_t posix_end = rest_.substr(i).starts_with("[:") ? rest_.find(":]", i + 2) : rest_.npos;
      if (posix_end != rest_.npos) {
        i = posix_end + 2;
      } else {
        i += rest_[i] == '\\' ? 2 : 1;
      }
    }
    return i + 1;
  }

  void take_group_name() {
    const size_t open = rest_.find('<');
    const size_t close = rest_.find('>');
    const size_t length = close == rest_.npos ? rest_.size() : close + 1;
    if (close != rest_.npos && is_group_name(rest_.substr(open + 1, close - open - 1))) {
      out_.append("(?P");
      rest_.remove_prefix(open);
      return take(length - open);
    }
    std::string fragment(rest_.substr(0, length));
    if (close == rest_.npos) fragment += ")$";
    refuse("invalid named capture", fragment);
    rest_.remove_prefix(length);
  }

  std::string_view rest_;
  std::string out_;
  std::vector<Error> refused_;
};

std::shared_ptr<const RE2> compile(const std::string& text) {
  RE2::Options options;
  options.set_log_errors(false);
  auto regex = std::make_shared<const RE2>(text, options);
  if (regex->error_code() != RE2::ErrorPatternTooLarge) return regex;
  // The memory limit also bounds the cache of every search, so only those that need more get more: as much as Go gives.
  options.set_max_mem(int64_t{128} << 20);
  return std::make_shared<const RE2>(text, options);
}

}  // namespace

Result<std::shared_ptr<const RE2>> compile_anchored(std::string_view pattern) {
  const std::string shown = "^(?s:" + std::string(pattern) + ")$";
  if (!is_valid_utf8(pattern)) return fail("invalid UTF-8", shown);
  Translator translator(pattern);
  auto regex = compile("^(?s:" + translator.translate() + ")$");
  if (regex->ok()) return regex;
  if (const Error* refused = translator.refused(regex->error_arg())) return *refused;
  const auto code = regex->error_code();
  // These show the whole expression, which must be the user's and not the translated one.
  const bool whole = code == RE2::ErrorMissingParen || code == RE2::ErrorUnexpectedParen ||
                     code == RE2::ErrorPatternTooLarge || regex->error_arg().empty();
  std::string_view fragment = whole ? shown : regex->error_arg();
  // RE2 takes the '?' of "not greedy" as part of the count, Go does not.
  if (code == RE2::ErrorRepeatSize && fragment.ends_with("}?")) fragment.remove_suffix(1);
  return fail(detail_of(code), fragment);
}

}  // namespace narthex
