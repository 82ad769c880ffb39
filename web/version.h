// What we say of ourselves.
#pragma once

#include <string_view>

namespace narthex {

// Of this program: "0.1.0".
std::string_view version();

// Clients switch features on the version in buildinfo: this is the Prometheus version that we behave like.
inline constexpr std::string_view kCompatibleVersion = "3.14.0";

}  // namespace narthex
