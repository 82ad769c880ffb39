// Whether a native histogram makes sense. Source: exposition spec, section 5.1.
#pragma once

#include "base/result.h"
#include "model/histogram.h"

namespace narthex {

// What a store asks before it takes a histogram. The error is of Code::kInvalid and has the reference's text; it names
// the first thing that is wrong: spans before bounds, the negative side's counts before the positive side's.
Result<> check_histogram(const Histogram& histogram);

}  // namespace narthex
