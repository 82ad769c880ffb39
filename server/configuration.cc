#include "server/configuration.h"

namespace narthex::server {

Result<config::Config> Configuration::read() {
  log_.info("Loading configuration file", {{"filename", path_}});
  config::LoadResult loaded = config::load_file(path_);
  for (const Error& warning : loaded.warnings) {
    log_.warn(warning.message, {{"place", warning.place.str()}});
  }
  if (loaded.config) return std::move(*loaded.config);
  for (const Error& error : loaded.errors) {
    log_.error("Error loading config (--config.file=" + path_ + ")", {{"file", path_}, {"err", error.str()}});
  }
  std::string all;
  for (const Error& error : loaded.errors) all.append(all.empty() ? "" : "; ").append(error.str());
  return invalid("couldn't load configuration (--config.file=" + path_ + "): " + all);
}

Result<config::Config> Configuration::load() { return read(); }

Result<> Configuration::start(Apply apply, config::Config first) {
  std::lock_guard lock(reload_mutex_);
  apply_ = std::move(apply);
  return use(std::move(first));
}

Result<> Configuration::reload() {
  std::lock_guard lock(reload_mutex_);
  if (!apply_) return Error{Code::kUnavailable, "the server is still starting"};
  auto config = read();
  auto done = config ? use(std::move(*config)) : Result<>(config.error());
  if (!done) {
    std::lock_guard state_lock(mutex_);
    state_.last_successful = false;
  }
  if (told_) told_(done.has_value());
  return done;
}

Result<> Configuration::use(config::Config config) {
  if (auto applied = apply_(config); !applied) {
    log_.error("Failed to apply configuration", {{"file", path_}, {"err", applied.error().str()}});
    return applied.error();
  }
  log_.info("Completed loading of configuration file", {{"filename", path_}});
  std::lock_guard lock(mutex_);
  yaml_ = std::move(config.yaml);
  job_yaml_.clear();
  for (config::ScrapeJob& job : config.jobs) job_yaml_[job.scrape.job_name] = std::move(job.yaml);
  state_ = {true, static_cast<double>(clock_.now_ms()) / 1000};
  return {};
}

std::string Configuration::yaml() const {
  std::lock_guard lock(mutex_);
  return yaml_;
}

std::optional<std::string> Configuration::job_yaml(const std::string& job) const {
  std::lock_guard lock(mutex_);
  const auto found = job_yaml_.find(job);
  return found == job_yaml_.end() ? std::nullopt : std::optional(found->second);
}

ReloadState Configuration::state() const {
  std::lock_guard lock(mutex_);
  return state_;
}

}  // namespace narthex::server
