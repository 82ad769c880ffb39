// HTTP client options, which jobs, discovery sections, alertmanagers and remote ends have inline. Scrape spec, section
// 1.7. Private to config/.
#pragma once

#include "config/sections/context.h"
#include "net/options.h"

namespace narthex::config {

// Reads and checks them; every mistake is reported.
net::HttpClientOptions read_http_client(yaml::Fields& fields, const Context& context);

}  // namespace narthex::config
