// How many CPUs this process may really use.
#pragma once

#include <string>

namespace narthex::server {

// CPUs of the machine that we may run on, cut by the quota of the cgroup whose files lie in `cgroup_root` (v2: cpu.max;
// v1: cpu/cpu.cfs_quota_us). A part of a CPU counts as one. At least 1.
int usable_cpus(const std::string& cgroup_root = "/sys/fs/cgroup");

// Scrape reactors for that many CPUs: one each, at most four (architecture: threads).
int reactor_count(int cpus);

}  // namespace narthex::server
