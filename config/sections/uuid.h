// Identifiers of the form 00000000-0000-0000-0000-000000000000. Private to config/.
#pragma once

#include <string_view>

namespace narthex::config {

bool is_uuid(std::string_view text);

}  // namespace narthex::config
