// Reads samples of the past from a running server by remote read: staleness markers and native histograms included.
// Source: remote spec, section 8.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "storage/history.h"

namespace narthex::server {

struct HistoryRequest {
  std::string url;                               // with its route prefix, if it has one; may hold user and password
  std::vector<std::string> match;                // selectors; none: everything
  std::optional<Timestamp> from = std::nullopt;  // absent: 15 days ago
  std::optional<Timestamp> to = std::nullopt;    // absent: now
};

// Asks for a stretch of time after the other, in order, and hands each to `take`; stops at the first error of either.
// Errors name the URL, without its password. Blocks.
using TakeHistory = std::function<Result<>(std::vector<storage::HistorySeries>)>;
Result<> ask_history(const HistoryRequest& request, const TakeHistory& take);

}  // namespace narthex::server
