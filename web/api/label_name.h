// Label names in paths. Source: exposition spec, values escaping.
#pragma once

#include <string>
#include <string_view>

namespace narthex::web {

// A name that begins with "U__" is decoded: "__" is "_", "_2e_" the code point U+002E. What is not well-formed in that
// escaping stays as it is.
std::string unescape_label_name(std::string_view name);

}  // namespace narthex::web
