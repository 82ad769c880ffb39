// Options of remote write. Plain data.
#pragma once

#include <cstddef>
#include <cstdint>

namespace narthex::remote {

struct ReceiverOptions {
  bool accept_v1 = true;  // prometheus.WriteRequest
  bool accept_v2 = true;  // io.prometheus.write.v2.Request
  bool exemplars = false;
  bool start_timestamps = false;      // those of 2.0 are kept with the samples
  bool type_and_unit_labels = false;  // 2.0: metadata becomes the labels __type__ and __unit__
  size_t max_decoded_bytes = 32 << 20;
  int64_t idle_ms = 600'000;     // targets not written to for so long are let go of
  size_t max_targets = 100'000;  // beyond, all that the request at hand does not write to
};

}  // namespace narthex::remote
