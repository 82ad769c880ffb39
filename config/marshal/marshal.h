// Config::yaml: the configuration as the reference prints it. Private to config/.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"
#include "config/marshal/writer.h"
#include "config/sections/other_sections.h"
#include "config/sections/scrape_job.h"

namespace narthex::config {

std::string marshal(const Global& global, const std::vector<JobSection>& jobs, const OtherSections& others);

// One job alone.
std::string marshal(const JobSection& job);

// Relabel rules as a list.
Value rules_value(const relabel::RuleList& rules);
// A `tls_config`.
Value tls_value(const net::TlsOptions& tls);

// Adds the fields of the HTTP client, which stand inline.
void add_http_client(Value& out, const net::HttpClientOptions& http);
// Adds the discovery sections and `static_configs`, those with items, sorted by name.
void add_discovery(Value& out, std::vector<Discovery> sections, const sd::StaticOptions& statics);

}  // namespace narthex::config
