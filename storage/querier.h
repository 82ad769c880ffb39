// Reading: an immutable view, label look-ups, and columns of samples.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/histogram.h"
#include "model/labels.h"
#include "model/matcher.h"
#include "model/sample.h"

namespace narthex::storage {

// A series' samples in time order: those that are numbers, as two arrays of equal length, and beside them its native
// histograms. Stale markers are numbers like others (see is_stale_marker), after histograms too. Reused between reads:
// clear() keeps memory.
struct Column {
  std::vector<Timestamp> timestamps;
  std::vector<double> values;
  // Since when each number counts, in ms, 0: unknown. Empty if that is known of none; else as long as the two above.
  std::vector<Timestamp> starts;
  std::vector<HistogramSample> histograms;  // no timestamp occurs among the numbers too

  // Of the numbers.
  size_t size() const { return timestamps.size(); }
  bool empty() const { return timestamps.empty() && histograms.empty(); }
  void clear() { timestamps.clear(), values.clear(), starts.clear(), histograms.clear(); }
  void push(Timestamp t, double v) { timestamps.push_back(t), values.push_back(v); }
  void push(Timestamp t, double v, Timestamp start) {
    if (start != 0 && starts.empty()) starts.resize(size());
    if (start != 0 || !starts.empty()) starts.push_back(start);
    push(t, v);
  }
};

// Series that a selector found, in the order of their labels. Immutable; thread-safe; keeps its view alive.
class SeriesSet {
 public:
  virtual ~SeriesSet() = default;
  virtual size_t size() const = 0;
  virtual Labels labels(size_t i) const = 0;
  // The value of one label of series i, "" if it has none. Lives as long as the set.
  virtual std::string_view label(size_t i, std::string_view name) const = 0;
  // Appends to `out` the samples with from <= t <= to.
  virtual Result<> read(size_t i, Timestamp from, Timestamp to, Column& out) const = 0;
};

inline constexpr Timestamp kMinTime = INT64_MIN;
inline constexpr Timestamp kMaxTime = INT64_MAX;

struct SeriesExemplars {
  Labels series;
  std::vector<Exemplar> exemplars;  // timestamps ascending
};

// A consistent state of the store: what was acknowledged when it was taken, and nothing else. Immutable; thread-safe.
class View {
 public:
  virtual ~View() = default;

  // Series that satisfy all matchers and may have samples in [from, to].
  virtual Result<std::shared_ptr<const SeriesSet>> select(std::span<const Matcher> matchers, Timestamp from,
                                                          Timestamp to) const = 0;
  // Sorted, unique. With matchers: of the series that satisfy all of them.
  virtual Result<std::vector<std::string>> label_names(std::span<const Matcher> matchers, Timestamp from,
                                                       Timestamp to) const = 0;
  virtual Result<std::vector<std::string>> label_values(std::string_view name, std::span<const Matcher> matchers,
                                                        Timestamp from, Timestamp to) const = 0;
};

// Thread-safe.
class Queryable {
 public:
  virtual ~Queryable() = default;
  // Cheap: takes no lock that a writer holds for long.
  virtual std::shared_ptr<const View> view() const = 0;
  // The exemplars kept at this moment with from <= t <= to, of the series that satisfy all matchers of one of the sets,
  // in the order of their labels. Series without such exemplars are left out.
  virtual std::vector<SeriesExemplars> exemplars(std::span<const std::vector<Matcher>>, Timestamp /*from*/,
                                                 Timestamp /*to*/) const {
    return {};
  }
};

}  // namespace narthex::storage
