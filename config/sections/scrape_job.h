// One item of `scrape_configs`. Scrape spec, section 1.5. Private to config/.
#pragma once

#include "config/config.h"
#include "config/sections/discovery.h"

namespace narthex::config {

struct JobSection {
  ScrapeJob job;
  std::vector<Discovery> discovery;  // sections that are not used, for printing
};

// Reads a job (a node that is not null) with everything resolved: own value, else the global one, else the default.
JobSection read_job(const yaml::Node& node, const Global& global, const Context& context);

}  // namespace narthex::config
