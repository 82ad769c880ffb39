// $VAR and ${VAR} in the values of external labels, as Go's os.Expand reads them. Private to config/.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace narthex::config {

// Replaces each variable by `value(name)`. "$$" is a dollar; a dollar before anything else stays.
std::string expand_variables(std::string_view text, const std::function<std::string(const std::string&)>& value);

}  // namespace narthex::config
