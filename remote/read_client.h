// The asking end of remote read, as bytes: what to send, and what an answer means. Source: configuration spec,
// section 8.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/matcher.h"
#include "storage/history.h"

namespace narthex::remote {

// A ReadRequest of one query, from <= t <= to, compressed: the body of POST /api/v1/read. Asks for plain samples.
std::string read_request(std::span<const Matcher> matchers, Timestamp from, Timestamp to);

// The series of a ReadResponse, as it was sent; of each label set once, samples in order of time. Error: what makes no
// sense.
Result<std::vector<storage::HistorySeries>> read_response(std::string_view body);

}  // namespace narthex::remote
