// Turns faults into the reference's error texts. Off the hot path: everything here re-reads what went wrong.
#pragma once

#include <string>
#include <string_view>

#include "exposition/text.h"
#include "exposition/text/grammar.h"

namespace narthex::exposition::text {

// body[first, last) in Go's quotes, as if a newline stood behind the body.
std::string excerpt(std::string_view body, const char* first, const char* last);

// "<message> while parsing: <line up to `stop`>"
std::string while_parsing(std::string message, std::string_view body, const char* line, const char* stop);

// What is wrong with a float; "" if it is one.
std::string float_error(std::string_view text);

// "expected <what>, got <token> (<KIND>) while parsing: <line up to there>"
std::string token_error(std::string_view body, const char* line, State state, std::string_view what, const char* at);

// The text of a fault inside braces.
std::string fault_text(std::string_view body, const char* line, const Fault& fault);

// What is wrong behind the series; `at` receives where. `p` is the first byte that is no blank behind the key.
std::string tail_error(std::string_view body, const char* line, const char* p, const char*& at);

// Where `at` is: offset, line and column.
ParseError located(std::string_view body, const char* at, std::string message);

}  // namespace narthex::exposition::text
