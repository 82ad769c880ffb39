// The server with a wall clock that a test moves: it is ahead by the seconds that stand in the file named by the
// environment variable NARTHEX_CLOCK_AHEAD.
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>

#include "server/command_line.h"
#include "server/serve.h"
#include "server/signals.h"

namespace narthex::server {
namespace {

class ShiftedClock final : public Clock {
 public:
  explicit ShiftedClock(std::string file) : reader_([this, file = std::move(file)] { follow(file); }) {}
  ~ShiftedClock() override {
    stopping_ = true;
    reader_.join();
  }
  int64_t now_ns() const override { return system_clock().now_ns() + ahead_ns_; }
  int64_t steady_ns() const override { return system_clock().steady_ns(); }

 private:
  void follow(const std::string& file) {
    for (; !stopping_; std::this_thread::sleep_for(std::chrono::milliseconds(50))) {
      double seconds = 0;
      if (std::ifstream(file) >> seconds) ahead_ns_ = static_cast<int64_t>(seconds * 1e9);
    }
  }

  std::atomic<int64_t> ahead_ns_{0};
  std::atomic<bool> stopping_{false};
  std::thread reader_;
};

int serve_shifted(const FlagValues& flags, Io&) {
  block_signals();
  const char* file = std::getenv("NARTHEX_CLOCK_AHEAD");
  const ShiftedClock clock(file == nullptr ? "" : file);
  return serve_by(clock, flags);
}

}  // namespace
}  // namespace narthex::server

int main(int argc, char** argv) {
  narthex::server::Io io{std::cin, std::cout, std::cerr};
  return narthex::server::run_command_line({argv + 1, argv + argc}, io, narthex::server::serve_shifted);
}
