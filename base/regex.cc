#include "base/regex.h"

#include <re2/re2.h>

#include <set>

namespace narthex {
namespace {

using re2::RE2;

// Go's wording of what RE2 calls an error. Source: relabel spec, section 2 (bad regex).
const char* detail_of(RE2::ErrorCode code) {
  switch (code) {
    case RE2::ErrorBadEscape: return "invalid escape sequence";
    case RE2::ErrorBadCharClass: return "invalid character class";
    case RE2::ErrorBadCharRange: return "invalid character class range";
    case RE2::ErrorMissingBracket: return "missing closing ]";
    case RE2::ErrorMissingParen: return "missing closing )";
    case RE2::ErrorUnexpectedParen: return "unexpected )";
    case RE2::ErrorTrailingBackslash: return "trailing backslash at end of expression";
    case RE2::ErrorRepeatArgument: return "missing argument to repetition operator";
    case RE2::ErrorRepeatSize: return "invalid repeat count";
    case RE2::ErrorRepeatOp: return "invalid nested repetition operator";
    case RE2::ErrorBadPerlOp: return "invalid or unsupported Perl syntax";
    case RE2::ErrorBadUTF8: return "invalid UTF-8";
    case RE2::ErrorBadNamedCapture: return "invalid named capture";
    case RE2::ErrorPatternTooLarge: return "expression too large";
    default: return "internal error";
  }
}

Error fail(std::string_view detail, std::string_view fragment) {
  std::string text = "error parsing regexp: ";
  text.append(detail);
  if (!fragment.empty()) text.append(": `").append(fragment).append("`");
  return invalid(std::move(text));
}

// Rewrites `(?<name>` to `(?P<name>` and refuses what Go refuses: `\C` and a group name used twice.
Result<std::string> to_re2(std::string_view pattern) {
  std::string out;
  std::set<std::string_view> names;
  bool in_class = false;
  bool quoted = false;  // between \Q and \E
  for (size_t i = 0; i < pattern.size(); ++i) {
    const std::string_view rest = pattern.substr(i);
    if (rest[0] == '\\' && rest.size() > 1) {
      if (rest[1] == 'Q' && !in_class) quoted = true;
      if (rest[1] == 'E') quoted = false;
      if (rest[1] == 'C' && !quoted) return fail("invalid escape sequence", "\\C");
      out.append(rest.substr(0, 2));
      ++i;
      continue;
    }
    if (!quoted && !in_class && rest[0] == '[') {
      // A ']' right behind '[' or '[^' stands for itself.
      const size_t skip = rest.starts_with("[^]") ? 3 : rest.starts_with("[]") ? 2 : rest.starts_with("[^") ? 2 : 1;
      out.append(rest.substr(0, skip));
      i += skip - 1;
      in_class = true;
      continue;
    }
    if (in_class && rest.starts_with("[:")) {
      const size_t end = rest.find(":]");
      if (end != rest.npos) {
        out.append(rest.substr(0, end + 2));
        i += end + 1;
        continue;
      }
    }
    if (in_class && rest[0] == ']') in_class = false;
    if (!quoted && !in_class && (rest.starts_with("(?<") || rest.starts_with("(?P<"))) {
      const size_t open = rest.find('<');
      const size_t close = rest.find('>');
      if (close != rest.npos) {
        const std::string_view name = rest.substr(open + 1, close - open - 1);
        if (!names.insert(name).second) return fail("duplicate capture group name", name);
        out.append("(?P").append(rest.substr(open, close - open + 1));
        i += close;
        continue;
      }
    }
    out += rest[0];
  }
  return out;
}

}  // namespace

Result<std::shared_ptr<const RE2>> compile_anchored(std::string_view pattern) {
  auto rewritten = to_re2(pattern);
  if (!rewritten) return rewritten.error();
  RE2::Options options;
  options.set_log_errors(false);
  auto regex = std::make_shared<const RE2>("^(?s:" + *rewritten + ")$", options);
  if (regex->ok()) return regex;
  // What an unbalanced pattern does to the wrapper is named as the user wrote it, with the wrapper Go shows too.
  std::string fragment = regex->error_arg();
  const auto code = regex->error_code();
  if (code == RE2::ErrorMissingParen || code == RE2::ErrorUnexpectedParen) {
    fragment = "^(?s:" + std::string(pattern) + ")$";
  }
  return fail(detail_of(code), fragment);
}

}  // namespace narthex
