// The file FORMAT in a store's folder: which version of the format its files have. Read before anything is opened, so
// that files of a newer version are not touched.
#pragma once

#include <string>

#include "base/result.h"

namespace narthex::storage {

inline constexpr int kFormatVersion = 3;

// Fine if the folder is new, empty or of this version. kUnsupported: a newer version. kInvalid: something else lies
// there.
Result<> check_format(const std::string& folder);
// Writes the file if there is none, or one of an older version: from now on this version's records may be there.
Result<> write_format(const std::string& folder);

}  // namespace narthex::storage
