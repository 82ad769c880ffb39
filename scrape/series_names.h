// Which series have names that a job takes. Pure. Source: scrape spec, section 6, step 4.
#pragma once

#include "base/result.h"
#include "model/labels.h"

namespace narthex::scrape {

// Names as the scheme wants them, and values that are UTF-8. `labels` is not empty. An error fails the whole scrape:
//   missing metric name (__name__ label)
//   invalid metric name or label names: {__name__="a b"}
Result<> check_names(const Labels& labels, NameScheme scheme);

}  // namespace narthex::scrape
