#include "lab/reload_diff.h"

#include <algorithm>
#include <set>

#include "lab/explain.h"

namespace narthex::lab {
namespace {

const std::vector<ScrapedTarget>& targets_of(const ReloadSide& side, const std::string& job) {
  static const std::vector<ScrapedTarget> kNone;
  auto found = side.targets.find(job);
  return found == side.targets.end() ? kNone : found->second;
}

bool same_target(const ScrapedTarget& a, const ScrapedTarget& b) { return a.url == b.url && a.labels == b.labels; }

std::vector<ScrapedTarget> missing_in(const std::vector<ScrapedTarget>& from, const std::vector<ScrapedTarget>& other) {
  std::vector<ScrapedTarget> out;
  for (const ScrapedTarget& target : from) {
    auto same = [&](const ScrapedTarget& t) { return same_target(t, target); };
    if (std::none_of(other.begin(), other.end(), same)) out.push_back(target);
  }
  return out;
}

// The sections of a job whose targets this side does not know.
std::vector<std::string> undiscovered(const ReloadSide& side, const std::string& job) {
  auto found = side.config.jobs().find(job);
  if (side.discovered || found == side.config.jobs().end()) return {};
  return discovery_sections(found->second);
}

void compare_targets(const ReloadSide& running, const ReloadSide& next, JobDiff& diff) {
  const auto& before = targets_of(running, diff.job);
  const auto& after = targets_of(next, diff.job);
  diff.targets_added = missing_in(after, before);
  diff.targets_removed = missing_in(before, after);
  diff.targets_kept = before.size() - diff.targets_removed.size();
  std::set<std::string> sections;
  for (const ReloadSide* side : {&running, &next}) {
    for (std::string& name : undiscovered(*side, diff.job)) sections.insert(std::move(name));
  }
  diff.undiscovered.assign(sections.begin(), sections.end());
  // What discovery found before it may find again, and what is new here it may have found.
  if (!undiscovered(next, diff.job).empty()) diff.targets_removed.clear();
  if (!undiscovered(running, diff.job).empty()) diff.targets_added.clear();
}

std::optional<uint64_t> series_of(const std::vector<ScrapedTarget>& targets) {
  uint64_t sum = 0;
  bool known = false;
  for (const ScrapedTarget& target : targets) {
    known = known || target.series.has_value();
    sum += target.series.value_or(0);
  }
  return known ? std::optional(sum) : std::nullopt;
}

// Both sides know the options, secrets included: whether there is more than the printed text tells.
void compare_options(const ReloadSide& running, const ReloadSide& next, JobDiff& diff) {
  auto before = running.options.find(diff.job);
  auto after = next.options.find(diff.job);
  if (before == running.options.end() || after == next.options.end()) return;
  if (diff.fields.changes.empty() && before->second != after->second) {
    diff.fields.changes.push_back({"a secret", "<secret>", "<secret>"});
  }
  auto of_job = [](const std::string& path) { return path.find("_sd_configs[") == std::string::npos; };
  std::erase_if(diff.fields.secrets, of_job);
}

JobDiff compare_job(const std::string& job, const ReloadSide& running, const ReloadSide& next) {
  JobDiff diff;
  diff.job = job;
  auto before = running.config.jobs().find(job);
  auto after = next.config.jobs().find(job);
  const bool runs = before != running.config.jobs().end() || running.config.opaque_jobs().contains(job);
  compare_targets(running, next, diff);
  if (!runs) {
    diff.kind = JobDiff::Kind::kAdded;
  } else if (after == next.config.jobs().end()) {
    diff.kind = JobDiff::Kind::kRemoved;
    diff.targets_removed = targets_of(running, job);
    diff.targets_kept = 0;
  } else if (before == running.config.jobs().end()) {
    diff.kind = JobDiff::Kind::kNotShown;
  } else {
    diff.fields = diff_fields(before->second, after->second);
    compare_options(running, next, diff);
  }
  const bool same_targets = diff.targets_added.empty() && diff.targets_removed.empty();
  if (diff.kind == JobDiff::Kind::kChanged && diff.fields.changes.empty() && same_targets) {
    diff.kind = JobDiff::Kind::kUnchanged;
  }
  // Targets that go lose their series; a changed section concerns those of all targets.
  diff.series = series_of(diff.fields.changes.empty() ? diff.targets_removed : targets_of(running, job));
  return diff;
}

}  // namespace

ReloadSide side_of(const config::Config& config) {
  ReloadSide side;
  side.config = ConfigView::of(config);
  for (const config::ScrapeJob& job : config.jobs) {
    const std::string& name = job.scrape.job_name;
    side.options[name] = job.scrape;
    auto explainer = JobExplainer::create(job.scrape);
    if (!explainer) continue;
    for (const TargetTrace& trace : explainer->static_targets(job.discovery.statics)) {
      const auto* target = std::get_if<scrape::Target>(&trace.outcome);
      ScrapedTarget scraped;
      if (target) scraped = {target->public_labels, target->url, {}};
      auto same = [&](const ScrapedTarget& t) { return same_target(t, scraped); };
      auto& list = side.targets[name];
      if (target && std::none_of(list.begin(), list.end(), same)) list.push_back(std::move(scraped));
    }
  }
  return side;
}

bool ReloadDiff::empty() const {
  auto same = [](const JobDiff& job) {
    const bool same_targets = job.targets_added.empty() && job.targets_removed.empty();
    return job.kind == JobDiff::Kind::kUnchanged || (job.kind == JobDiff::Kind::kNotShown && same_targets);
  };
  return sections.changes.empty() && std::all_of(jobs.begin(), jobs.end(), same);
}

ReloadDiff diff_reload(const ReloadSide& running, const ReloadSide& next) {
  ReloadDiff diff;
  diff.sections = diff_sections(running.config, next.config);
  std::set<std::string> names = running.config.opaque_jobs();
  for (const ReloadSide* side : {&running, &next}) {
    for (const auto& [name, node] : side->config.jobs()) names.insert(name);
  }
  for (const std::string& name : names) {
    JobDiff job = compare_job(name, running, next);
    const bool silent = job.kind == JobDiff::Kind::kUnchanged && job.fields.secrets.empty();
    if (!silent) diff.jobs.push_back(std::move(job));
  }
  return diff;
}

}  // namespace narthex::lab
