// Label and field selectors of the Kubernetes API, checked as its client library checks them. Private to config/.
#pragma once

#include <string_view>

#include "base/result.h"

namespace narthex::config {

// `a=b,c!=d`; each term compares. Error: `invalid selector: 'a'; can't understand 'a'`.
Result<> check_field_selector(std::string_view text);

// `a=b,c in (d,e),!f,g>1`. Error: `unable to parse requirement: …`.
Result<> check_label_selector(std::string_view text);

}  // namespace narthex::config
