// --enable-feature: comma-separated names, repeatable.
#pragma once

#include <string>
#include <vector>

#include "promql/parser.h"

namespace narthex::server {

// What is scraped, and how it is kept, beyond what configurations say.
struct ScrapeFeatures {
  bool exemplar_storage = false;
  bool extra_scrape_metrics = false;  // the default of `extra_scrape_metrics` in the global section
  bool st_storage = false;
  bool type_and_unit_labels = false;
};

struct EnabledFeatures {
  promql::Features promql;
  ScrapeFeatures scrape;
  bool auto_reload = false;                 // as --config.auto-reload
  std::vector<std::string> unknown;         // no such feature anywhere
  std::vector<std::string> without_effect;  // the reference has it, we do not
};

// Source: configuration spec, section 10.
EnabledFeatures read_features(const std::vector<std::string>& flags);

}  // namespace narthex::server
