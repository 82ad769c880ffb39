// What a running server, ours or Prometheus, tells of itself by its API: as much as a comparison needs.
#pragma once

#include <string>

#include "base/result.h"
#include "lab/reload_diff.h"

namespace narthex::server {

// Whether the text is a URL of a server and not the name of a file.
bool is_server_url(const std::string& text);

// Asks the server at `url` (with its route prefix, if it has one) for its configuration, its targets and the series of
// their last scrapes. Blocks; each request has thirty seconds. Error: a sentence with the URL that was asked. If only
// the series cannot be had, they are unknown.
Result<lab::ReloadSide> ask_running_server(const std::string& url);

}  // namespace narthex::server
