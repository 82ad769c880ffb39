#include "exposition/openmetrics/fault.h"

#include <algorithm>
#include <utility>

#include "exposition/openmetrics/grammar.h"
#include "exposition/text/fault.h"

namespace narthex::exposition::openmetrics {
namespace {

using text::is;
using text::skip;

constexpr unsigned kNameRest = text::kNameStart | text::kDigit;

Token invalid_at(const char* p) { return {"INVALID", p, State::kStart, false}; }

Token lex_quoted(const text::Quoted& quoted, const char* kind, State next) {
  return quoted.closed ? Token{kind, quoted.stop, next} : invalid_at(quoted.stop);
}

// `p` stands on '#'.
Token lex_keyword(const char* p, const char* end) {
  static constexpr std::pair<std::string_view, const char*> kWords[] = {
      {"# HELP ", "HELP"}, {"# TYPE ", "TYPE"}, {"# UNIT ", "UNIT"}, {"# EOF", "EOFWORD"}};
  const char* farthest = p;
  for (const auto& [word, kind] : kWords) {
    const char* stop = std::mismatch(p, end, word.begin(), word.end()).first;
    if (static_cast<size_t>(stop - p) == word.size()) return {kind, stop, State::kMetaName};
    farthest = std::max(farthest, stop);
  }
  return invalid_at(farthest);
}

Token lex_start(const char* p, const char* end) {
  if (is(*p, text::kNameStart)) return {"MNAME", skip(p, end, kNameRest), State::kValue};
  if (*p == '{') return {"BOPEN", p + 1, State::kLabels};
  return *p == '#' ? lex_keyword(p, end) : invalid_at(p);
}

Token lex_meta_name(const char* p, const char* end) {
  if (*p == '"') return lex_quoted(text::scan_quoted(p, end, false), "QSTRING", State::kStart);
  return is(*p, text::kNameStart) ? Token{"MNAME", skip(p, end, kNameRest), State::kStart} : invalid_at(p);
}

Token lex_label(const char* p, const char* end, bool exemplar) {
  const State same = exemplar ? State::kExemplar : State::kLabels;
  switch (*p) {
    case '}':
      return {"BCLOSE", p + 1, exemplar ? State::kExemplarValue : State::kValue};
    case '=':
      return {"EQUAL", p + 1, exemplar ? State::kExemplarValue : State::kLabelValue};
    case ',':
      return {"COMMA", p + 1, same};
    case '"':
      return lex_quoted(exemplar ? ExemplarBraces::scan_name(p, end) : SeriesBraces::scan_name(p, end), "QSTRING",
                        same);
    default:
      break;
  }
  if (!is(*p, text::kLabelStart)) return invalid_at(p);
  return {"LNAME", skip(p, end, text::kLabelStart | text::kDigit), same};
}

Token lex_float(const char* p, const char* end, const char* kind, State next) {
  if (const char* stop = skip_float(p, end)) return {kind, stop, next};
  return invalid_at(p + (*p == ' '));
}

Token lex_timestamp(const char* p, const char* end, State next) {
  if (*p == '\n') return {"LINEBREAK", p + 1, State::kStart};
  if (next == State::kTimestamp) {
    const char* stop = std::mismatch(p, end, kExemplarStart.begin(), kExemplarStart.end()).first;
    if (stop == p + kExemplarStart.size()) return {"COMMENT", stop, State::kExemplar};
    if (stop == p + kExemplarStart.size() - 1) return invalid_at(stop);
  }
  return lex_float(p, end, "TIMESTAMP", next);
}

// What the lexer saw from the beginning of a line up to `at`.
struct Past {
  const char* last;  // where the last token begins
  State state;       // what is expected now
};

Past replay(const char* line, const char* at, const char* end, State state) {
  const char* last = line;
  for (const char* p = line; p < at;) {
    const Token token = lex(state, p, end);
    last = p;
    state = token.next;
    if (token.stop == p) break;  // the caller's `at` is no beginning of a token
    p = token.stop;
  }
  return {last, state};
}

std::string cut_excerpt(std::string_view body, const char* first, const char* last) {
  return text::excerpt(body, first, std::min(last, body.data() + body.size()));
}

}  // namespace

Token lex(State state, const char* p, const char* end) {
  if (p >= end) return {"EOF", end, state};
  switch (state) {
    case State::kStart:
      return lex_start(p, end);
    case State::kMetaName:
      return lex_meta_name(p, end);
    case State::kLabels:
      return lex_label(p, end, false);
    case State::kExemplar:
      return lex_label(p, end, true);
    case State::kLabelValue:
      return *p == '"' ? lex_quoted(SeriesBraces::scan_value(p, end), "LVALUE", State::kLabels) : invalid_at(p);
    case State::kValue:
      return *p == '{' ? Token{"BOPEN", p + 1, State::kLabels} : lex_float(p, end, "VALUE", State::kTimestamp);
    case State::kExemplarValue:
      if (*p == '"') return lex_quoted(ExemplarBraces::scan_value(p, end), "LVALUE", State::kExemplar);
      return lex_float(p, end, "VALUE", State::kExemplarTimestamp);
    case State::kTimestamp:
    case State::kExemplarTimestamp:
      break;
  }
  return lex_timestamp(p, end, state);
}

// At the end of the body there is no token to quote; the reference shows the one before.
std::string token_error(std::string_view body, const char* line, std::string_view what, const char* at, State state) {
  const char* end = body.data() + body.size();
  const Past past = replay(line, at, end, state);
  const Token token = lex(past.state, at, end);
  std::string message = "expected " + std::string(what) + ", got ";
  message += cut_excerpt(body, at == end ? past.last : at, token.stop + 1) + " (\"" + token.kind + "\")";
  return std::move(message) + " while parsing: " + cut_excerpt(body, line, token.stop + 1);
}

std::string fault_text(std::string_view body, const char* line, const text::Fault& fault) {
  using text::Fault;
  switch (fault.kind) {
    case Fault::kNone:
      break;
    case Fault::kToken:
      return token_error(body, line, fault.expected, fault.at);
    case Fault::kUtf8:
      return "invalid UTF-8 label value: " + go_quote({fault.at, fault.stop});
    case Fault::kNameTwice:
      return text::while_parsing("metric name already set", body, line, fault.stop);
    case Fault::kNameMissing: {
      const char* stop = lex(State::kValue, fault.stop, body.data() + body.size()).stop;
      return text::while_parsing("metric name not set", body, line, stop);
    }
  }
  return {};
}

}  // namespace narthex::exposition::openmetrics
