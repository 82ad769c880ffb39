#include "server/features.h"

#include <algorithm>
#include <iterator>
#include <sstream>
#include <string_view>

namespace narthex::server {
namespace {

struct Served {
  std::string_view name;
  bool promql::Features::*member;
};

constexpr Served kServed[] = {
    {"promql-binop-fill-modifiers", &promql::Features::binop_fill},
    {"promql-delayed-name-removal", &promql::Features::delayed_name_removal},
    {"promql-experimental-functions", &promql::Features::experimental_functions},
    {"promql-extended-range-selectors", &promql::Features::extended_range_selectors},
    {"use-start-timestamps", &promql::Features::start_timestamps},
};

// Always on, here and there.
constexpr std::string_view kAlwaysOn = "promql-duration-expr";

constexpr std::string_view kOthers[] = {
    "auto-reload-config",
    "concurrent-rule-eval",
    "created-timestamp-zero-ingestion",
    "delayed-compaction",
    "exemplar-storage",
    "extra-scrape-metrics",
    "histograms-st-encoding",
    "memory-snapshot-on-shutdown",
    "metadata-wal-records",
    "old-ui",
    "otlp-deltatocumulative",
    "otlp-native-delta-ingestion",
    "promql-per-step-stats",
    "search-api",
    "st-storage",
    "st-synthesis",
    "type-and-unit-labels",
    "use-uncached-io",
    "xor2-encoding",
};

void read_one(const std::string& name, EnabledFeatures& out) {
  if (name.empty() || name == kAlwaysOn) return;
  const auto* served =
      std::find_if(std::begin(kServed), std::end(kServed), [&](const Served& s) { return s.name == name; });
  if (served != std::end(kServed)) {
    out.promql.*(served->member) = true;
  } else if (std::find(std::begin(kOthers), std::end(kOthers), name) != std::end(kOthers)) {
    out.without_effect.push_back(name);
  } else {
    out.unknown.push_back(name);
  }
}

}  // namespace

EnabledFeatures read_features(const std::vector<std::string>& flags) {
  EnabledFeatures out;
  for (const std::string& flag : flags) {
    std::istringstream names(flag);
    for (std::string name; std::getline(names, name, ',');) read_one(name, out);
  }
  return out;
}

}  // namespace narthex::server
