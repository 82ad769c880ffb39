// Differences as text and as JSON.
#include <algorithm>
#include <boost/json.hpp>

#include "base/quote.h"
#include "lab/reload_diff.h"

namespace narthex::lab {
namespace {

namespace json = boost::json;

std::string counted(uint64_t count, const std::string& noun) {
  const bool plural = count != 1 && noun != "series";
  return std::to_string(count) + " " + noun + (plural ? "s" : "");
}

std::string change_text(const FieldChange& change) {
  if (!change.before) return "+ " + change.path + ": " + *change.after;
  if (!change.after) return "- " + change.path + ": " + *change.before;
  return "~ " + change.path + ": " + *change.before + " → " + *change.after;
}

std::string target_line(const char* sign, const ScrapedTarget& target) {
  std::string out = "  " + std::string(sign) + " target " + target.labels.str() + " " + target.url;
  if (target.series) out += ", " + counted(*target.series, "series");
  return out + "\n";
}

const char* kind_name(JobDiff::Kind kind) {
  static constexpr const char* kNames[] = {"added", "removed", "changed", "notShown", "unchanged"};
  return kNames[static_cast<size_t>(kind)];
}

std::string head(const JobDiff& job) {
  std::string out = "job " + go_quote(job.job) + ": ";
  if (job.kind == JobDiff::Kind::kNotShown) {
    out += "its section is in a file of scrape_config_files, which the running server does not show";
  } else {
    out += kind_name(job.kind);
  }
  if (job.kind == JobDiff::Kind::kChanged && job.fields.changes.empty()) out += ", its section is the same";
  if (job.targets_kept > 0) out += ", keeps " + counted(job.targets_kept, "target");
  if (job.series) {
    const bool ends = job.kind == JobDiff::Kind::kRemoved || job.fields.changes.empty();
    out += ", " + counted(*job.series, "series") + (ends ? " end" : " concerned");
  }
  return out + "\n";
}

std::string job_text(const JobDiff& job) {
  std::string out = head(job);
  for (const FieldChange& change : job.fields.changes) out += "  " + change_text(change) + "\n";
  for (const ScrapedTarget& target : job.targets_removed) out += target_line("-", target);
  for (const ScrapedTarget& target : job.targets_added) out += target_line("+", target);
  for (const std::string& section : job.undiscovered) out += "  targets of " + section + " are not known here\n";
  return out;
}

// Everything that was not compared, as `job "a": basic_auth.password` or `remote_write[0].url`.
std::vector<std::string> not_compared(const ReloadDiff& diff) {
  std::vector<std::string> out = diff.sections.secrets;
  for (const JobDiff& job : diff.jobs) {
    for (const std::string& path : job.fields.secrets) out.push_back("job " + go_quote(job.job) + ": " + path);
  }
  return out;
}

std::string summary(const ReloadDiff& diff) {
  if (diff.empty()) return "a reload would change nothing that is known here\n";
  size_t counts[5] = {};
  size_t added = 0;
  size_t removed = 0;
  for (const JobDiff& job : diff.jobs) {
    ++counts[static_cast<size_t>(job.kind)];
    added += job.targets_added.size();
    removed += job.targets_removed.size();
  }
  return "jobs: " + std::to_string(counts[0]) + " added, " + std::to_string(counts[1]) + " removed, " +
         std::to_string(counts[2]) + " changed; targets: " + std::to_string(added) + " added, " +
         std::to_string(removed) + " removed; other fields: " + std::to_string(diff.sections.changes.size()) +
         " changed\n";
}

json::value text_or_null(const std::optional<std::string>& text) {
  return text ? json::value(json::string(*text)) : json::value(nullptr);
}

json::value number_or_null(const std::optional<uint64_t>& number) {
  return number ? json::value(*number) : json::value(nullptr);
}

json::array changes_json(const std::vector<FieldChange>& changes) {
  json::array out;
  for (const FieldChange& change : changes) {
    out.push_back(json::object{
        {"field", change.path}, {"before", text_or_null(change.before)}, {"after", text_or_null(change.after)}});
  }
  return out;
}

json::array targets_json(const std::vector<ScrapedTarget>& targets) {
  json::array out;
  for (const ScrapedTarget& target : targets) {
    json::object labels;
    for (const Label& label : target.labels) labels[label.name] = label.value;
    out.push_back(json::object{
        {"labels", std::move(labels)}, {"scrapeUrl", target.url}, {"series", number_or_null(target.series)}});
  }
  return out;
}

json::array strings_json(const std::vector<std::string>& strings) {
  return json::array(strings.begin(), strings.end());
}

}  // namespace

std::string reload_text(const ReloadDiff& diff) {
  std::string out;
  for (const FieldChange& change : diff.sections.changes) out += change_text(change) + "\n";
  for (const JobDiff& job : diff.jobs) {
    if (job.kind != JobDiff::Kind::kUnchanged) out += job_text(job);
  }
  const auto secrets = not_compared(diff);
  if (!secrets.empty()) out += "secrets cannot be compared:\n";
  for (const std::string& path : secrets) out += "  " + path + "\n";
  return out + summary(diff);
}

json::object reload_json(const ReloadDiff& diff) {
  json::array jobs;
  for (const JobDiff& job : diff.jobs) {
    if (job.kind == JobDiff::Kind::kUnchanged) continue;
    jobs.push_back(json::object{{"job", job.job},
                                {"change", kind_name(job.kind)},
                                {"fields", changes_json(job.fields.changes)},
                                {"targetsAdded", targets_json(job.targets_added)},
                                {"targetsRemoved", targets_json(job.targets_removed)},
                                {"targetsKept", job.targets_kept},
                                {"series", number_or_null(job.series)},
                                {"undiscovered", strings_json(job.undiscovered)}});
  }
  return {{"different", !diff.empty()},
          {"sections", changes_json(diff.sections.changes)},
          {"jobs", std::move(jobs)},
          {"secretsNotCompared", strings_json(not_compared(diff))}};
}

}  // namespace narthex::lab
