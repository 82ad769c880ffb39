// Simulated targets for a comparison of servers, on a free port of 127.0.0.1.
//
//   simulate_targets [--case mixed|cadvisor|churn] [--targets 100] [--series 1000] [--seed 1] [--scrapes-per-hour 240]
//
// Prints "port N", then serves until it is ended or whoever started it ends:
//
//   /target/I       the next scrape of target I, from 0; gzip after /gzip/on and if the client takes it
//   /gzip/on, /off  whether bodies are compressed; off at first
//   /stats          JSON: what was served so far, and by target the number of its last scrape
//
// Values are told by seed, target and number of the scrape alone. One thread; a sample costs it 45 to 200 ns, socket
// included.

#include <libdeflate.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>

#include "tests/bench/answering_server.h"
#include "tests/bench/compare/target.h"

namespace narthex::bench {
namespace {

struct Settings {
  TargetPlan::Kind kind = TargetPlan::Kind::kMixed;
  int targets = 100;
  int series = 1000;
  int seed = 1;
  int scrapes_per_hour = 240;
};

std::optional<TargetPlan::Kind> kind_named(std::string_view name) {
  if (name == "mixed") return TargetPlan::Kind::kMixed;
  if (name == "cadvisor") return TargetPlan::Kind::kCadvisor;
  if (name == "churn") return TargetPlan::Kind::kChurn;
  return std::nullopt;
}

std::optional<Settings> read_settings(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc) return std::nullopt;
    const std::string_view name = argv[i];
    if (name == "--case") {
      const auto kind = kind_named(argv[i + 1]);
      if (!kind) return std::nullopt;
      settings.kind = *kind;
      continue;
    }
    int* number = name == "--targets"            ? &settings.targets
                  : name == "--series"           ? &settings.series
                  : name == "--seed"             ? &settings.seed
                  : name == "--scrapes-per-hour" ? &settings.scrapes_per_hour
                                                 : nullptr;
    if (number == nullptr) return std::nullopt;
    *number = std::atoi(argv[i + 1]);
    if (*number < 1) return std::nullopt;
  }
  return settings;
}

int64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

double own_cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// All of it runs on the server's thread.
class Simulation {
 public:
  explicit Simulation(const Settings& settings)
      : plan_(settings.kind, settings.series, settings.scrapes_per_hour), compressor_(libdeflate_alloc_compressor(1)) {
    for (int i = 0; i < settings.targets; ++i) {
      targets_.emplace_back(plan_, static_cast<uint64_t>(settings.seed), static_cast<uint64_t>(i));
    }
  }
  ~Simulation() { libdeflate_free_compressor(compressor_); }
  Simulation(const Simulation&) = delete;

  void answer(std::string_view request, std::string& answer) {
    const size_t begin = request.find(' ') + 1;
    const std::string_view path = request.substr(begin, request.find(' ', begin) - begin);
    constexpr std::string_view kTarget = "/target/";
    size_t number = targets_.size();
    if (path.starts_with(kTarget)) std::from_chars(path.data() + kTarget.size(), path.data() + path.size(), number);
    if (number < targets_.size()) return scrape(targets_[number], request, answer);
    if (path == "/stats") return respond("200 OK", "application/json", stats(), answer);
    if (path == "/gzip/on" || path == "/gzip/off") {
      gzip_ = path == "/gzip/on";
      return respond("200 OK", "text/plain", "", answer);
    }
    respond("404 Not Found", "text/plain", "", answer);
  }

 private:
  static void respond(std::string_view status, std::string_view type, std::string_view body, std::string& answer,
                      std::string_view headers = "") {
    answer = "HTTP/1.1 ";
    answer.append(status).append("\r\nContent-Type: ").append(type).append("\r\n").append(headers);
    answer.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n\r\n").append(body);
  }

  void scrape(Target& target, std::string_view request, std::string& answer) {
    constexpr std::string_view kText = "text/plain; version=0.0.4; charset=utf-8";
    body_.clear();
    target.scrape(now_ms(), body_);
    ++scrapes_;
    samples_ += plan_.series();
    changed_ += target.changed();
    bytes_ += body_.size();
    if (!gzip_ || request.find("gzip") == std::string_view::npos) return respond("200 OK", kText, body_, answer);
    packed_.resize(libdeflate_gzip_compress_bound(compressor_, body_.size()));
    const size_t size =
        libdeflate_gzip_compress(compressor_, body_.data(), body_.size(), packed_.data(), packed_.size());
    respond("200 OK", kText, std::string_view(packed_).substr(0, size), answer, "Content-Encoding: gzip\r\n");
    ++compressed_;
  }

  std::string stats() const {
    uint64_t replaced = 0;
    std::string served;
    for (const Target& target : targets_) {
      replaced += target.replaced() * plan_.catalogue.size();
      served += (served.empty() ? "" : ",") + std::to_string(target.scrapes());
    }
    char text[512];
    std::snprintf(text, sizeof text,
                  "{\"scrapes\":%lu,\"compressed\":%lu,\"samples\":%lu,\"changed\":%lu,\"bytes\":%lu,\"series\":%zu,"
                  "\"replaced_series\":%lu,\"cpu_seconds\":%.6f,\"served\":[",
                  scrapes_, compressed_, samples_, changed_, bytes_, plan_.series() * targets_.size(), replaced,
                  own_cpu_seconds());
    return text + served + "]}";
  }

  const TargetPlan plan_;
  std::vector<Target> targets_;
  libdeflate_compressor* const compressor_;
  bool gzip_ = false;
  uint64_t scrapes_ = 0, compressed_ = 0, samples_ = 0, changed_ = 0, bytes_ = 0;
  std::string body_, packed_;
};

int run(const Settings& settings) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // nobody is left behind if the comparison itself is killed
  Simulation simulation(settings);
  AnsweringServer server([&](int, std::string_view request, std::string& out) { simulation.answer(request, out); });
  std::printf("port %d\n", server.port());
  std::fflush(stdout);
  while (true) ::pause();
}

}  // namespace
}  // namespace narthex::bench

int main(int argc, char** argv) {
  const auto settings = narthex::bench::read_settings(argc, argv);
  if (!settings) {
    std::fprintf(stderr,
                 "usage: simulate_targets [--case mixed|cadvisor|churn] [--targets N] [--series N] [--seed N]\n"
                 "                        [--scrapes-per-hour N]\n");
    return 2;
  }
  return narthex::bench::run(*settings);
}
