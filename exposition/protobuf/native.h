// From a Histogram message to the value that is stored.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "exposition/nhcb.h"
#include "exposition/protobuf/message.h"

namespace narthex::exposition::protobuf {

// The native part, compact, into `out`, whose memory is used again. The error, if spans and buckets do not fit; `name`
// is the family's.
std::optional<std::string> build_native(const HistogramFields& fields, std::string_view name, Histogram& out);

// The classic part as custom buckets. The error, if it is no histogram; `builder` is used again.
std::optional<std::string> convert_classic(const HistogramFields& fields, NhcbBuilder& builder, Histogram& out);

}  // namespace narthex::exposition::protobuf
