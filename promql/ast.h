// The syntax tree of a PromQL expression, as written: nothing is evaluated or rewritten, except that a sign before a
// number literal becomes part of the number. Immutable once parsed. Source: the PromQL spec, sections 1, 2 and 10.
//
//   auto expr = parse_expr("sum by (job) (rate(http_requests_total[5m]))", {});
//   print(**expr);                       // canonical text, see promql/parser.h
//   std::get_if<AggregateExpr>(&(*expr)->node);
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/matcher.h"
#include "model/sample.h"

namespace narthex::promql {

// Bytes [start, end) of the query's text.
struct Span {
  size_t start = 0;
  size_t end = 0;
};

enum class ValueType { kScalar, kVector, kMatrix, kString };

// In order of the table in the spec's grammar: comparison operators and set operators are contiguous.
enum class BinaryOp {
  kOr,
  kAnd,
  kUnless,  // sets
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,  // comparisons
  kTrimUpper,
  kTrimLower,  // </ and >/ on histograms
  kAdd,
  kSub,
  kMul,
  kDiv,
  kMod,
  kAtan2,
  kPow
};
std::string_view text_of(BinaryOp op);  // "+", "and", "atan2", …
inline bool is_set_operator(BinaryOp op) { return op <= BinaryOp::kUnless; }
inline bool is_comparison(BinaryOp op) { return op >= BinaryOp::kEqual && op <= BinaryOp::kGreaterEqual; }

enum class AggregateOp {
  kSum,
  kAvg,
  kCount,
  kMin,
  kMax,
  kGroup,
  kStddev,
  kStdvar,
  kTopk,
  kBottomk,
  kCountValues,
  kQuantile,
  kLimitk,
  kLimitRatio  // with a parameter
};
std::string_view text_of(AggregateOp op);
inline bool has_parameter(AggregateOp op) { return op >= AggregateOp::kTopk; }

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

// Arithmetic over durations, in brackets and after `offset`. Values are seconds.
struct DurationExpr {
  enum class Kind { kLiteral, kStep, kRange, kMinOf, kMaxOf, kUnary, kBinary };
  Kind kind = Kind::kLiteral;
  double value = 0;                   // kLiteral
  bool as_duration = false;           // kLiteral: written 5m rather than 300
  BinaryOp op = BinaryOp::kAdd;       // kUnary: kAdd or kSub; kBinary: + - * / % ^
  bool wrapped = false;               // stood in parentheses
  std::unique_ptr<DurationExpr> lhs;  // kBinary, kMinOf, kMaxOf
  std::unique_ptr<DurationExpr> rhs;  // the same and kUnary
  Span span;
};

// Seconds as milliseconds, cut towards zero; but what is only an inexact double of a whole number is that number: 1.001
// s, which times 1000 is a little less than 1001, gives 1001.
int64_t whole_milliseconds(double seconds);

// A duration: known at once when it was a plain literal, else an expression over step() and range().
struct DurationValue {
  int64_t ms = 0;                      // 0 while `expr` is set
  std::unique_ptr<DurationExpr> expr;  // null for a plain literal
  bool is_zero() const { return ms == 0 && !expr; }
};

// `offset` and `@`: which instant a selector or subquery looks at.
struct TimeShift {
  enum class Bound { kNone, kStart, kEnd };  // @ start(), @ end()
  DurationValue offset;
  std::optional<Timestamp> at;
  Bound bound = Bound::kNone;
  bool fixed() const { return at.has_value() || bound != Bound::kNone; }
};

struct NumberLiteral {
  double value = 0;
  bool as_duration = false;  // written as 5m
};
struct StringLiteral {
  std::string value;
};
struct VectorSelector {
  std::string name;               // written before the braces; "" if none
  std::vector<Matcher> matchers;  // as written; that of `name` stands last
  TimeShift shift;
  bool anchored = false;
  bool smoothed = false;
};
struct MatrixSelector {
  VectorSelector vector;
  Span vector_span;
  DurationValue range;
};
struct SubqueryExpr {
  ExprPtr expr;
  DurationValue range;
  DurationValue step;  // zero: the default step
  TimeShift shift;
};
struct ParenExpr {
  ExprPtr expr;
};
struct UnaryExpr {
  bool negative = false;
  ExprPtr expr;
};

enum class Cardinality { kOneToOne, kManyToOne, kOneToMany, kManyToMany };
struct VectorMatching {
  Cardinality card = Cardinality::kOneToOne;
  bool on = false;                   // on(…) rather than ignoring(…)
  std::vector<std::string> labels;   // of on or ignoring
  std::vector<std::string> include;  // of group_left or group_right
  std::optional<double> fill_lhs;
  std::optional<double> fill_rhs;
};
struct BinaryExpr {
  BinaryOp op = BinaryOp::kAdd;
  size_t op_position = 0;
  ExprPtr lhs;
  ExprPtr rhs;
  bool return_bool = false;
  std::optional<VectorMatching> matching;  // only between two instant vectors
};
struct AggregateExpr {
  AggregateOp op = AggregateOp::kSum;
  ExprPtr param;  // null unless has_parameter(op)
  ExprPtr expr;
  bool without = false;
  std::vector<std::string> grouping;
};

// What a function takes and gives. `variadic`: 0 = exactly the arguments listed; n > 0 = the last one may be left out
// or repeated up to n times; -1 = any number of times.
struct FunctionSignature {
  std::string_view name;
  std::vector<ValueType> args;
  int variadic = 0;
  ValueType returns = ValueType::kVector;
  bool experimental = false;
};
// Null if there is no such function. Case-sensitive.
const FunctionSignature* find_function(std::string_view name);
// All of them, by name.
std::span<const FunctionSignature> function_table();

struct Call {
  const FunctionSignature* function = nullptr;
  std::vector<ExprPtr> args;
};

struct Expr {
  Span span;
  int depth = 1;  // of the tree below, bounded by the parser
  std::variant<NumberLiteral, StringLiteral, VectorSelector, MatrixSelector, SubqueryExpr, ParenExpr, UnaryExpr,
               BinaryExpr, AggregateExpr, Call>
      node;
};

ValueType type_of(const Expr& expr);

// "scalar", "instant vector", "range vector", "string"
std::string_view documented_name(ValueType type);
// "scalar", "vector", "matrix", "string"
std::string_view raw_name(ValueType type);

}  // namespace narthex::promql
