// The words of PromQL.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "promql/ast.h"

namespace narthex::promql {

enum class Tok {
  kEnd,
  kError,  // `text` is the message
  kIdentifier,
  kMetricIdentifier,  // with a colon
  kString,            // with its quotes
  kNumber,
  kDuration,
  kPunctuation,    // ( ) { } [ ] , : =
  kOperator,       // binary operators, words among them
  kMatchOperator,  // =~ !~
  kAt,
  kAggregator,
  kKeyword,
  kTimeWord,  // start end step range min_of max_of
};

enum class Keyword {
  kBy,
  kWithout,
  kOn,
  kIgnoring,
  kGroupLeft,
  kGroupRight,
  kBool,
  kOffset,
  kAnchored,
  kSmoothed,
  kFill,
  kFillLeft,
  kFillRight
};

enum class TimeWord { kStart, kEnd, kStep, kRange, kMinOf, kMaxOf };

struct Token {
  Tok kind = Tok::kEnd;
  size_t position = 0;
  std::string_view text;  // as written
  std::string message;    // kError
  char punctuation = 0;
  BinaryOp op = BinaryOp::kAdd;
  AggregateOp aggregate = AggregateOp::kSum;
  Keyword keyword = Keyword::kBy;
  TimeWord time_word = TimeWord::kStart;

  bool is(char c) const { return kind == Tok::kPunctuation && punctuation == c; }
  bool is(Keyword k) const { return kind == Tok::kKeyword && keyword == k; }
  bool is(BinaryOp o) const { return kind == Tok::kOperator && op == o; }
  size_t end() const { return position + text.size(); }

  // How an error names it: `identifier "foo"`, `<op:+>`, `end of input`. Source: PromQL spec, section 1.
  std::string description() const;
};

}  // namespace narthex::promql
