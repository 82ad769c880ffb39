#include "server/cpu_quota.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>

namespace narthex::server {
namespace {

constexpr int kMaxReactors = 4;

int allowed_cpus() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return std::max(1, CPU_COUNT(&set));
}

// "max 100000" or "150000 100000": microseconds of CPU per microseconds of time. "max" is no number, so it is no limit.
double quota_v2(const std::string& root) {
  std::ifstream in(root + "/cpu.max");
  double quota = 0, period = 0;
  return in >> quota >> period && period > 0 ? quota / period : std::numeric_limits<double>::infinity();
}

double quota_v1(const std::string& root) {
  std::ifstream quota_file(root + "/cpu/cpu.cfs_quota_us"), period_file(root + "/cpu/cpu.cfs_period_us");
  double quota = 0, period = 0;
  if (!(quota_file >> quota) || !(period_file >> period) || quota <= 0 || period <= 0) {
    return std::numeric_limits<double>::infinity();
  }
  return quota / period;
}

}  // namespace

int usable_cpus(const std::string& cgroup_root) {
  const double quota = std::ceil(std::min(quota_v2(cgroup_root), quota_v1(cgroup_root)));
  return std::max(1, static_cast<int>(std::min<double>(quota, allowed_cpus())));
}

int reactor_count(int cpus) { return std::clamp(cpus, 1, kMaxReactors); }

}  // namespace narthex::server
