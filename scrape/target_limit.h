// How many targets a job may have. Pure. Source: scrape spec, section 7.3.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "scrape/options.h"

namespace narthex::scrape {

// With too many active targets every scrape of the job fails, without a request. kLimit:
//   target_limit exceeded (number of targets: 3, limit: 2)
Result<> check_target_limit(uint64_t active_targets, const Limits& limits);

}  // namespace narthex::scrape
