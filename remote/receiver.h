// The receiving end of remote write, 1.0 and 2.0: POST /api/v1/write. Source: configuration spec, section 7.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/log.h"
#include "remote/options.h"
#include "storage/store.h"

namespace narthex::remote {

// What of an HTTP request matters. Headers that are absent are "".
struct WriteCall {
  std::string_view content_type;
  std::string_view content_encoding;
  std::string_view body;
};

// How much of a 2.0 request is stored: the values of the headers X-Prometheus-Remote-Write-{…}-Written.
struct Written {
  uint64_t samples = 0;
  uint64_t histograms = 0;
  uint64_t exemplars = 0;
};

// Sets the messages that --web.remote-write-receiver.accepted-protobuf-messages names, repeated or separated by commas.
// Error: an unknown one.
Result<> accept_only(const std::vector<std::string>& messages, ReceiverOptions& options);

struct WriteAnswer {
  int status = 204;  // 204, 400, 415 or 500
  std::string text;  // why it is not 204: lines without a newline behind the last one
  std::optional<Written> written;
};

// Counters since start.
struct ReceiverStats {
  uint64_t requests = 0;
  uint64_t samples = 0;  // accepted
  uint64_t histograms = 0;
  uint64_t exemplars = 0;
  uint64_t invalid_label_samples = 0;  // samples and histograms of series whose labels are not valid
  uint64_t refused_samples = 0;        // by the store, one by one
  uint64_t rolled_back_requests = 0;   // 1.0: nothing is stored because of one sample
  uint64_t failed_requests = 0;        // the store could not write
  // Kept now, so that their next samples are written without a look at their labels.
  uint64_t known_series = 0;
  uint64_t known_targets = 0;
};

// Thread-safe: several requests are decoded at once, and are written one after the other.
class Receiver {
 public:
  // All must outlive the receiver, which must be gone before the store is closed.
  static std::unique_ptr<Receiver> create(storage::Store& store, const Clock& clock, Log& log,
                                          const ReceiverOptions& options);
  virtual ~Receiver() = default;

  // Returns when the samples are in the log and visible, or are not. Waits for the disk: not for a thread that others
  // wait for.
  virtual WriteAnswer write(const WriteCall& call) = 0;
  virtual ReceiverStats stats() const = 0;
};

}  // namespace narthex::remote
