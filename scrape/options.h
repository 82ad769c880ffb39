// What a scrape job's section says, with all defaults and inheritance resolved. Plain data. Scrape spec, section 1.5.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/duration.h"
#include "model/labels.h"
#include "net/options.h"
#include "relabel/options.h"

namespace narthex::scrape {

enum class Protocol { kProto, kText004, kText100, kOpenMetrics001, kOpenMetrics100 };
enum class Escaping { kAllowUtf8, kUnderscores, kDots, kValues };

struct Limits {
  int64_t body_size = 0;  // bytes; <= 0: none
  uint64_t samples = 0;   // 0: none, here and below
  uint64_t targets = 0;
  uint64_t labels = 0;
  uint64_t label_name_length = 0;
  uint64_t label_value_length = 0;
  uint64_t keep_dropped_targets = 0;
  uint64_t native_histogram_buckets = 0;
  friend bool operator==(const Limits&, const Limits&) = default;
};

struct JobOptions {
  std::string job_name;
  Duration interval = Duration::minutes(1);
  Duration timeout = Duration::seconds(10);
  std::vector<Protocol> protocols;  // in order of preference, as configured; empty: the defaults
  std::string fallback_protocol;    // as written, "" = none
  bool honor_labels = false;
  bool honor_timestamps = true;
  bool track_timestamps_staleness = false;
  bool enable_compression = true;
  std::string metrics_path = "/metrics";
  std::string scheme = "http";
  std::map<std::string, std::vector<std::string>> params;
  Limits limits;
  double native_histogram_min_bucket_factor = 0;
  bool scrape_native_histograms = false;
  bool convert_classic_histograms = false;
  bool always_scrape_classic_histograms = false;
  bool extra_scrape_metrics = false;
  NameScheme name_validation = NameScheme::kUtf8;
  Escaping escaping = Escaping::kAllowUtf8;
  std::string failure_log_file;
  relabel::RuleList relabel;
  relabel::RuleList metric_relabel;
  net::HttpClientOptions http;
  friend bool operator==(const JobOptions&, const JobOptions&) = default;
};

// What --enable-feature switches on for scraping.
struct Features {
  bool exemplar_storage = false;
  bool start_timestamps = false;  // st-storage: since when a sample counts is stored with it
  bool type_and_unit_labels = false;
};

// What all jobs share: flags and the global section.
struct ManagerOptions {
  std::string fqdn;                                          // this machine's name by reverse lookup; part of the seed
  Labels external_labels;                                    // part of the seed that spreads scrapes
  bool adjust_timestamps = true;                             // --scrape.adjust-timestamps
  Duration timestamp_tolerance = Duration::milliseconds(2);  // --scrape.timestamp-tolerance
  Features features;
  int reactors = 1;
  int clock_rate = 1;      // nanoseconds of the manager's clock per real one: more in tests that play a day
  uint64_t line_seed = 0;  // of the secret under which lines are hashed; 0: a random one
};

}  // namespace narthex::scrape
