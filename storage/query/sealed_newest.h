// The newest sample of a series that had none in the log when the store was opened: only segments tell it.
#pragma once

#include <memory>
#include <optional>

#include "storage/head/target.h"
#include "storage/head/windows.h"
#include "storage/options.h"

namespace narthex::storage {

// For the committer's thread.
class SealedNewest {
 public:
  SealedNewest(const Windows& windows, const Options& options) : windows_(windows), options_(options) {}

  // The series' newest sample in a segment, if it is not before `from`, and if the series would still be known had the
  // store not been closed. What cannot be read has none. Valid until the next call.
  std::optional<NewestSample> find(const Labels& series, Timestamp from);

 private:
  const Windows& windows_;
  const Options& options_;
  std::shared_ptr<const Histogram> histogram_;  // of the last answer
};

}  // namespace narthex::storage
