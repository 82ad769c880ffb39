// Names of scrape protocols and of name schemes. Scrape spec, sections 1.5 and 1.6. Private to config/.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/relabel_rules.h"
#include "config/sections/context.h"
#include "model/labels.h"
#include "scrape/options.h"

namespace narthex::config {

std::string_view protocol_name(scrape::Protocol protocol);
// Error: `unknown scrape protocol X, supported: […]`.
Result<scrape::Protocol> parse_protocol(std::string_view name);

// What is offered when nothing is configured.
std::vector<scrape::Protocol> default_protocols(bool native_histograms);

// Reads `scrape_protocols`. Complaints end in ` for <owner>`. Untouched if the field is absent or null.
void read_protocols(yaml::Fields& fields, const std::string& owner, std::vector<scrape::Protocol>& out);

std::string_view scheme_name(NameScheme scheme);

std::string_view escaping_name(scrape::Escaping escaping);
// nullopt: none of the four names.
std::optional<scrape::Escaping> parse_escaping(std::string_view text);

}  // namespace narthex::config
