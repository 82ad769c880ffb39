// Operators that work on each element alone: constants, signs, arithmetic with scalars, functions of one value.
#include "promql/eval/arithmetic.h"
#include "promql/eval/catalogue.h"
#include "promql/eval/through.h"

namespace narthex::promql {
namespace {

class Constant final : public SingleSeries {
 public:
  explicit Constant(const Plan& plan) : SingleSeries(plan.grid), plan_(plan) {}
  Result<> read(size_t, StepColumn& out) override {
    out.reset(grid().count);
    const bool time = plan_.kind == PlanKind::kTime;
    for (size_t i = 0; i < grid().count; ++i) {
      out.set(i, time ? static_cast<double>(grid().at(i)) / 1000 : plan_.value);
    }
    return {};
  }

 private:
  const Plan& plan_;
};

// What is the same at every step, evaluated once.
class Broadcast final : public Through {
 public:
  using Through::Through;
  Result<> read(size_t i, StepColumn& out) override {
    if (auto read = input().read(i, once_); !read) return read;
    out.reset(grid().count);
    if (!once_.has(0)) return {};
    for (size_t step = 0; step < grid().count; ++step) {
      if (auto histogram = once_.histogram(0)) {
        out.set(step, std::move(histogram));
      } else {
        out.set(step, once_.value(0));
      }
    }
    return {};
  }

 private:
  StepColumn once_;
};

class Negate final : public Through {
 public:
  using Through::Through;
  Result<> read(size_t i, StepColumn& out) override {
    if (auto read = input().read(i, out); !read) return read;
    out.for_each([&](size_t step) { out.set(step, -out.value(step)); });
    return {};
  }
};

class ScalarBinary final : public SingleSeries {
 public:
  ScalarBinary(const Plan& plan, std::vector<OperatorPtr> sides)
      : SingleSeries(plan.grid), op_(std::get<BinaryExpr>(plan.expr->node).op), sides_(std::move(sides)) {}

  Result<> open() override { return sides_.open(); }
  Result<> read(size_t, StepColumn& out) override {
    out.reset(grid().count);
    for (size_t i = 0; i < grid().count; ++i) {
      const double* pair = sides_.at(i);
      const bool comparison = is_comparison(op_);
      out.set(i, comparison ? static_cast<double>(compare(op_, pair[0], pair[1])) : calculate(op_, pair[0], pair[1]));
    }
    return {};
  }

 private:
  BinaryOp op_;
  ScalarColumns sides_;
};

// A comparison without `bool` keeps the vector's value where it holds, also with the scalar on the left.
class VectorScalar final : public Through {
 public:
  VectorScalar(const Plan& plan, OperatorPtr vector, std::vector<OperatorPtr> scalar)
      : Through(plan.grid, std::move(vector)),
        binary_(std::get<BinaryExpr>(plan.expr->node)),
        scalar_left_(plan.scalar_left),
        scalar_(std::move(scalar)) {}

  Result<> open() override {
    if (auto opened = scalar_.open(); !opened) return opened;
    return Through::open();
  }
  Result<> read(size_t i, StepColumn& out) override {
    if (auto read = input().read(i, out); !read) return read;
    out.for_each([&](size_t step) { apply(step, out); });
    return {};
  }

 private:
  void apply(size_t step, StepColumn& out) {
    const double scalar = *scalar_.at(step);
    const double a = scalar_left_ ? scalar : out.value(step);
    const double b = scalar_left_ ? out.value(step) : scalar;
    if (!is_comparison(binary_.op)) return out.set(step, calculate(binary_.op, a, b));
    const bool holds = compare(binary_.op, a, b);
    if (binary_.return_bool) return out.set(step, holds ? 1 : 0);
    if (!holds) out.erase(step);
  }

  const BinaryExpr& binary_;
  bool scalar_left_;
  ScalarColumns scalar_;
};

class Map final : public Through {
 public:
  Map(const Plan& plan, OperatorPtr input, std::vector<OperatorPtr> parameters)
      : Through(plan.grid, std::move(input)),
        function_(find_map_function(std::get<Call>(plan.expr->node).function->name)),
        parameters_(std::move(parameters)) {}

  Result<> open() override {
    if (auto opened = parameters_.open(); !opened) return opened;
    return Through::open();
  }
  Result<> read(size_t i, StepColumn& out) override {
    if (auto read = input().read(i, out); !read) return read;
    out.for_each([&](size_t step) {
      double result = 0;
      const double time = static_cast<double>(grid().at(step)) / 1000;
      if (!function_(out.value(step), time, parameters_.at(step), result)) return out.erase(step);
      out.set(step, result);
    });
    return {};
  }

 private:
  MapFunction function_;
  ScalarColumns parameters_;
};

// The value of the only element, else NaN.
class ScalarOf final : public SingleSeries {
 public:
  ScalarOf(const Plan& plan, OperatorPtr input) : SingleSeries(plan.grid), input_(std::move(input)) {}

  Result<> open() override { return input_->open(); }
  Result<> read(size_t, StepColumn& out) override {
    out.reset(grid().count);
    std::vector<uint8_t> elements(grid().count);
    for (size_t i = 0; i < input_->size(); ++i) {
      if (auto read = input_->read(i, column_); !read) return read;
      column_.for_each([&](size_t step) {
        out.set(step, column_.value(step));
        elements[step] = elements[step] == 0 ? 1 : 2;
      });
    }
    for (size_t step = 0; step < grid().count; ++step) {
      if (elements[step] != 1) out.set(step, kNormalNan);
    }
    return {};
  }

 private:
  OperatorPtr input_;
  StepColumn column_;
};

class VectorOf final : public Through {
 public:
  using Through::Through;
  Result<> read(size_t i, StepColumn& out) override { return input().read(i, out); }
};

std::vector<OperatorPtr> list_of(OperatorPtr one) {
  std::vector<OperatorPtr> list;
  list.push_back(std::move(one));
  return list;
}

}  // namespace

OperatorPtr make_scalar(const Plan& plan) { return std::make_unique<Constant>(plan); }
OperatorPtr make_broadcast(const Plan& plan, OperatorPtr input) {
  return std::make_unique<Broadcast>(plan.grid, std::move(input));
}
OperatorPtr make_negate(const Plan& plan, OperatorPtr input) {
  return std::make_unique<Negate>(plan.grid, std::move(input));
}
OperatorPtr make_scalar_binary(const Plan& plan, OperatorPtr lhs, OperatorPtr rhs) {
  std::vector<OperatorPtr> sides = list_of(std::move(lhs));
  sides.push_back(std::move(rhs));
  return std::make_unique<ScalarBinary>(plan, std::move(sides));
}
OperatorPtr make_vector_scalar(const Plan& plan, OperatorPtr vector, OperatorPtr scalar) {
  return std::make_unique<VectorScalar>(plan, std::move(vector), list_of(std::move(scalar)));
}
OperatorPtr make_map(const Plan& plan, OperatorPtr input, std::vector<OperatorPtr> parameters) {
  return std::make_unique<Map>(plan, std::move(input), std::move(parameters));
}
OperatorPtr make_scalar_of(const Plan& plan, OperatorPtr input) {
  return std::make_unique<ScalarOf>(plan, std::move(input));
}
OperatorPtr make_vector_of(const Plan& plan, OperatorPtr input) {
  return std::make_unique<VectorOf>(plan.grid, std::move(input));
}

}  // namespace narthex::promql
