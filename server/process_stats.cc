#include "server/process_stats.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace narthex::server {
namespace {

// Positions in /proc/self/stat, counted behind the process's name in parentheses (proc(5): fields 14, 15, 20, 22–24).
enum Field {
  kUserTicks = 11,
  kSystemTicks = 12,
  kThreads = 17,
  kStartTicks = 19,
  kVirtualBytes = 20,
  kResidentPages = 21
};

std::vector<uint64_t> stat_fields() {
  std::ifstream in("/proc/self/stat");
  std::string line;
  std::getline(in, line);
  std::istringstream rest(line.substr(line.rfind(')') == std::string::npos ? line.size() : line.rfind(')') + 1));
  std::vector<uint64_t> fields;
  for (std::string field; rest >> field;) fields.push_back(std::strtoull(field.c_str(), nullptr, 10));
  fields.resize(kResidentPages + 1);
  return fields;
}

double boot_time_seconds() {
  std::ifstream in("/proc/stat");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("btime ")) return std::strtod(line.c_str() + 6, nullptr);
  }
  return 0;
}

uint64_t count_open_files() {
  std::error_code error;
  uint64_t count = 0;
  for (std::filesystem::directory_iterator at("/proc/self/fd", error), end; !error && at != end; at.increment(error)) {
    ++count;
  }
  return count;
}

}  // namespace

ProcessStats read_process_stats() {
  const auto fields = stat_fields();
  const auto ticks_per_second = static_cast<double>(sysconf(_SC_CLK_TCK));
  ProcessStats stats;
  stats.cpu_seconds = static_cast<double>(fields[kUserTicks] + fields[kSystemTicks]) / ticks_per_second;
  stats.start_time_seconds = boot_time_seconds() + static_cast<double>(fields[kStartTicks]) / ticks_per_second;
  stats.resident_bytes = fields[kResidentPages] * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  stats.virtual_bytes = fields[kVirtualBytes];
  stats.threads = fields[kThreads];
  stats.open_fds = count_open_files();
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) stats.max_fds = limit.rlim_cur;
  return stats;
}

}  // namespace narthex::server
