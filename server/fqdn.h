// This machine's name as the network knows it: part of what spreads the scrapes of replicas (scrape spec, section 3).
#pragma once

#include <string>

namespace narthex::server {

// The first name that the reverse lookup of one of `hostname`'s addresses gives, as returned; `hostname` itself if none
// has one. Asks the resolver and may take as long as that does.
std::string fully_qualified_name(const std::string& hostname);

}  // namespace narthex::server
