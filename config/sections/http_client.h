// HTTP client options, which jobs, discovery sections, alertmanagers and remote ends have inline. Scrape spec, section
// 1.7. Private to config/.
#pragma once

#include "config/sections/context.h"
#include "net/options.h"

namespace narthex::config {

// Reads and checks them; every mistake is reported. What the file does not say is as in `defaults`.
net::HttpClientOptions read_http_client(yaml::Fields& fields, const Context& context,
                                        net::HttpClientOptions defaults = {});

// Reads the section `name` with options of TLS; the defaults if there is none.
net::TlsOptions read_tls(yaml::Fields& parent, std::string_view name, const Context& context);

}  // namespace narthex::config
