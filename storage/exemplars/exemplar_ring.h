// The newest exemplars of all series together, at most so many: the oldest go first.
#pragma once

#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "storage/querier.h"

namespace narthex::storage {

// The order of a series' exemplars: by time, then by value, then by labels, since a native histogram may bring several
// of one moment. What is before the newest is out of order.
bool is_older(const Exemplar& a, const Exemplar& b);
// More than 128 code points in names and values of its labels (OpenMetrics' limit).
bool is_too_long(const Exemplar& exemplar);

// Thread-safe.
class ExemplarRing {
 public:
  // 0: keeps none.
  explicit ExemplarRing(size_t max) : max_(max) {}

  size_t max() const;
  void set_max(size_t max);

  // The newest exemplar of a series.
  std::optional<Exemplar> newest(const Labels& series) const;
  // Not if it is older than the series' newest, or equal to it.
  void add(const Labels& series, const Exemplar& exemplar);

  std::vector<SeriesExemplars> read(std::span<const std::vector<Matcher>> matcher_sets, Timestamp from,
                                    Timestamp to) const;

  // Each exemplar that is added gets the next number. The number of the last one; 0: there was none.
  uint64_t last_number() const;
  // Those that are kept and came after that one, up to number `to`, in the order of their labels.
  std::vector<SeriesExemplars> between(uint64_t after, uint64_t to) const;

  struct Counts {
    size_t exemplars = 0;
    size_t series = 0;
    size_t bytes = 0;  // about
  };
  Counts counts() const;

 private:
  struct Numbered {
    Exemplar exemplar;
    uint64_t number;
  };
  using Series = std::map<Labels, std::list<Numbered>>;

  void drop_beyond(size_t count);

  mutable std::mutex mutex_;
  // Behind mutex_:
  size_t max_;
  Series series_;                      // exemplars in order; none is without
  std::list<Series::iterator> order_;  // of adding: of whom is the oldest exemplar
  size_t bytes_ = 0;
  uint64_t last_number_ = 0;
};

}  // namespace narthex::storage
