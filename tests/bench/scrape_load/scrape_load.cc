// What a scraped sample costs a whole server, from the socket to the store: CPU time of its process per sample.
//
//   scrape_load [--narthex PATH] [--prometheus PATH] [--core] [--targets 200] [--series 1000] [--interval-ms 1000]
//               [--warm-up 10] [--seconds 20]
//
// Serves the targets itself, on loopback, uncompressed (see load_server.h for the bodies), and starts, one after the
// other, each server that was named: `narthex`, Debian's `prometheus`, and with --core a child that has the scrape
// manager and the store alone. Prints for each
//
//   narthex: 212 ns/sample (user 121, system 91), 4000000 samples in 20 s, 96 MiB resident
//
// and for narthex, which tells it, how long after their slots the scrapes began.
//
// Takes warm-up + seconds + a few per server, 32 s by default; data lie in a temporary folder that is removed. The CPU
// time of the load generator is not counted. A server whose path does not exist is left out with a word.

#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <thread>

#include "base/clock.h"
#include "scrape/manager.h"
#include "storage/store.h"
#include "tests/bench/scrape_load/lateness.h"
#include "tests/bench/scrape_load/load_server.h"
#include "tests/bench/scrape_load/measured_process.h"

namespace narthex::bench {
namespace {

namespace fs = std::filesystem;

struct Settings {
  std::map<std::string, std::string> paths;  // by server: narthex, prometheus
  bool core = false;
  int targets = 200;
  int series = 1000;
  int interval_ms = 1000;
  int warm_up = 10;
  int seconds = 20;
};

std::optional<Settings> read_settings(int argc, char** argv) {
  Settings settings;
  std::map<std::string, int*> numbers = {{"--targets", &settings.targets},
                                         {"--series", &settings.series},
                                         {"--interval-ms", &settings.interval_ms},
                                         {"--warm-up", &settings.warm_up},
                                         {"--seconds", &settings.seconds}};
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--core") {
      settings.core = true;
    } else if (i + 1 == argc) {
      return std::nullopt;
    } else if (numbers.contains(name)) {
      *numbers[name] = std::atoi(argv[++i]);
    } else if (name == "--narthex" || name == "--prometheus") {
      settings.paths[name.substr(2)] = argv[++i];
    } else {
      return std::nullopt;
    }
  }
  return settings;
}

std::string target_path(int i) { return "/target/" + std::to_string(i); }

void write_configuration(const Settings& settings, uint16_t port, const fs::path& file) {
  std::ofstream out(file);
  const std::string interval = std::to_string(settings.interval_ms) + "ms";
  out << "scrape_configs:\n- job_name: load\n  scrape_interval: " << interval << "\n  scrape_timeout: " << interval
      << "\n  static_configs:\n";
  for (int i = 0; i < settings.targets; ++i) {
    out << "  - targets: ['127.0.0.1:" << port << "']\n    labels: {__metrics_path__: '" << target_path(i)
        << "', instance: 'host-" << i << "'}\n";
  }
}

std::vector<TargetGroup> target_groups(const Settings& settings, uint16_t port) {
  std::vector<TargetGroup> groups;
  for (int i = 0; i < settings.targets; ++i) {
    groups.push_back({{{{"__address__", "127.0.0.1:" + std::to_string(port)}}},
                      {{"__metrics_path__", target_path(i)}, {"instance", "host-" + std::to_string(i)}},
                      std::to_string(i)});
  }
  return groups;
}

// The scrape manager and the store, without anything else; until it is killed.
void run_core(const Settings& settings, uint16_t port, const fs::path& folder) {
  storage::Options options;
  options.path = (folder / "core").string();
  auto log = make_stderr_log(LogLevel::kWarn, LogFormat::kLogfmt);
  auto store = storage::Store::open(options, system_clock(), *log);
  if (!store) {
    std::fprintf(stderr, "%s\n", store.error().str().c_str());
    return;
  }
  auto manager = scrape::Manager::create({}, **store, system_clock(), *log);
  scrape::JobOptions job;
  job.job_name = "load";
  job.interval = job.timeout = Duration::milliseconds(settings.interval_ms);
  if (!manager->apply({job})) return;
  manager->set_targets("load", target_groups(settings, port));
  std::this_thread::sleep_for(std::chrono::hours(1));
}

