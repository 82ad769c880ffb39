// The configuration file in use: loads it, hands it on, and says what became of it.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "config/config.h"
#include "server/metrics.h"

namespace narthex::server {

// Thread-safe: reloads come from signals and from HTTP requests.
class Configuration {
 public:
  // Makes a loaded configuration the one in use.
  using Apply = std::function<Result<>(const config::Config&)>;

  // `clock` and `log` must outlive it.
  Configuration(std::string path, const Clock& clock, Log& log) : path_(std::move(path)), clock_(clock), log_(log) {}

  // Reads the file for the first time. All mistakes are logged, each with its place.
  Result<config::Config> load();
  // Who gets configurations from now on; called with `first` at once.
  Result<> start(Apply apply, config::Config first);
  // Told of every reload's success. To be set before the first one.
  void on_reload(std::function<void(bool)> told) { told_ = std::move(told); }
  // Reads the file again and applies it. On errors, which are logged, the old configuration stays.
  Result<> reload();

  // The YAML of the configuration in use, and that of one of its jobs; nothing if there is no such job.
  std::string yaml() const;
  std::optional<std::string> job_yaml(const std::string& job) const;
  ReloadState state() const;

 private:
  Result<config::Config> read();
  Result<> use(config::Config config);

  const std::string path_;
  const Clock& clock_;
  Log& log_;

  std::function<void(bool)> told_;

  std::mutex reload_mutex_;  // one reload at a time
  Apply apply_;              // guarded by reload_mutex_

  mutable std::mutex mutex_;  // guards the rest
  std::string yaml_;
  std::map<std::string, std::string> job_yaml_;
  ReloadState state_;
};

}  // namespace narthex::server
