// The configuration file in use: loads it, hands it on, and says what became of it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "config/config.h"
#include "server/metrics.h"

namespace narthex::server {

// Thread-safe: reloads come from signals and from HTTP requests.
class Configuration {
 public:
  // A component that follows the configuration. An error is logged and does not keep it from the others.
  struct Part {
    std::string name;
    std::function<Result<>(const config::Config&)> apply;
  };

  // `clock` and `log` must outlive it.
  Configuration(std::string path, const config::Defaults& defaults, const Clock& clock, Log& log)
      : path_(std::move(path)), defaults_(defaults), clock_(clock), log_(log) {}

  // Reads the file for the first time. All mistakes are logged, each with its place.
  Result<config::Config> load();
  // Who gets configurations from now on, in that order; at once each gets `first`. Error: a part refused it.
  Result<> start(std::vector<Part> parts, config::Config first);
  // Told of every reload's success. To be set before the first one.
  void on_reload(std::function<void(bool)> told) { told_ = std::move(told); }
  // Reads the file again and applies it. If it cannot be loaded, the old configuration stays. If it can, but a part
  // refuses it, the others have the new one and the reload has failed. What was wrong is logged. The messages are the
  // reference's: `couldn't load configuration (--config.file="F"): …` and `one or more errors occurred while applying
  // the new configuration (--config.file="F")`.
  Result<> reload();
  // Whether the files are not those of the last successful (re)load. A failed reload leaves this true.
  bool changed() const;

  // The YAML of the configuration in use, and that of one of its jobs; nothing if there is no such job.
  std::string yaml() const;
  std::optional<std::string> job_yaml(const std::string& job) const;
  ReloadState state() const;

 private:
  struct Loaded {
    config::Config config;
    uint64_t fingerprint;  // taken before reading: a change in between is one to come
  };

  Result<Loaded> read();
  Result<> apply(const config::Config& config);
  Result<> use(Loaded loaded);

  const std::string path_;
  const config::Defaults defaults_;
  const Clock& clock_;
  Log& log_;

  std::function<void(bool)> told_;

  std::mutex reload_mutex_;  // one reload at a time
  std::vector<Part> parts_;  // guarded by reload_mutex_, as the next
  uint64_t first_fingerprint_ = 0;

  mutable std::mutex mutex_;  // guards the rest
  std::string yaml_;
  std::map<std::string, std::string> job_yaml_;
  uint64_t fingerprint_ = 0;
  ReloadState state_;
};

}  // namespace narthex::server
