// How a target is reached from other machines.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace narthex::web {

// `url` with localhost, 127.0.0.1 or ::1 replaced by the host of `external_url`; if its port is `own_port`, the target
// is ourselves, and scheme and port become those of `external_url` too. Other URLs, and malformed ones, stay.
std::string global_url(const std::string& url, std::string_view external_url, uint16_t own_port);

}  // namespace narthex::web
