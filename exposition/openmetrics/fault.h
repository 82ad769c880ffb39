// Turns faults into the reference's error texts. Off the hot path: everything here re-reads what went wrong, token by
// token, as the reference's lexer does.
#pragma once

#include <string>
#include <string_view>

#include "exposition/text/grammar.h"

namespace narthex::exposition::openmetrics {

// What the lexer expects next decides which token it sees.
enum class State : uint8_t {
  kStart,
  kMetaName,
  kLabels,
  kLabelValue,
  kValue,
  kTimestamp,
  kExemplar,
  kExemplarValue,  // of a label or of the exemplar
  kExemplarTimestamp,
};

struct Token {
  const char* kind;
  const char* stop;  // the byte behind it; INVALID: the first byte that does not fit
  State next;
  bool valid = true;
};

// The token at `p`.
Token lex(State state, const char* p, const char* end);

// "expected <what>, got <token> (<KIND>) while parsing: <line up to there>". `at` is where the token begins, `state`
// what the lexer expected at the beginning of the line.
std::string token_error(std::string_view body, const char* line, std::string_view what, const char* at,
                        State state = State::kStart);

// The text of a fault in a series or in the braces of an exemplar.
std::string fault_text(std::string_view body, const char* line, const text::Fault& fault);

}  // namespace narthex::exposition::openmetrics
