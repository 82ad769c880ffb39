// How long samples are kept, and how late they may come: configuration over flags. Source: configuration spec, sections
// 9 and 10.
#pragma once

#include <string>

#include "config/config.h"
#include "server/flags.h"
#include "storage/limits.h"

namespace narthex::server {

// Each value is the file's, else the flag's (0 there: none was given). Without any time, size or percentage samples are
// kept for 15 days; with a size or a percentage alone, for as long as these allow. 0 in the file switches a limit off.
storage::Limits storage_limits(const FlagValues& flags, const config::Tsdb& tsdb);

// "15d", "1GiB", "15d or 80%" (a percentage wins over a size), "" without any limit.
std::string retention_text(const storage::Limits& limits);

}  // namespace narthex::server
