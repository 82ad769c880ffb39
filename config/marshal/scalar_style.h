// Which quotes a string needs in YAML, by the rules of libyaml's emitter. Private to config/.
#pragma once

#include <string_view>

namespace narthex::config {

enum class Style { kPlain, kSingleQuoted, kDoubleQuoted, kLiteral };

enum class Position { kBlock, kFlow, kKey };

Style choose_style(std::string_view text, Position position);

}  // namespace narthex::config
