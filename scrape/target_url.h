// The URL of a target from its labels and the job's params. Pure. Source: scrape spec, section 2.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/labels.h"

namespace narthex::scrape {

using Params = std::map<std::string, std::vector<std::string>>;

// `<__scheme__>://<__address__><__metrics_path__>?<params>`; each `__param_<k>` label replaces the first value of `k`.
// The address is not checked: what no client can use fails at every scrape, with the client's error.
std::string target_url(const Labels& labels, const Params& params);

// As a path of a URL: everything but unreserved characters and $&+,/:;=@ becomes %XX (an escaped %2F: %252F).
std::string escape_path(std::string_view path);

// As a form sends it: sorted by key, a blank is '+'. Keys without values are left out.
std::string encode_query(const Params& params);

}  // namespace narthex::scrape
