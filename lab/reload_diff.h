// What a reload would change: jobs, their targets, and how many series that concerns. Pure.
//
//   ReloadDiff diff = diff_reload(running, side_of(config));
//   out << reload_text(diff);
#pragma once

#include <boost/json/fwd.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lab/config_diff.h"
#include "model/labels.h"

namespace narthex::lab {

struct ScrapedTarget {
  Labels labels;  // public ones
  std::string url;
  std::optional<uint64_t> series;  // that its last scrape had; absent if nobody can tell
};

// One of the two sides: a file that could be loaded, or what runs.
struct ReloadSide {
  ConfigView config;
  std::map<std::string, std::vector<ScrapedTarget>> targets;  // by job; without those that are still to be discovered
  bool discovered = false;                                    // whether `targets` has what *_sd_configs found
  // The options of the jobs with their secrets, if they are known.
  std::map<std::string, scrape::JobOptions> options;
};

// The side of a file: targets are those of static_configs, relabeled.
ReloadSide side_of(const config::Config& config);

struct JobDiff {
  enum class Kind {
    kAdded,
    kRemoved,
    kChanged,    // its section, its targets or both
    kNotShown,   // it runs, but nothing is known of its section (scrape_config_files)
    kUnchanged,  // kept for its secrets only
  };
  std::string job;
  Kind kind = Kind::kChanged;
  FieldDiff fields;
  std::vector<ScrapedTarget> targets_added;
  std::vector<ScrapedTarget> targets_removed;
  size_t targets_kept = 0;
  std::optional<uint64_t> series;         // of the targets that run and are concerned, if the running side tells
  std::vector<std::string> undiscovered;  // sections whose targets are not known on the side of a file
};

struct ReloadDiff {
  FieldDiff sections;
  std::vector<JobDiff> jobs;  // by name
  // Nothing that is known differs.
  bool empty() const;
};

ReloadDiff diff_reload(const ReloadSide& running, const ReloadSide& next);

// For people: what differs, what could not be compared, and a summary as the last line.
std::string reload_text(const ReloadDiff& diff);
// {"different":…,"sections":[{"field","before","after"}],"jobs":[{"job","change","fields","targetsAdded",
//   "targetsRemoved","targetsKept","series","undiscovered"}],"secretsNotCompared":[…]}
boost::json::object reload_json(const ReloadDiff& diff);

}  // namespace narthex::lab
