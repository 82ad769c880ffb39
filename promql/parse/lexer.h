// Text to tokens. What a character means depends on where it stands: in braces, in brackets, or elsewhere.
// Source: the PromQL spec, section 1.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "promql/parse/token.h"

namespace narthex::promql {

// Not thread-safe. The text must outlive the lexer and its tokens.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  // After kEnd or kError, the same again.
  Token next();

 private:
  enum class Place {
    kStatement,
    kBraces,
    kDuration,  // in brackets or behind an operator in them, where a duration must come
  };

  bool at_end() const { return position_ >= text_.size(); }
  char peek(size_t ahead = 0) const { return position_ + ahead < text_.size() ? text_[position_ + ahead] : '\0'; }
  bool take(char c);
  void skip_blanks_and_comments();

  Token lex_statement();
  Token lex_in_braces();
  Token lex_duration();
  Token lex_end();
  Token lex_symbol();
  Token lex_comparison();
  Token lex_open_bracket();
  Token lex_close_parenthesis();
  Token lex_bracket_word();
  Token lex_word();
  Token lex_number_or_duration();
  Token lex_string(char quote);
  Token lex_raw_string();

  bool scan_number();
  bool scan_number_tail(bool hex);
  bool scan_rest_of_duration();
  // Steps over one escape sequence; false and `message` set if it is none.
  bool scan_escape(char quote, std::string& message);
  bool scan_code(int digits, int base, std::string& message);

  Token make(Tok kind);
  Token punctuation(char c);
  Token operation(BinaryOp op);
  Token fail(std::string message);
  Token fail_at_character(std::string_view before, std::string_view after = {});
  bool classify_word(Token& token) const;

  std::string_view text_;
  size_t position_ = 0;
  size_t start_ = 0;  // of the token being read
  Place place_ = Place::kStatement;
  int open_parentheses_ = 0;
  bool bracket_open_ = false;
  bool got_colon_ = false;
  bool got_duration_ = false;
  bool failed_ = false;
  Token failure_;
};

// The content of a quoted or raw string token that the lexer accepted.
std::string unquote(std::string_view quoted);

// A number token as a value: integers as Go reads them with base 0, else a float.
Result<double> parse_number(std::string_view text);

}  // namespace narthex::promql
