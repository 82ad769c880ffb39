// --enable-feature: comma-separated names, repeatable.
#pragma once

#include <string>
#include <vector>

#include "promql/parser.h"

namespace narthex::server {

struct EnabledFeatures {
  promql::Features promql;
  std::vector<std::string> unknown;         // no such feature anywhere
  std::vector<std::string> without_effect;  // the reference has it, we do not
};

// Source: configuration spec, section 10.
EnabledFeatures read_features(const std::vector<std::string>& flags);

}  // namespace narthex::server
