// The sections of the file beside `global` and the jobs: checked, and printed with their defaults. Most of them nothing
// in this program uses; those are named in one warning. Configuration spec, sections 1.2, 5.1, 6.1 and 8.3. Private to
// config/.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "config/config.h"
#include "config/sections/schema.h"

namespace narthex::config {

struct OtherSections {
  std::vector<std::pair<std::string, Value>> values;  // as they are printed
  int64_t max_exemplars = Config().max_exemplars;
  Tsdb tsdb;
};

// Reads them from the fields of the file's top level.
OtherSections read_other_sections(yaml::Fields& top, const Global& global, const Context& context);

extern const Schema kAlertingSchema;
extern const Schema kOtlpSchema;
extern const Schema kStorageSchema;
extern const Schema kTracingSchema;

// An item of remote_write or remote_read.
extern const Schema kRemoteWriteSchema;
extern const Schema kRemoteReadSchema;

}  // namespace narthex::config
