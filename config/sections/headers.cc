#include "config/sections/headers.h"

#include <algorithm>
#include <cctype>

namespace narthex::config {
namespace {

constexpr std::string_view kReserved[] = {
    "host",
    "content-encoding",
    "content-length",
    "content-type",
    "user-agent",
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "www-authenticate",
    "accept-encoding",
    "x-prometheus-remote-write-version",
    "x-prometheus-remote-read-version",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-content-sha256",
};

}  // namespace

void check_headers(Section& section, const char* authorization) {
  const auto& names = section.strings("headers");
  for (size_t i = 0; i < names.size(); ++i) {
    std::string lower = names[i];
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
    const Place& place = section.key_places("headers").at(i);
    if (lower == "authorization") {
      section.complain_at(place, authorization);
    } else if (std::find(std::begin(kReserved), std::end(kReserved), lower) != std::end(kReserved)) {
      section.complain_at(place, names[i] + " is a reserved header. It must not be changed");
    }
  }
}

}  // namespace narthex::config
