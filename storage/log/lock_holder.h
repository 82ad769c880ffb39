// Who has a store's folder open.
#pragma once

#include <string>

namespace narthex::storage {

// " (process <pid>, <name>)" of whoever holds the lock of this file; "" if that cannot be found out.
std::string lock_holder(const std::string& file);

}  // namespace narthex::storage
