// Native histograms for tests: as text, and at random.
#pragma once

#include <random>
#include <string>

#include "model/histogram.h"

namespace narthex::testing {

// All of it, doubles by their bits unless they are small integers:
//   {integer schema=3 hint=1 zero=2@0 count=7 sum=12 +[-1:2 3:1|1,2,2] -[|] bounds=[]}
std::string text_of(const Histogram& histogram);
// A small integer as such, else 16 hex digits.
std::string text_of(double value);

// The kinds of layout that a series may have.
enum class HistogramKind { kInteger, kFloat, kCustomInteger, kCustomFloat };
// A valid one with random buckets.
Histogram random_histogram(HistogramKind kind, std::mt19937_64& random);
// What a target may show next: the same, more counts, any doubles, another hint, another layout, another kind.
Histogram next_histogram(const Histogram& last, std::mt19937_64& random);

}  // namespace narthex::testing
