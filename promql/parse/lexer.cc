#include "promql/parse/lexer.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/quote.h"

namespace narthex::promql {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alpha(char c) { return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_word(char c) { return is_alpha(c) || is_digit(c); }

// The character at `position` in single quotes, escaped as Go's %q does for a rune.
std::string quoted_character(std::string_view text, size_t position) {
  if (position >= text.size()) return "'\xef\xbf\xbd'";
  const char c = text[position];
  if (c == '"') return "'\"'";
  if (c == '\'') return "'\\''";
  int length = 1;
  std::string utf8;
  append_utf8(utf8, decode_utf8(text.substr(position), length));
  std::string quoted = go_quote(utf8);
  quoted.front() = quoted.back() = '\'';
  return quoted;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

constexpr std::array<std::string_view, 13> kKeywords = {
    "by",     "without",  "on",       "ignoring", "group_left", "group_right", "bool",
    "offset", "anchored", "smoothed", "fill",     "fill_left",  "fill_right"};
constexpr std::array<std::string_view, 6> kTimeWords = {"start", "end", "step", "range", "min_of", "max_of"};

template <class Array>
int index_in(const Array& array, std::string_view word) {
  const auto it = std::find(array.begin(), array.end(), word);
  return it == array.end() ? -1 : static_cast<int>(it - array.begin());
}

}  // namespace

bool Lexer::take(char c) {
  if (peek() != c || at_end()) return false;
  ++position_;
  return true;
}

void Lexer::skip_blanks_and_comments() {
  while (!at_end()) {
    if (is_space(peek())) {
      ++position_;
    } else if (peek() == '#') {
      while (!at_end() && peek() != '\n' && peek() != '\r') ++position_;
    } else {
      return;
    }
  }
}

Token Lexer::make(Tok kind) {
  Token token;
  token.kind = kind;
  token.position = start_;
  token.text = text_.substr(start_, position_ - start_);
  return token;
}

Token Lexer::punctuation(char c) {
  Token token = make(Tok::kPunctuation);
  token.punctuation = c;
  return token;
}

Token Lexer::operation(BinaryOp op) {
  Token token = make(Tok::kOperator);
  token.op = op;
  return token;
}

Token Lexer::fail(std::string message) {
  failed_ = true;
  failure_ = Token{};
  failure_.kind = Tok::kError;
  failure_.position = start_;
  failure_.message = std::move(message);
  return failure_;
}

Token Lexer::fail_at_character(std::string_view before, std::string_view after) {
  return fail(std::string(before) + quoted_character(text_, position_) + std::string(after));
}

Token Lexer::next() {
  if (failed_) return failure_;
  skip_blanks_and_comments();
  start_ = position_;
  switch (place_) {
    case Place::kBraces:
      return lex_in_braces();
    case Place::kDuration:
      return lex_duration();
    case Place::kStatement:
      return lex_statement();
  }
  return {};
}

Token Lexer::lex_end() {
  if (open_parentheses_ != 0) return fail("unclosed left parenthesis");
  if (bracket_open_) return fail("unclosed left bracket");
  return make(Tok::kEnd);
}

Token Lexer::lex_statement() {
  if (at_end()) return lex_end();
  const char c = peek();
  if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return lex_number_or_duration();
  if (c == '"' || c == '\'') return lex_string(c);
  if (c == '`') return lex_raw_string();
  if (bracket_open_ && (is_alpha(c) || c == ':')) return lex_bracket_word();
  if (is_alpha(c) || c == ':') return lex_word();
  return lex_symbol();
}

Token Lexer::lex_symbol() {
  const char c = peek();
  switch (c) {
    case '=':
    case '!':
    case '<':
    case '>':
      return lex_comparison();
    case '[':
      return lex_open_bracket();
    case ')':
      return lex_close_parenthesis();
    case ']':
      if (!bracket_open_) return fail_at_character("unexpected right bracket ");
      bracket_open_ = false;
      ++position_;
      return punctuation(c);
    case '{':
      place_ = Place::kBraces;
      ++position_;
      return punctuation(c);
    case '(':
      ++open_parentheses_;
      [[fallthrough]];
    case ',':
      ++position_;
      return punctuation(c);
    case '+':
      ++position_;
      return operation(BinaryOp::kAdd);
    case '-':
      ++position_;
      return operation(BinaryOp::kSub);
    case '*':
      ++position_;
      return operation(BinaryOp::kMul);
    case '/':
      ++position_;
      return operation(BinaryOp::kDiv);
    case '%':
      ++position_;
      return operation(BinaryOp::kMod);
    case '^':
      ++position_;
      return operation(BinaryOp::kPow);
    case '@':
      ++position_;
      return make(Tok::kAt);
    default:
      return fail_at_character("unexpected character: ");
  }
}

Token Lexer::lex_comparison() {
  const char c = text_[position_++];
  if (c == '=') {
    if (take('=')) return operation(BinaryOp::kEqual);
    if (peek() == '~') return fail_at_character("unexpected character after '=': ");
    return punctuation('=');
  }
  if (c == '!') {
    if (take('=')) return operation(BinaryOp::kNotEqual);
    return fail_at_character("unexpected character after '!': ");
  }
  if (c == '<') {
    if (take('=')) return operation(BinaryOp::kLessEqual);
    return operation(take('/') ? BinaryOp::kTrimUpper : BinaryOp::kLess);
  }
  if (take('=')) return operation(BinaryOp::kGreaterEqual);
  return operation(take('/') ? BinaryOp::kTrimLower : BinaryOp::kGreater);
}

Token Lexer::lex_open_bracket() {
  if (bracket_open_) return fail_at_character("unexpected left bracket ");
  ++position_;
  bracket_open_ = true;
  got_colon_ = got_duration_ = false;
  place_ = Place::kDuration;
  return punctuation('[');
}

// An unmatched one is reported at the column behind it.
Token Lexer::lex_close_parenthesis() {
  if (open_parentheses_ == 0) {
    start_ = position_ + 1;
    return fail_at_character("unexpected right parenthesis ");
  }
  --open_parentheses_;
  ++position_;
  return punctuation(')');
}

// In brackets, behind a duration: a colon, or a word that stands for a duration.
Token Lexer::lex_bracket_word() {
  if (peek() == ':') {
    if (got_colon_) return fail_at_character("unexpected colon ");
    ++position_;
    got_colon_ = true;
    place_ = Place::kDuration;
    return punctuation(':');
  }
  while (is_alpha(peek())) ++position_;
  Token token = make(Tok::kTimeWord);
  const int index = index_in(kTimeWords, lower(token.text));
  if (index >= static_cast<int>(TimeWord::kStep)) {
    token.time_word = static_cast<TimeWord>(index);
    got_duration_ = true;
    return token;
  }
  position_ = start_;
  return fail_at_character("unexpected character: ", ", expected ':'");
}

Token Lexer::lex_duration() {
  if (at_end()) return fail("unexpected end of input in duration expression");
  const char c = peek();
  if (is_digit(c) || (c == '.' && is_digit(peek(1)))) {
    place_ = Place::kStatement;
    got_duration_ = true;
    return lex_number_or_duration();
  }
  if (c == ':' && !got_duration_) return fail("unexpected colon before duration in duration expression");
  if (c == ']') place_ = Place::kStatement;
  static constexpr std::string_view kSymbols = "]:()+-*/%^,";
  if (kSymbols.find(c) != kSymbols.npos) return c == ':' ? lex_bracket_word() : lex_symbol();
  if (is_alpha(c)) {
    while (is_alpha(peek())) ++position_;
    const int index = index_in(kTimeWords, lower(text_.substr(start_, position_ - start_)));
    position_ = start_;
    if (index >= static_cast<int>(TimeWord::kStep)) return lex_bracket_word();
  }
  return fail_at_character("unexpected character in duration expression: ");
}

Token Lexer::lex_in_braces() {
  if (at_end()) return fail("unexpected end of input inside braces");
  const char c = peek();
  if (is_alpha(c)) {
    while (is_word(peek())) ++position_;
    return make(Tok::kIdentifier);
  }
  if (c == '"' || c == '\'') return lex_string(c);
  if (c == '`') return lex_raw_string();
  if (c == '{') return fail_at_character("unexpected left brace ");
  if (c != ',' && c != '}' && c != '=' && c != '!') return fail_at_character("unexpected character inside braces: ");
  ++position_;
  if (c == '}') place_ = Place::kStatement;
  if (c == '=' && take('~')) return make(Tok::kMatchOperator);
  if (c == '!') {
    if (take('~')) return make(Tok::kMatchOperator);
    if (take('=')) return operation(BinaryOp::kNotEqual);
    return fail_at_character("unexpected character after '!' inside braces: ");
  }
  return punctuation(c);
}

Token Lexer::lex_word() {
  bool colon = false;
  while (is_word(peek()) || peek() == ':') {
    colon = colon || peek() == ':';
    ++position_;
  }
  Token token = make(colon ? Tok::kMetricIdentifier : Tok::kIdentifier);
  if (!colon && !classify_word(token)) token.kind = Tok::kIdentifier;
  return token;
}

// Gives a keyword, operator, aggregator or special number its kind. False: a plain identifier.
bool Lexer::classify_word(Token& token) const {
  const std::string word = lower(token.text);
  if (const int i = index_in(kKeywords, word); i >= 0) {
    token.kind = Tok::kKeyword;
    token.keyword = static_cast<Keyword>(i);
    if (token.keyword < Keyword::kFill) return true;
    size_t after = position_;
    while (after < text_.size() && is_space(text_[after])) ++after;
    return after < text_.size() && text_[after] == '(';
  }
  if (const int i = index_in(kTimeWords, word); i >= 0) {
    token.kind = Tok::kTimeWord;
    token.time_word = static_cast<TimeWord>(i);
    return true;
  }
  for (BinaryOp op : {BinaryOp::kOr, BinaryOp::kAnd, BinaryOp::kUnless, BinaryOp::kAtan2}) {
    if (word != text_of(op)) continue;
    token.kind = Tok::kOperator;
    token.op = op;
    return true;
  }
  for (int i = 0; i <= static_cast<int>(AggregateOp::kLimitRatio); ++i) {
    if (word != text_of(static_cast<AggregateOp>(i))) continue;
    token.kind = Tok::kAggregator;
    token.aggregate = static_cast<AggregateOp>(i);
    return true;
  }
  if (word != "inf" && word != "nan") return false;
  token.kind = Tok::kNumber;
  return true;
}

}  // namespace narthex::promql
