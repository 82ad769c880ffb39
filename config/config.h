// prometheus.yml → options of all folders, validated. The only place that knows how a configuration file looks.
// Sources: scrape spec, section 1; relabel spec, sections 1 and 2; configuration spec, section 1.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/duration.h"
#include "model/labels.h"
#include "scrape/options.h"
#include "sd/options.h"

namespace narthex::config {

// The `global` section, defaults filled in. Jobs have inherited from it already: those who run jobs need the first
// members only.
struct Global {
  Duration scrape_interval = Duration::minutes(1);
  Duration scrape_timeout = Duration::seconds(10);  // at most scrape_interval
  Duration evaluation_interval = Duration::minutes(1);
  Labels external_labels;  // environment variables expanded

  Duration rule_query_offset;
  std::string query_log_file;
  std::string scrape_failure_log_file;
  std::vector<scrape::Protocol> protocols;  // never empty
  bool protocols_set = false;               // whether the file names them
  scrape::Limits limits;
  NameScheme name_validation = NameScheme::kUtf8;
  scrape::Escaping escaping = scrape::Escaping::kAllowUtf8;
  bool scrape_native_histograms = false;
  bool convert_classic_histograms = false;
  bool always_scrape_classic_histograms = false;
  bool extra_scrape_metrics = false;
  friend bool operator==(const Global&, const Global&) = default;
};

struct ScrapeJob {
  scrape::JobOptions scrape;
  sd::Options discovery;
  Place place;       // of the section; in a file of scrape_config_files for jobs from there
  std::string yaml;  // the section as it is printed, see Config::yaml
};

// The section storage.tsdb, as far as this program uses it. Nothing: the file does not say.
struct Tsdb {
  std::optional<Duration> retention_time;  // 0: no limit, as below
  std::optional<int64_t> retention_bytes;
  std::optional<double> retention_percentage;  // of the file system, 0 to 100
  Duration out_of_order_time_window;
  friend bool operator==(const Tsdb&, const Tsdb&) = default;
};

struct Config {
  Global global;
  Tsdb tsdb;
  std::vector<ScrapeJob> jobs;      // of the main file, then of scrape_config_files in the order of their names
  int64_t max_exemplars = 100'000;  // storage.exemplars: kept in memory; <= 0: none
  // Re-marshalled as the reference prints it: defaults and inherited values filled in, secrets as <secret>, passwords
  // in URLs as xxxxx, also in sections that are not used (see warnings). Without the jobs of
  // scrape_config_files. For /api/v1/status/config.
  std::string yaml;
};

// What holds where a file says nothing, as far as flags of the server decide it.
struct Defaults {
  bool extra_scrape_metrics = false;  // --enable-feature=extra-scrape-metrics: of the global section
};

// What loading a file said. There is a configuration iff there are no errors. Both lists are ordered by place.
struct LoadResult {
  std::optional<Config> config;
  std::vector<Error> errors;
  std::vector<Error> warnings;
};

// Reads a file and the files it names (scrape_config_files), relative paths against the file that mentions them. Never
// stops at the first error: all are reported, each with file, line and column. A message is the reference's text;
// complaints about YAML types begin with "line N: ". One warning names all sections that are read but not used.
// External labels are expanded from the environment. An unreadable file is one error of code kIo, worded
// `open <path>: no such file or directory`.
LoadResult load_file(const std::string& path, const Defaults& defaults = {});
// The same for text; `path` is used for places and relative paths, and need not exist.
LoadResult load_text(std::string_view text, const std::string& path, const Defaults& defaults = {});

// A number that changes when the content of the file changes, or of the files that its rule_files and
// scrape_config_files match, or which these are. Whether they can be loaded does not matter. Error (kIo): the file
// itself cannot be read.
Result<uint64_t> fingerprint(const std::string& path);

// An error as the reference would log it: `parsing YAML file <path>: <message>`, for complaints about YAML types
// `parsing YAML file <path>: yaml: unmarshal errors:` and the message on a line of its own. `path` is the main file;
// the name of another file stands before the message.
std::string reference_text(const std::string& path, const Error& error);

}  // namespace narthex::config
