// How many labels a series may have, and how long they may be. Pure. Source: scrape spec, section 7.2.
#pragma once

#include "base/result.h"
#include "model/labels.h"
#include "scrape/options.h"

namespace narthex::scrape {

// `labels` are those after metric relabeling: the metric's name and the target's labels count too. Lengths are bytes,
// texts are cut to 50 characters. First the number, then label by label the name and the value. kLimit:
//   label_limit exceeded (metric: up, number of labels: 3, limit: 2)
//   label_name_length_limit exceeded (metric: up, label name: instance, length: 8, limit: 7)
//   label_value_length_limit exceeded (metric: up, label name: a, value: "xyz", length: 3, limit: 2)
Result<> check_label_limits(const Labels& labels, const Limits& limits);

}  // namespace narthex::scrape
