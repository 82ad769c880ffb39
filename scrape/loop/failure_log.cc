#include "scrape/loop/failure_log.h"

namespace narthex::scrape {

Result<> FailureLog::reopen() {
  auto opened = open_file_log(path_, LogLevel::kError);
  if (!opened) return prefixed("scrape_failure_log_file: ", opened.error());
  const std::lock_guard lock(mutex_);
  log_ = std::move(*opened);
  return {};
}

void FailureLog::write(const std::string& job, const std::string& url, std::string_view error) const {
  std::shared_ptr<Log> log;
  {
    const std::lock_guard lock(mutex_);
    log = log_;
  }
  if (log) log->error(error, {{"source", "scrape"}, {"job_name", job}, {"target", url}});
}

Result<std::shared_ptr<FailureLog>> FailureLogs::get(const std::string& path) {
  if (path.empty()) return std::shared_ptr<FailureLog>();
  std::weak_ptr<FailureLog>& known = logs_[path];
  if (auto log = known.lock()) return log;
  auto made = std::make_shared<FailureLog>(path);
  if (auto opened = made->reopen(); !opened) return opened.error();
  known = made;
  return made;
}

Result<> FailureLogs::reopen() {
  std::erase_if(logs_, [](const auto& entry) { return entry.second.expired(); });
  Result<> first;
  for (auto& [path, weak] : logs_) {
    auto log = weak.lock();
    if (auto opened = log ? log->reopen() : Result<>(); !opened && first) first = opened;
  }
  return first;
}

}  // namespace narthex::scrape
