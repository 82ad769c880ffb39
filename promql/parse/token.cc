#include "promql/parse/token.h"

#include "base/quote.h"

namespace narthex::promql {
namespace {

// Longer texts are cut in messages.
constexpr size_t kShownCharacters = 10;

std::string quoted_and_cut(std::string_view text) {
  if (text.size() <= kShownCharacters) return go_quote(text);
  return go_quote(utf8_prefix(text, kShownCharacters)) + "...";
}

}  // namespace

std::string Token::description() const {
  const std::string shown(text);
  switch (kind) {
    case Tok::kEnd:
      return "end of input";
    case Tok::kError:
      return message;
    case Tok::kIdentifier:
      return "identifier " + go_quote(text);
    case Tok::kMetricIdentifier:
      return "metric identifier " + go_quote(text);
    case Tok::kString:
      return "string " + quoted_and_cut(text);
    case Tok::kNumber:
      return "number " + quoted_and_cut(text);
    case Tok::kDuration:
      return "duration " + quoted_and_cut(text);
    case Tok::kPunctuation:
    case Tok::kTimeWord:
      return go_quote(text);
    case Tok::kOperator:
    case Tok::kMatchOperator:
    case Tok::kAt:
      return "<op:" + shown + ">";
    case Tok::kAggregator:
      return "<aggr:" + shown + ">";
    case Tok::kKeyword:
      return "<" + shown + ">";
  }
  return shown;
}

}  // namespace narthex::promql
