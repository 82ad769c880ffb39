// Sizes in bytes: 10MB, 1GiB512MiB. Scrape spec, section 1.3.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace narthex {

// One or more <number><unit>, an optional sign in front; "0" needs no unit. B, KB … EB or KiB … EiB, all powers of
// 1024. Errors: `units: unknown unit kB in 1kB`, `units: invalid B`, `units: overflow parsing unit`.
Result<int64_t> parse_size(std::string_view text);

// 15728640 → "15MiB", 1536 → "1KiB512B", 0 → "0B".
std::string format_size(int64_t bytes);

}  // namespace narthex
