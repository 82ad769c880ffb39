// Native histograms as JSON: HTTP API spec, section 1.4.
#pragma once

#include <string>

#include "model/histogram.h"

namespace narthex::web {

// [1435781451.781,{"count":"3","sum":"4.5","buckets":[[0,"1","2","3"]]}]: of each bucket that is not empty the kind of
// its bounds (0: (lower,upper], 1: [lower,upper), 2: both open, 3: both closed), lower, upper, count.
void append_histogram_sample(std::string& out, Timestamp time, const Histogram& histogram);

}  // namespace narthex::web
