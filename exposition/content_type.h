// Which parser reads a scraped body. Source: exposition spec, section 1. Pure decisions, no I/O.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace narthex::exposition {

enum class Format { kText, kOpenMetrics, kProtobuf };

// "Prometheus text", "OpenMetrics text", "Prometheus protobuf".
std::string_view format_name(Format format);

// The format of a name as `fallback_scrape_protocol` has it ("PrometheusText0.0.4"); nothing for others and for "".
std::optional<Format> format_of_protocol(std::string_view protocol);

struct FormatChoice {
  Format format = Format::kText;
  // Why the fallback was taken, for a debug log; "" if the Content-Type decided.
  std::string note;
};

// Chooses by the value of the Content-Type header ("" if there was none) and the job's fallback_scrape_protocol as
// written ("": none). Errors carry the reference's texts. Call it for bodies that are not empty: an empty one is a
// success whatever its type.
Result<FormatChoice> choose_format(std::string_view content_type, std::string_view fallback_protocol);

// The media type, lower-cased, without its parameters, as Go's mime.ParseMediaType reads it; so are the error texts
// (`mime: invalid media parameter`).
Result<std::string> parse_media_type(std::string_view content_type);

}  // namespace narthex::exposition
