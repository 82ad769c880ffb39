// What differs between two configurations as /api/v1/status/config prints them: field by field, with secrets hidden.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/yaml.h"
#include "config/config.h"

namespace narthex::lab {

struct FieldChange {
  std::string path;  // "relabel_configs[1].regex"
  // As YAML on one line; absent if that side does not have the field.
  std::optional<std::string> before;
  std::optional<std::string> after;
  friend bool operator==(const FieldChange&, const FieldChange&) = default;
};

struct FieldDiff {
  std::vector<FieldChange> changes;
  std::vector<std::string> secrets;  // paths of values that both sides hide: whether they are equal is not known
};

// Compares two values. Where lists differ, what is equal at their beginnings and ends is left out and the rest is
// compared item by item.
FieldDiff diff_fields(const yaml::Node& before, const yaml::Node& after);

// A configuration, ready to be compared. A value type.
class ConfigView {
 public:
  // Of a loaded configuration, the jobs of scrape_config_files included.
  static ConfigView of(const config::Config& config);
  // Of a printed one. The jobs of scrape_config_files are not in it: those of `pools`, the names of all running jobs,
  // that the text does not have become opaque. Error: no YAML.
  static Result<ConfigView> of_printed(std::string_view yaml, const std::vector<std::string>& pools);

  // All but the jobs: a mapping that may have `scrape_configs`, which is to be overlooked.
  yaml::Node sections() const { return documents_.front().root(); }
  // By name.
  const std::map<std::string, yaml::Node>& jobs() const { return jobs_; }
  // Jobs that run, but whose sections are not known.
  const std::set<std::string>& opaque_jobs() const { return opaque_jobs_; }

 private:
  std::vector<yaml::Document> documents_;  // own the nodes
  std::map<std::string, yaml::Node> jobs_;
  std::set<std::string> opaque_jobs_;
};

// The sections beside the jobs, compared.
FieldDiff diff_sections(const ConfigView& before, const ConfigView& after);

// The names of the `*_sd_configs` in a job, sorted.
std::vector<std::string> discovery_sections(const yaml::Node& job);

}  // namespace narthex::lab
