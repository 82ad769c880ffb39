// What the decoders of both versions have in common.
#pragma once

#include <string>
#include <string_view>

#include "base/wire_fields.h"
#include "remote/write/request.h"

namespace narthex::remote {

// Each returns false when it has set the error.
bool decode_v1(std::string_view body, const KeySecret& secret, WriteRequest& request, std::string& error);
bool decode_v2(std::string_view body, const KeySecret& secret, WriteRequest& request, std::string& error);

bool decode_histogram(std::string_view message, WrittenHistogram& out, std::string& error);

// A Label, appended to `out`.
bool decode_label(std::string_view message, std::vector<Label>& out, std::string& error);

// Whether the request is still of a size that anybody would send; asked before anything large is added. Eight times the
// limit of bodies: that is what ordinary samples would not fill.
inline constexpr size_t kMaxRequestBytes = 256 << 20;
inline bool has_room(const WriteRequest& request, std::string& error) {
  if (request.bytes() <= kMaxRequestBytes) return true;
  error = "request has too many parts for its size";
  return false;
}

// Begins the next series.
inline WrittenSeries& add_series(WriteRequest& request) {
  WrittenSeries& series = request.series.emplace_back();
  series.first_ref = static_cast<uint32_t>(request.refs.size());
  series.first_sample = static_cast<uint32_t>(request.samples.size());
  series.first_histogram = static_cast<uint32_t>(request.histograms.size());
  series.first_exemplar = static_cast<uint32_t>(request.exemplars.size());
  return series;
}

}  // namespace narthex::remote
