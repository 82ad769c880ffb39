#include "config/sections/context.h"

#include <algorithm>
#include <filesystem>
#include <tuple>

#include "base/quote.h"
#include "config/sections/url.h"

namespace narthex::config {

std::string directory_of(const std::string& file) {
  const std::string folder = std::filesystem::path(file).parent_path().string();
  return folder.empty() ? "." : folder;
}

std::string resolve_path(const std::string& directory, std::string_view path) {
  if (path.empty() || path.front() == '/') return std::string(path);
  return (std::filesystem::path(directory) / path).lexically_normal().string();
}

void UnusedSections::note(const std::string& section, const std::string& job, const Place& place) {
  if (jobs_of_.empty() || std::tie(place.line, place.column) < std::tie(first_.line, first_.column)) first_ = place;
  std::vector<std::string>& jobs = jobs_of_[section];
  if (!job.empty() && std::find(jobs.begin(), jobs.end(), job) == jobs.end()) jobs.push_back(job);
}

std::optional<Error> UnusedSections::warning() const {
  if (jobs_of_.empty()) return {};
  std::string message = "read, but not used by this version: ";
  for (const auto& [section, jobs] : jobs_of_) {
    if (!message.ends_with(' ')) message += ", ";
    message += section;
    if (jobs.empty()) continue;
    message += jobs.size() == 1 ? " (job" : " (jobs";
    for (const std::string& job : jobs) message += (message.ends_with("\"") ? ", " : " ") + go_quote(job);
    message += ')';
  }
  return Error{Code::kUnsupported, message, first_};
}

bool read_url(yaml::Fields& fields, std::string_view name, std::string& out) {
  if (!fields.read(name, out)) return false;
  auto url = parse_url(out);
  if (!url) fields.problems().add(fields.place_of(name), url.error().message);
  return url.has_value();
}

std::vector<std::string> read_patterns(yaml::Fields& fields, std::string_view name, const Context& context,
                                       std::string_view complaint) {
  std::vector<std::string> patterns;
  fields.each(name, "[]string", [&](const yaml::Node& item) {
    std::string pattern;
    if (!yaml::read(item, pattern, fields.problems())) return;
    const size_t star = pattern.find('*');
    if (star != std::string::npos && pattern.find('/', star) != std::string::npos) {
      fields.problems().add(item, std::string(complaint) + " " + go_quote(pattern));
    }
    patterns.push_back(context.resolve(pattern));
  });
  return patterns;
}

void read_path(yaml::Fields& fields, std::string_view name, const Context& context, std::string& out) {
  if (fields.read(name, out)) out = context.resolve(out);
}

}  // namespace narthex::config
