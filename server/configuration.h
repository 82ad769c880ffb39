// The configuration file in use: loads it, hands it on, and says what became of it.
#pragma once

#include <functional>
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
  // Reads the file again and applies it. On errors, which are logged, the old configuration stays.
  Result<> reload();

  // The YAML of the configuration in use.
  std::string yaml() const;
  ReloadState state() const;

 private:
  Result<config::Config> read();
  Result<> use(config::Config config);

  const std::string path_;
  const Clock& clock_;
  Log& log_;

  std::mutex reload_mutex_;  // one reload at a time
  Apply apply_;              // guarded by reload_mutex_

  mutable std::mutex mutex_;  // guards the rest
  std::string yaml_;
  ReloadState state_;
};

}  // namespace narthex::server
