// Metric names go where values change. Source: PromQL spec, section 3.1.
#include "promql/eval/drop_name.h"

#include <boost/unordered/unordered_flat_map.hpp>

#include "promql/eval/through.h"

namespace narthex::promql {

bool is_dropped_with_name(std::string_view label) {
  return label == kMetricName || label == "__type__" || label == "__unit__";
}

Labels without_name(const Labels& labels) {
  std::vector<Label> kept;
  for (const Label& label : labels) {
    if (!is_dropped_with_name(label.name)) kept.push_back(label);
  }
  return Labels(std::move(kept));
}

Error same_labelset() { return Error{Code::kExecution, "vector cannot contain metrics with the same labelset"}; }

Result<> merge_into(StepColumn& into, const StepColumn& from) {
  bool overlap = false;
  from.for_each([&](size_t step) {
    overlap = overlap || into.has(step);
    into.set(step, from.value(step));
  });
  if (overlap) return same_labelset();
  return {};
}

namespace {

// With delayed removal: only marks the names as due.
class MarkName final : public Through {
 public:
  MarkName(const Grid& grid, OperatorPtr input) : Through(grid, std::move(input)) {}
  bool name_is_due(size_t) const override { return true; }
  Result<> read(size_t i, StepColumn& out) override { return input().read(i, out); }
};

// Takes the names away. Series that become equal are merged where they never exist at the same step.
class DropName final : public Through {
 public:
  DropName(const Grid& grid, OperatorPtr input) : Through(grid, std::move(input)) {}

  Result<> open() override {
    if (auto opened = Through::open(); !opened) return opened;
    if (!same_name_everywhere()) group_equal();
    return {};
  }
  size_t size() const override { return groups_.empty() ? input().size() : groups_.size(); }
  std::string_view label(size_t i, std::string_view name) const override {
    return is_dropped_with_name(name) ? std::string_view() : input().label(first_of(i), name);
  }
  Labels labels(size_t i) const override { return without_name(input().labels(first_of(i))); }

  Result<> read(size_t i, StepColumn& out) override {
    if (auto read = input().read(first_of(i), out); !read || groups_.empty()) return read;
    for (size_t k = 1; k < groups_[i].size(); ++k) {
      if (auto read = input().read(groups_[i][k], other_); !read) return read;
      if (auto merged = merge_into(out, other_); !merged) return merged;
    }
    return {};
  }

 private:
  size_t first_of(size_t i) const { return groups_.empty() ? i : groups_[i].front(); }

  // Then what remains of the labels is as different as before, and need not be compared.
  bool same_name_everywhere() const {
    for (size_t i = 0; i < input().size(); ++i) {
      for (std::string_view name :
           {std::string_view(kMetricName), std::string_view("__type__"), std::string_view("__unit__")}) {
        if (input().label(i, name) != input().label(0, name)) return false;
      }
    }
    return true;
  }

  void group_equal() {
    boost::unordered_flat_map<Labels, size_t, LabelsHash> group_of;
    for (size_t i = 0; i < input().size(); ++i) {
      const auto [it, is_new] = group_of.emplace(without_name(input().labels(i)), groups_.size());
      if (is_new) groups_.emplace_back();
      groups_[it->second].push_back(i);
    }
    if (groups_.size() == input().size()) groups_.clear();
  }

  std::vector<std::vector<size_t>> groups_;  // input series by output series; empty: one to one
  StepColumn other_;
};

}  // namespace

OperatorPtr make_drop_name(const Plan& plan, OperatorPtr input, QueryContext& context) {
  if (context.features().delayed_name_removal) return std::make_unique<MarkName>(plan.grid, std::move(input));
  return std::make_unique<DropName>(plan.grid, std::move(input));
}

}  // namespace narthex::promql
