#include "server/memory_limit.h"

#include <unistd.h>

#include <cmath>
#include <fstream>

#include "base/number.h"
#include "server/flags.h"

namespace narthex::server {
namespace {

constexpr double kUsualShare = 80;

// "max" is no number, so it is no limit; neither is what no machine has (v1 writes 2^63, rounded down to pages).
std::optional<int64_t> read_limit(const std::string& file) {
  std::ifstream in(file);
  int64_t limit = 0;
  if (!(in >> limit) || limit <= 0 || limit >= int64_t{1} << 62) return std::nullopt;
  return limit;
}

void lower(std::optional<int64_t>& limit, std::optional<int64_t> other) {
  if (other && (!limit || *other < *limit)) limit = other;
}

// Of the group at `path` below `root`, and of all groups above it.
std::optional<int64_t> limit_along(const std::string& root, std::string path, const std::string& file) {
  std::optional<int64_t> limit;
  for (;; path.resize(path.rfind('/'))) {
    while (path.ends_with('/')) path.pop_back();
    lower(limit, read_limit(root + path + file));
    if (path.find('/') == std::string::npos) return limit;
  }
}

// The group's path in a line such as "4:cpu,memory:/user.slice" or, of v2, "0::/user.slice".
std::optional<std::string> path_in(const std::string& line, bool v2) {
  const size_t first = line.find(':');
  const size_t second = first == std::string::npos ? first : line.find(':', first + 1);
  if (second == std::string::npos) return std::nullopt;
  const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
  const bool fits = v2 ? controllers == ",," : controllers.find(",memory,") != std::string::npos;
  return fits ? std::optional(line.substr(second + 1)) : std::nullopt;
}

}  // namespace

std::optional<int64_t> cgroup_memory_limit(const std::string& root, const std::string& self) {
  std::optional<int64_t> limit = read_limit(root + "/memory.max");
  lower(limit, read_limit(root + "/memory/memory.limit_in_bytes"));
  std::ifstream in(self);
  for (std::string line; std::getline(in, line);) {
    if (const auto path = path_in(line, true)) lower(limit, limit_along(root, *path, "/memory.max"));
    if (const auto path = path_in(line, false)) {
      lower(limit, limit_along(root + "/memory", *path, "/memory.limit_in_bytes"));
    }
  }
  return limit;
}

int64_t machine_memory() { return int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGESIZE); }

Result<int64_t> parse_memory_budget(std::string_view text, std::optional<int64_t> limit, int64_t machine) {
  const auto share = [](double percent, int64_t of) {
    return static_cast<int64_t>(std::llround(static_cast<double>(of) * percent / 100));
  };
  if (text.empty()) return limit ? share(kUsualShare, *limit) : 0;
  if (!text.ends_with('%')) {
    const auto bytes = parse_flag_size(text);
    if (!bytes) return invalid("not a size or a percentage: \"" + std::string(text) + "\"");
    return *bytes;
  }
  const auto percent = parse_float(text.substr(0, text.size() - 1));
  if (!percent || !(*percent > 0 && *percent <= 100)) {
    return invalid("a percentage is more than 0% and at most 100%, got \"" + std::string(text) + "\"");
  }
  return share(*percent, limit.value_or(machine));
}

}  // namespace narthex::server
