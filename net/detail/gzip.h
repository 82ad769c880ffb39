// Whole bodies in and out of gzip (RFC 1952), on libdeflate. Thread-safe: no state.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace narthex::net {

// Decompresses all members into `out` (its size before does not matter, its capacity is reused). Never makes `out`
// larger than `limit` bytes: then Code::kLimit. Other errors in Go's words: `EOF` (no byte at all), `gzip: invalid
// header`, `unexpected EOF`, `gzip: invalid checksum`, `flate: corrupt input before offset N`.
Result<> gunzip(std::string_view wire, size_t limit, std::string& out);

enum class Coding { kIdentity, kGzip, kDeflate };  // deflate as HTTP means it: the zlib format

std::string compress(std::string_view plain, Coding coding);

}  // namespace narthex::net