void measure(const std::string& name, const Settings& settings, const LoadServer& load, const MeasuredProcess& server) {
  std::this_thread::sleep_for(std::chrono::seconds(settings.warm_up));
  const Cost before = server.cost();
  const uint64_t answered_before = load.answered();
  std::this_thread::sleep_for(std::chrono::seconds(settings.seconds));
  const Cost after = server.cost();
  // Without series: what a scrape as such costs, in time and memory.
  const double samples = static_cast<double>(load.answered() - answered_before) * std::max(settings.series, 1);
  const char* what = settings.series > 0 ? "sample" : "scrape";
  if (samples == 0 || !server.running()) {
    std::printf("%s: scraped nothing; see its log\n", name.c_str());
    return;
  }
  const double user = (after.user_seconds - before.user_seconds) / samples * 1e9;
  const double system = (after.system_seconds - before.system_seconds) / samples * 1e9;
  std::printf("%s: %.0f ns/%s (user %.0f, system %.0f), %.0f %ss in %d s, %.1f MiB resident\n", name.c_str(),
              user + system, what, user, system, samples, what, settings.seconds, after.resident_mib);
  std::fflush(stdout);
}

std::vector<std::string> command_of(const std::string& name, const std::string& path, const fs::path& folder,
                                    uint16_t port) {
  return {path, "--config.file=" + (folder / "load.yml").string(), "--storage.tsdb.path=" + (folder / name).string(),
          "--web.listen-address=127.0.0.1:" + std::to_string(port)};
}

int run(const Settings& settings) {
  char folder_name[] = "/tmp/scrape_load.XXXXXX";
  if (::mkdtemp(folder_name) == nullptr) return 1;
  const fs::path folder = folder_name;
  const LoadServer load(make_bodies(settings.series, 8));
  write_configuration(settings, load.port(), folder / "load.yml");
  if (settings.core) {
    std::vector<std::string> again = {"/proc/self/exe", "--be-core", std::to_string(load.port()), folder};
    for (int number : {settings.targets, settings.interval_ms}) again.push_back(std::to_string(number));
    measure("core", settings, load, MeasuredProcess::start(again, folder / "core.log"));
  }
  for (const auto& [name, path] : settings.paths) {
    if (!fs::exists(path)) {
      std::printf("%s: left out, no %s\n", name.c_str(), path.c_str());
      continue;
    }
    const uint16_t port = free_port();
    const auto server =
        MeasuredProcess::start(command_of(name, path, folder, port), (folder / (name + ".log")).string());
    measure(name, settings, load, server);
    if (name == "narthex") print_lateness(read_lateness(port));
  }
  fs::remove_all(folder);
  return 0;
}

}  // namespace
}  // namespace narthex::bench

int main(int argc, char** argv) {
  if (argc == 6 && std::strcmp(argv[1], "--be-core") == 0) {
    narthex::bench::Settings settings;
    settings.targets = std::atoi(argv[4]);
    settings.interval_ms = std::atoi(argv[5]);
    narthex::bench::run_core(settings, static_cast<uint16_t>(std::atoi(argv[2])), argv[3]);
    return 1;
  }
  auto settings = narthex::bench::read_settings(argc, argv);
  if (!settings || (settings->paths.empty() && !settings->core)) {
    std::fprintf(stderr,
                 "usage: scrape_load [--narthex PATH] [--prometheus PATH] [--core] [--targets N] [--series N]\n"
                 "                   [--interval-ms N] [--warm-up SECONDS] [--seconds SECONDS]\n");
    return 2;
  }
  return narthex::bench::run(*settings);
}
