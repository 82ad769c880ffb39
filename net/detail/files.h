// Small files with secrets and certificates, read anew at every use.
#pragma once

#include <string>

#include "base/result.h"

namespace narthex::net {

// Error: `unable to read file <path>: open <path>: no such file or directory`.
Result<std::string> read_file(const std::string& path);

// The same, without white space at both ends: what secret files hold.
Result<std::string> read_trimmed_file(const std::string& path);

}  // namespace narthex::net
