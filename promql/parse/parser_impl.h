// Recursive descent over the grammar of the PromQL spec, section 2. Errors are reported as the reference's generated
// parser does: the first one, named by the innermost construct that was being read ("in offset, expected …").
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "promql/parse/lexer.h"
#include "promql/parser.h"

namespace narthex::promql {

// Expressions nested deeper (parentheses, signs, arguments) are refused, and so are trees deeper than kMaxDepth (a
// chain of operators is a deep tree without nesting): every walk over a tree is recursive. A frame of the walk takes
// less than 1 KiB, so both stay far below a thread's stack even under sanitizers.
inline constexpr int kMaxNesting = 250;
inline constexpr int kMaxDepth = 2000;

// Not thread-safe; for one text.
class Parser {
 public:
  Parser(std::string_view text, const Features& features);

  // Null: an error happened, see error().
  ExprPtr parse();
  // One selector and nothing behind it.
  std::optional<VectorSelector> parse_only_selector();
  Error error() const;

 private:
  // What an unexpected token is reported with.
  struct Expectation {
    std::string_view context;
    std::string_view expected;
  };
  // Names the construct being read for as long as it lives.
  class Inside {
   public:
    Inside(Parser& parser, Expectation expectation) : parser_(parser), outer_(parser.expectation_) {
      parser_.expectation_ = expectation;
    }
    ~Inside() { parser_.expectation_ = outer_; }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

   private:
    Parser& parser_;
    Expectation outer_;
  };

  // One level of recursion, as long as it lives; reports an error where there are too many.
  class Nested {
   public:
    explicit Nested(Parser& parser);
    ~Nested() { --parser_.nesting_; }
    Nested(const Nested&) = delete;
    Nested& operator=(const Nested&) = delete;
    bool allowed() const { return parser_.nesting_ <= kMaxNesting; }

   private:
    Parser& parser_;
  };

  void advance();
  bool accept(char c);
  // Consumes `c` or reports what stands there instead.
  bool expect(char c);

  // The first failure stays. They return false / null for the callers' return statements.
  bool fail(size_t position, std::string message);
  bool fail_unexpected();
  bool fail_unexpected(std::string_view context, std::string_view expected);
  bool failed() const { return failed_; }

  ExprPtr make_node(Span span, int depth_below);
  template <class Node>
  ExprPtr make(Span span, Node node, int depth_below = 0) {
    ExprPtr expr = make_node(span, depth_below);
    if (expr) expr->node = std::move(node);
    return expr;
  }

  // parser.cc: expressions
  ExprPtr parse_expression(int min_precedence);
  ExprPtr parse_operand();
  ExprPtr parse_signed();
  ExprPtr parse_primary();
  ExprPtr parse_parenthesised();
  ExprPtr parse_number_literal();
  ExprPtr parse_string_literal();
  ExprPtr make_binary(const Token& op, bool return_bool, VectorMatching matching, ExprPtr lhs, ExprPtr rhs);

  // parse_calls.cc: functions, aggregations, matching
  ExprPtr parse_named();
  ExprPtr parse_call(const Token& name);
  ExprPtr parse_aggregate(const Token& op);
  ExprPtr make_aggregate(const Token& op, std::vector<ExprPtr> args, AggregateExpr aggregate);
  bool check_aggregate_arguments(const Token& op, size_t count);
  bool parse_arguments(std::vector<ExprPtr>& args);
  bool parse_grouping(std::vector<std::string>& labels);
  bool parse_grouping_label(std::vector<std::string>& labels);
  bool parse_matching(bool& return_bool, VectorMatching& matching);
  bool parse_fills(VectorMatching& matching);
  bool parse_fill_value(double& value);
  bool starts_metric_name() const;

  // parse_selector.cc: selectors and what stands behind them
  ExprPtr parse_selector_expr();
  bool parse_selector(VectorSelector& selector);
  bool parse_matchers(std::vector<Matcher>& matchers);
  bool parse_matcher(std::vector<Matcher>& matchers);
  ExprPtr parse_postfix(ExprPtr expr);
  ExprPtr parse_brackets(ExprPtr expr);
  ExprPtr finish_range(ExprPtr expr, size_t bracket, DurationValue range);
  ExprPtr parse_subquery_step(ExprPtr expr, DurationValue range);
  bool parse_offset(Expr& expr);
  bool parse_at(Expr& expr);
  bool parse_at_bound(Expr& expr);
  TimeShift* shift_for_at(Expr& expr);
  bool set_anchoring(Expr& expr, bool smoothed);

  // parse_duration.cc: arithmetic over durations
  bool parse_positive_duration(DurationValue& value);
  bool parse_offset_duration(DurationValue& value);
  std::unique_ptr<DurationExpr> parse_duration_expr(int min_precedence);
  std::unique_ptr<DurationExpr> parse_duration_operand();
  std::unique_ptr<DurationExpr> parse_duration_primary();
  std::unique_ptr<DurationExpr> parse_time_word();
  std::unique_ptr<DurationExpr> apply_sign(const Token& sign, std::unique_ptr<DurationExpr> operand);
  bool check_duration_operator(const Token& op, const DurationExpr& rhs);
  bool fold(std::unique_ptr<DurationExpr> expr, DurationValue& value);

  // A number or duration token's value in seconds.
  bool number_value(const Token& token, double& value);

  // check.cc: types, of a finished tree
  bool check(Expr& expr);
  bool check_node(Expr& expr, AggregateExpr& aggregate);
  bool check_node(Expr& expr, BinaryExpr& binary);
  bool check_node(Expr& expr, Call& call);
  bool check_node(Expr& expr, ParenExpr& paren);
  bool check_node(Expr& expr, UnaryExpr& unary);
  bool check_node(Expr& expr, SubqueryExpr& subquery);
  bool check_node(Expr& expr, MatrixSelector& matrix);
  bool check_node(Expr& expr, VectorSelector& vector);
  bool check_node(Expr&, NumberLiteral&) { return true; }
  bool check_node(Expr&, StringLiteral&) { return true; }
  bool check_type(Expr& expr, ValueType wanted, const std::string& context);
  bool check_selector(Span span, const VectorSelector& vector);
  bool check_operator(const BinaryExpr& binary, bool scalars);
  bool check_matching(Expr& expr, BinaryExpr& binary, bool vectors);
  bool check_arity(const Expr& expr, const Call& call);
  bool check_info_argument(const Expr& expr, const Call& call);

  std::string_view text_;
  Features features_;
  Lexer lexer_;
  Token token_;          // the next one, not consumed
  size_t last_end_ = 0;  // end of the last consumed token
  int nesting_ = 0;
  Expectation expectation_;
  bool failed_ = false;
  size_t error_position_ = 0;
  std::string error_message_;
};

int precedence(BinaryOp op);

}  // namespace narthex::promql
