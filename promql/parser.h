// PromQL text to syntax tree and back. Source: the PromQL spec, sections 1, 2 and 13.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "promql/ast.h"

namespace narthex::promql {

// What --enable-feature switches on.
struct Features {
  bool experimental_functions = false;    // promql-experimental-functions
  bool extended_range_selectors = false;  // promql-extended-range-selectors
  bool binop_fill = false;                // promql-binop-fill-modifiers
  bool delayed_name_removal = false;      // promql-delayed-name-removal
  bool start_timestamps = false;          // use-start-timestamps
};

// Parses and checks types. Error (kInvalid): `<line>:<col>: parse error: <msg>`, the first one only; line and column
// count from 1, columns in bytes. Never recurses deeper than a fixed bound, whatever the text.
Result<ExprPtr> parse_expr(std::string_view text, const Features& features);

// The matchers of every selector in the expression, in the order of the text.
std::vector<std::vector<Matcher>> selectors_of(const Expr& expr);

// The canonical text. Parsing it gives the same tree, except for comments, blanks and redundant signs.
std::string print(const Expr& expr);

// "<line>:<col>" of a byte of `text`, as positions in errors and annotations are written.
std::string position_text(std::string_view text, size_t byte);

}  // namespace narthex::promql
