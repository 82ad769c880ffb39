#include "exposition/text/fault.h"

#include <algorithm>

#include "base/number.h"

namespace narthex::exposition::text {
namespace {

struct Token {
  const char* kind;
  const char* stop;  // the byte behind it; INVALID: the first byte that does not fit
};

Token invalid_at(const char* p) { return {"INVALID", p}; }

Token lex_quoted(const char* p, const char* end, bool allow_nul, const char* kind) {
  const Quoted quoted = scan_quoted(p, end, allow_nul);
  return quoted.closed ? Token{kind, quoted.stop} : invalid_at(quoted.stop);
}

Token lex_label(const char* p, const char* end) {
  switch (*p) {
    case '}':
      return {"BCLOSE", p + 1};
    case '=':
      return {"EQUAL", p + 1};
    case ',':
      return {"COMMA", p + 1};
    case '"':
      return lex_quoted(p, end, false, "QSTRING");
    default:
      break;
  }
  if (!is(*p, kLabelStart)) return invalid_at(p);
  return {"LNAME", skip(p, end, kLabelStart | kDigit)};
}

Token lex_value(const char* p, const char* end) {
  if (*p == '{') return {"BOPEN", p + 1};
  if (!is(*p, kValue)) return invalid_at(p);
  return {"VALUE", skip(p, end, kValue)};
}

Token lex(State state, const char* p, const char* end) {
  if (p >= end) return invalid_at(p);
  switch (state) {
    case State::kStart:
      return invalid_at(p);
    case State::kMetaName:
      return *p == '"' ? lex_quoted(p, end, false, "QSTRING") : invalid_at(p);
    case State::kLabels:
      return lex_label(p, end);
    case State::kLabelValue:
      return *p == '"' ? lex_quoted(p, end, true, "LVALUE") : invalid_at(p);
    case State::kValue:
      return lex_value(p, end);
    case State::kTimestamp:
      break;
  }
  if (!is(*p, kDigit)) return invalid_at(p);
  return {"TIMESTAMP", skip(p, end, kDigit)};
}

}  // namespace

std::string while_parsing(std::string message, std::string_view body, const char* line, const char* stop) {
  return std::move(message) + " while parsing: " + excerpt(body, line, stop);
}

// Go's reader of the reference takes no hexadecimal floats and no underscores, and says so before it reads.
std::string float_error(std::string_view text) {
  if (text.find_first_of("pP_") != text.npos) return "unsupported character in float";
  auto number = parse_float(text);
  return number ? "" : number.error().message;
}

std::string excerpt(std::string_view body, const char* first, const char* last) {
  const char* end = body.data() + body.size();
  if (last <= end) return go_quote({first, static_cast<size_t>(last - first)});
  return go_quote(std::string(first, end) + '\n');
}

std::string token_error(std::string_view body, const char* line, State state, std::string_view what, const char* at) {
  const char* end = body.data() + body.size();
  const Token token = lex(state, at, end);
  std::string message = "expected " + std::string(what) + ", got ";
  message += excerpt(body, at, token.stop + 1) + " (\"" + token.kind + "\")";
  return while_parsing(std::move(message), body, line, token.stop + 1);
}

std::string fault_text(std::string_view body, const char* line, const Fault& fault) {
  switch (fault.kind) {
    case Fault::kNone:
      break;
    case Fault::kToken:
      return token_error(body, line, fault.state, fault.expected, fault.at);
    case Fault::kUtf8:
      return "invalid UTF-8 label value: " + go_quote({fault.at, fault.stop});
    case Fault::kNameTwice:
      return while_parsing("metric name already set", body, line, fault.stop);
    case Fault::kNameMissing: {
      const char* stop = lex(State::kValue, fault.stop, body.data() + body.size()).stop;
      return while_parsing("metric name not set", body, line, stop);
    }
  }
  return {};
}

std::string tail_error(std::string_view body, const char* line, const char* p, const char*& at) {
  const char* end = body.data() + body.size();
  at = p;
  const char* value_end = skip(p, end, kValue);
  if (value_end == p) return token_error(body, line, State::kValue, "value after metric", p);
  if (std::string message = float_error({p, value_end}); !message.empty()) {
    return while_parsing(std::move(message), body, line, value_end);
  }
  at = p = skip(value_end, end, kBlank);
  const char* digits_end = skip(p, end, kDigit);
  if (digits_end == p) return token_error(body, line, State::kTimestamp, "timestamp or new record", p);
  const char* after = skip(digits_end, end, kBlank);
  constexpr std::string_view kLimit = "9223372036854775807";
  std::string_view digits(p, digits_end);
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  if (digits.size() > kLimit.size() || (digits.size() == kLimit.size() && digits > kLimit)) {
    std::string message = "strconv.ParseInt: parsing " + go_quote({p, digits_end}) + ": value out of range";
    return while_parsing(std::move(message), body, line, digits_end);
  }
  at = after;
  return token_error(body, line, State::kTimestamp, "next entry after timestamp", after);
}

ParseError located(std::string_view body, const char* at, std::string message) {
  const size_t offset = static_cast<size_t>(at - body.data());
  const LinePlace place = place_of(body, offset);
  return {.message = std::move(message), .offset = offset, .line = place.line, .column = place.column};
}

}  // namespace narthex::exposition::text
