#include "server/configuration.h"

#include "base/quote.h"

namespace narthex::server {

Result<Configuration::Loaded> Configuration::read() {
  log_.info("Loading configuration file", {{"filename", path_}});
  const auto fingerprint = config::fingerprint(path_);
  config::LoadResult loaded = config::load_file(path_, defaults_);
  for (const Error& warning : loaded.warnings) {
    log_.warn(warning.message, {{"place", warning.place.str()}});
  }
  if (loaded.config) return Loaded{std::move(*loaded.config), fingerprint ? *fingerprint : 0};
  for (const Error& error : loaded.errors) {
    log_.error("Error loading config (--config.file=" + path_ + ")", {{"file", path_}, {"err", error.str()}});
  }
  std::string all;
  for (const Error& error : loaded.errors) all.append(all.empty() ? "" : "; ").append(error.str());
  return invalid("couldn't load configuration (--config.file=" + go_quote(path_) + "): " + all);
}

Result<config::Config> Configuration::load() {
  std::lock_guard lock(reload_mutex_);
  auto loaded = read();
  if (!loaded) return loaded.error();
  first_fingerprint_ = loaded->fingerprint;
  return std::move(loaded->config);
}

Result<> Configuration::start(std::vector<Part> parts, config::Config first) {
  std::lock_guard lock(reload_mutex_);
  parts_ = std::move(parts);
  return use({std::move(first), first_fingerprint_});
}

Result<> Configuration::reload() {
  std::lock_guard lock(reload_mutex_);
  if (parts_.empty()) return Error{Code::kUnavailable, "the server is still starting"};
  auto loaded = read();
  auto done = loaded ? use(std::move(*loaded)) : Result<>(loaded.error());
  if (!done) {
    std::lock_guard state_lock(mutex_);
    state_.last_successful = false;
  }
  if (told_) told_(done.has_value());
  return done;
}

Result<> Configuration::apply(const config::Config& config) {
  bool failed = false;
  for (const Part& part : parts_) {
    auto applied = part.apply(config);
    if (applied) continue;
    failed = true;
    log_.error("Failed to apply configuration", {{"file", path_}, {"part", part.name}, {"err", applied.error().str()}});
  }
  if (!failed) return {};
  return invalid("one or more errors occurred while applying the new configuration (--config.file=" + go_quote(path_) +
                 ")");
}

Result<> Configuration::use(Loaded loaded) {
  auto applied = apply(loaded.config);
  if (applied) log_.info("Completed loading of configuration file", {{"filename", path_}});
  std::lock_guard lock(mutex_);
  yaml_ = std::move(loaded.config.yaml);
  job_yaml_.clear();
  for (config::ScrapeJob& job : loaded.config.jobs) job_yaml_[job.scrape.job_name] = std::move(job.yaml);
  state_.last_successful = applied.has_value();
  if (!applied) return applied;
  fingerprint_ = loaded.fingerprint;
  state_.last_success_seconds = static_cast<double>(clock_.now_ms()) / 1000;
  return {};
}

bool Configuration::changed() const {
  const auto now = config::fingerprint(path_);
  std::lock_guard lock(mutex_);
  return !now || *now != fingerprint_;
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
