#include "scrape/target_limit.h"

#include <string>

namespace narthex::scrape {

Result<> check_target_limit(uint64_t active_targets, const Limits& limits) {
  if (limits.targets == 0 || active_targets <= limits.targets) return {};
  return Error{Code::kLimit, "target_limit exceeded (number of targets: " + std::to_string(active_targets) +
                                 ", limit: " + std::to_string(limits.targets) + ")"};
}

}  // namespace narthex::scrape
