// prometheus.yml → options of all folders, validated. The only place that knows how a configuration file looks.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/duration.h"
#include "model/labels.h"
#include "scrape/options.h"
#include "sd/options.h"

namespace narthex::config {

struct Global {
  Duration scrape_interval = Duration::minutes(1);
  Duration scrape_timeout = Duration::seconds(10);
  Duration evaluation_interval = Duration::minutes(1);
  Labels external_labels;
};

struct ScrapeJob {
  scrape::JobOptions scrape;
  sd::Options discovery;
  Place place;  // of the section
};

struct Config {
  Global global;
  std::vector<ScrapeJob> jobs;
  std::string yaml;  // re-marshalled with defaults filled in and secrets as <secret>: /api/v1/status/config
};

// What loading a file said. There is a configuration iff there are no errors; both lists have places.
struct LoadResult {
  std::optional<Config> config;
  std::vector<Error> errors;
  std::vector<Error> warnings;
};

// Reads a file and the files it names (scrape_config_files), relative paths against the file that mentions them. Never
// stops at the first error: all are reported. External labels are expanded from the environment.
LoadResult load_file(const std::string& path);
// The same for text; `path` is used for places and relative paths.
LoadResult load_text(std::string_view text, const std::string& path);

// One line per error as the reference words it: `parsing YAML file <path>: <message>`, for logs.
std::string reference_text(const std::string& path, const Error& error);

}  // namespace narthex::config
