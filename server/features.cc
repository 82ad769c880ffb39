#include "server/features.h"

#include <algorithm>
#include <iterator>
#include <sstream>
#include <string_view>

namespace narthex::server {
namespace {

// A served feature: the name and the switch that it turns on.
template <class Features>
struct Served {
  std::string_view name;
  bool Features::*member;
};

constexpr Served<promql::Features> kPromql[] = {
    {"promql-binop-fill-modifiers", &promql::Features::binop_fill},
    {"promql-delayed-name-removal", &promql::Features::delayed_name_removal},
    {"promql-experimental-functions", &promql::Features::experimental_functions},
    {"promql-extended-range-selectors", &promql::Features::extended_range_selectors},
    {"use-start-timestamps", &promql::Features::start_timestamps},
};

constexpr Served<ScrapeFeatures> kScrape[] = {
    {"exemplar-storage", &ScrapeFeatures::exemplar_storage},
    {"extra-scrape-metrics", &ScrapeFeatures::extra_scrape_metrics},
    {"st-storage", &ScrapeFeatures::st_storage},
    {"type-and-unit-labels", &ScrapeFeatures::type_and_unit_labels},
};

constexpr Served<EnabledFeatures> kServer[] = {{"auto-reload-config", &EnabledFeatures::auto_reload}};

// Always on, here and there.
constexpr std::string_view kAlwaysOn = "promql-duration-expr";

constexpr std::string_view kOthers[] = {
    "concurrent-rule-eval",
    "created-timestamp-zero-ingestion",
    "delayed-compaction",
    "histograms-st-encoding",
    "memory-snapshot-on-shutdown",
    "metadata-wal-records",
    "old-ui",
    "otlp-deltatocumulative",
    "otlp-native-delta-ingestion",
    "promql-per-step-stats",
    "search-api",
    "st-synthesis",
    "use-uncached-io",
    "xor2-encoding",
};

// False if the name is not in the table.
template <class Features, size_t N>
bool turn_on(const Served<Features> (&table)[N], std::string_view name, Features& features) {
  const auto* served = std::find_if(std::begin(table), std::end(table), [&](const auto& s) { return s.name == name; });
  if (served == std::end(table)) return false;
  features.*(served->member) = true;
  return true;
}

void read_one(const std::string& name, EnabledFeatures& out) {
  if (name.empty() || name == kAlwaysOn) return;
  if (turn_on(kPromql, name, out.promql) || turn_on(kScrape, name, out.scrape) || turn_on(kServer, name, out)) return;
  const bool known = std::find(std::begin(kOthers), std::end(kOthers), name) != std::end(kOthers);
  (known ? out.without_effect : out.unknown).push_back(name);
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
