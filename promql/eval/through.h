// An operator whose series are those of its input, with other values.
#pragma once

#include "promql/eval/operator.h"

namespace narthex::promql {

class Through : public Operator {
 public:
  Through(const Grid& grid, OperatorPtr input) : Operator(grid), input_(std::move(input)) {}

  Result<> open() override { return input_->open(); }
  size_t size() const override { return input_->size(); }
  std::string_view label(size_t i, std::string_view name) const override { return input_->label(i, name); }
  Labels labels(size_t i) const override { return input_->labels(i); }
  bool name_is_due(size_t i) const override { return input_->name_is_due(i); }

 protected:
  Operator& input() { return *input_; }
  const Operator& input() const { return *input_; }

 private:
  OperatorPtr input_;
};

// One series without labels.
class SingleSeries : public Operator {
 public:
  explicit SingleSeries(const Grid& grid) : Operator(grid) {}

  Result<> open() override { return {}; }
  size_t size() const override { return 1; }
  std::string_view label(size_t, std::string_view) const override { return {}; }
  Labels labels(size_t) const override { return {}; }
};

// Opens scalars and keeps their columns, so that each step's values can be asked for.
class ScalarColumns {
 public:
  explicit ScalarColumns(std::vector<OperatorPtr> scalars) : scalars_(std::move(scalars)), row_(scalars_.size()) {}

  Result<> open() {
    columns_.resize(scalars_.size());
    for (size_t i = 0; i < scalars_.size(); ++i) {
      if (auto opened = scalars_[i]->open(); !opened) return opened;
      if (auto read = scalars_[i]->read(0, columns_[i]); !read) return read;
    }
    return {};
  }
  // The values at one step, in order of the arguments. Valid until the next call.
  const double* at(size_t step) {
    for (size_t i = 0; i < columns_.size(); ++i) row_[i] = columns_[i].value(step);
    return row_.data();
  }

 private:
  std::vector<OperatorPtr> scalars_;
  std::vector<StepColumn> columns_;
  std::vector<double> row_;
};

}  // namespace narthex::promql
