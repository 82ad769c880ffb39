// A child process and what it costs.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace narthex::bench {

struct Cost {
  double user_seconds = 0;
  double system_seconds = 0;
  double resident_mib = 0;

  double cpu_seconds() const { return user_seconds + system_seconds; }
};

// Not thread-safe.
class MeasuredProcess {
 public:
  // Starts a program, its output into `log_file`.
  static MeasuredProcess start(const std::vector<std::string>& command, const std::string& log_file);
  MeasuredProcess(MeasuredProcess&& other) : pid_(other.pid_) { other.pid_ = 0; }
  // Asks it to end, waits for ten seconds, then ends it.
  ~MeasuredProcess();

  bool running() const;
  // Since its start, of all its threads.
  Cost cost() const;

 private:
  explicit MeasuredProcess(pid_t pid) : pid_(pid) {}
  pid_t pid_;
};

}  // namespace narthex::bench
