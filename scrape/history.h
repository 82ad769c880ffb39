// The last attempts to scrape a target: where the time went, what came, and why it failed if it did. Copies: valid as
// long as you like.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/labels.h"
#include "model/sample.h"

namespace narthex::scrape {

// The parts of an attempt, in their order.
enum class Phase : uint8_t { kResolve, kConnect, kTls, kFirstByte, kBody, kParse, kAppend };
inline constexpr size_t kPhases = 7;

// resolve, connect, tls, first_byte, body, parse, append.
std::string_view phase_name(Phase phase);

// What kind of failure it was.
enum class FailureClass : uint8_t {
  kNone,
  kTargetLimit,    // the job has too many targets; nothing was asked for
  kClient,         // the request could not be made: URL, credentials, TLS files
  kConnection,     // no connection, or it broke
  kTimeout,        // scrape_timeout was over
  kRedirect,       // too many redirects
  kStatus,         // an answer other than 200
  kBodySizeLimit,  //
  kContentType,    // no parser for what the target says it sent
  kParse,          // the body does not follow its format
  kInvalidSample,  // a series or histogram that may not be stored
  kLabelLimit,     //
  kSampleLimit,    //
  kBucketLimit,    //
  kStore,          // the store could not take the scrape
};

// "", target_limit, client, connection, timeout, redirect, status, body_size_limit, content_type, parse,
// invalid_sample, label_limit, sample_limit, bucket_limit, store.
std::string_view class_name(FailureClass failure);

struct AttemptRecord {
  int64_t start_ns = 0;                            // wall clock, when the attempt began
  int64_t late_ns = 0;                             // how long after its slot that was
  int64_t duration_ns = 0;                         // until the store had answered
  std::array<int64_t, kPhases> phase_ns = none();  // by Phase; -1: that part did not take place
  int status = 0;                                  // HTTP; 0: no answer
  int64_t wire_bytes = 0;                          // of the body, as it came
  int64_t body_bytes = 0;                          // decompressed; -1: over the limit
  uint64_t samples = 0;                            // entries read
  FailureClass failure = FailureClass::kNone;
  std::optional<Phase> failed_in;
  std::string error;    // "" when it went well
  std::string warning;  // what was left out of it though it went well; "" if nothing

 private:
  static constexpr std::array<int64_t, kPhases> none() {
    std::array<int64_t, kPhases> out{};
    out.fill(-1);
    return out;
  }
};

// The last body that made an attempt fail, as far as it is kept: around the error, and while there is room for it.
struct FailedBody {
  int64_t start_ns = 0;  // of its attempt
  std::string content_type;
  std::string text;              // decompressed bytes
  size_t first = 0;              // which byte of the body `text` begins with
  size_t size = 0;               // of the whole body
  std::optional<size_t> offset;  // byte of the body where the error is; nothing: it concerns no place
  int line = 0;                  // from 1; 0: no place, or a format without lines
  int column = 0;
};

struct TargetHistory {
  std::string job;
  Labels labels;  // public ones
  std::string url;
  std::vector<AttemptRecord> attempts;  // newest first, at most kKeptAttempts
  std::optional<FailedBody> failed_body;
};

inline constexpr size_t kKeptAttempts = 50;

// Which targets; empty fields ask for all.
struct HistoryFilter {
  std::string job;
  std::string target;  // scrape URL, or the label `instance`
  size_t attempts = kKeptAttempts;
};

}  // namespace narthex::scrape
