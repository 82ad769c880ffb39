// What a plain scalar means in YAML 1.1, as Go's yaml.v2 resolves it. Private to base/.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

#include "base/yaml.h"

namespace narthex::yaml {

struct Timestamp {};  // `2020-01-02`: only that it is one matters, it is nowhere wanted

// monostate is null; string_view is the text itself.
using Scalar = std::variant<std::monostate, bool, int64_t, uint64_t, double, Timestamp, std::string_view>;

// The value of an untagged plain scalar.
Scalar resolve(std::string_view text);
// "!!int" …: the tag that such a value has.
std::string_view short_tag(const Scalar& scalar);
// The value of a node of kind null or scalar, quotes and explicit tags considered.
Scalar value_of(const Node& node);

}  // namespace narthex::yaml
