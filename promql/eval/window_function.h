// A function over the samples of a window that slides over a series.
#pragma once

#include <memory>

#include "storage/querier.h"

namespace narthex::promql {

// The samples [first, last) of `column` are those in (start, end]. Never empty.
struct Window {
  const storage::Column& column;
  size_t first;
  size_t last;
  Timestamp start;
  Timestamp end;
  Timestamp now;             // the evaluation time, which offset and @ do not move
  const double* parameters;  // the scalar arguments at this step

  size_t size() const { return last - first; }
  double value(size_t i) const { return column.values[i]; }
  Timestamp time(size_t i) const { return column.timestamps[i]; }
};

// Not thread-safe; one per operator.
class WindowFunction {
 public:
  virtual ~WindowFunction() = default;
  // A new series: what can be prepared once for all its windows.
  virtual void begin(const storage::Column&) {}
  // Windows of one series come in order of their ends. False: no result at this step.
  virtual bool evaluate(const Window& window, double& out) = 0;
};

// rate and increase (counters), delta. Source: the PromQL spec, section 6.
std::unique_ptr<WindowFunction> make_extrapolated(bool counter, bool per_second);

}  // namespace narthex::promql
