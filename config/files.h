// Reading the files of a configuration. Private to config/.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace narthex::config {

// The whole file. Error (kIo): `open <path>: no such file or directory`, worded as Go words it.
Result<std::string> read_file(const std::string& path);

// Existing files that match a pattern, sorted by name.
std::vector<std::string> matching_files(const std::string& pattern);

}  // namespace narthex::config
