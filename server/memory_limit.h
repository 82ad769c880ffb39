// How much memory this process may have, and what --storage.memory-budget makes of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace narthex::server {

// The smallest memory limit of the process's cgroup and those above it, whose files lie under `root` (v2: memory.max;
// v1: memory/…/memory.limit_in_bytes). `self` names the cgroups, as /proc/self/cgroup does; inside of a container,
// where they may lie elsewhere, those of `root` itself count. Nothing: there is no limit.
std::optional<int64_t> cgroup_memory_limit(const std::string& root = "/sys/fs/cgroup",
                                           const std::string& self = "/proc/self/cgroup");
int64_t machine_memory();

// Bytes of a budget as it is written: "512MB" (powers of 1024), "60%" of the limit or, if there is none, of the
// machine's memory; "0": none (0). "": 80 % of the limit, else none. A share is more than 0 and at most 100 %.
Result<int64_t> parse_memory_budget(std::string_view text, std::optional<int64_t> limit, int64_t machine);

}  // namespace narthex::server
