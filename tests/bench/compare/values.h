// The values of one instance of a catalogue, scrape after scrape.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tests/bench/compare/catalogue.h"
#include "tests/bench/compare/random.h"

namespace narthex::bench {

// The same seed gives the same values at the same scrape. Costs time for series that change, none for the others. The
// catalogue must outlive it. Not thread-safe.
class Values {
 public:
  Values(const Catalogue& catalogue, uint64_t seed);

  // To the next scrape.
  void step();
  double operator[](size_t series) const { return values_[series]; }
  size_t size() const { return values_.size(); }
  // The series whose value the last step changed, ascending.
  std::span<const uint32_t> changed() const { return changed_; }

 private:
  struct Active {
    uint32_t series;
    Behaviour behaviour;
    int64_t units;  // the value without its decimal point
    int64_t scale;
    double divisor;  // 10 to the power of the decimals: the quotient is the double that prints as the decimal
  };

  void begin(uint32_t series);
  void begin_histogram(uint32_t first, const SeriesShape& shape);
  // Whether the value changed.
  bool advance(Active& active);
  void advance_histogram(const Active& first);
  void set(uint32_t series, double value);

  const Catalogue* catalogue_;
  Random random_;
  std::vector<double> values_;
  std::vector<Active> active_;
  std::vector<uint32_t> changed_;
};

}  // namespace narthex::bench
