// What a request says it is, and whether that is accepted. Source: configuration spec, section 7.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "remote/options.h"

namespace narthex::remote {

enum class Version { kV1, kV2 };

// Of Content-Encoding: only snappy is, and none said means snappy. The error's text is for a 415.
Result<> check_encoding(std::string_view content_encoding);

// Of Content-Type: "application/x-protobuf", with the message in the parameter "proto"; 1.0 if nothing is said. The
// error's text is for a 415.
Result<Version> message_of(std::string_view content_type);

// Whether the options allow it. The error's text is for a 415.
Result<> check_accepted(Version version, const ReceiverOptions& options);

// Snappy's block format, into `out`, whose memory is used again. The error's text is for a 400.
Result<> decompress(std::string_view body, size_t limit, std::string& out);

}  // namespace narthex::remote
