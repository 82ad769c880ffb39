// Where the series that remote writers send have their slots: labels are read once, from then on the key of the encoded
// labels is looked up. Series are split by (job, instance) into targets, whose appenders are kept while they are
// written to (design: identity).
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <memory>
#include <vector>

#include "remote/options.h"
#include "remote/write/request.h"
#include "storage/store.h"

namespace narthex::remote {

// The labels by which a series belongs to a target: those of `job` and `instance` that it has.
Labels target_labels(const Labels& series);

// A target being written to. `scratch`: of the request at work; null: it has not come to this target yet.
struct WriteTarget {
  uint32_t number;
  Labels labels;
  std::shared_ptr<storage::TargetAppender> appender;
  std::unique_ptr<storage::Scratch> scratch;
  size_t place = 0;  // of the scratch among those of the request
  int64_t last_used_ms = 0;
  size_t series = 0;  // that are kept
};

struct SeriesPlace {
  uint32_t target;
  storage::Slot slot;
};

// Not thread-safe. One request at a time: begin(), any number of find() and add(), then end().
class SeriesCache {
 public:
  SeriesCache(storage::Store& store, const ReceiverOptions& options) : store_(store), options_(options) {}

  // A request begins, at these times: steady, and the wall clock.
  void begin(int64_t steady_ms, Timestamp now);
  // The place of a known series; its target's scratch is begun, at `at` if this is the first of it. Null: not known.
  const SeriesPlace* find(const SeriesKey& key, Timestamp at);
  // Makes a series known, and creates it in its target's scratch if it is new to the store. kLimit: it was refused.
  Result<SeriesPlace> add(const SeriesKey& key, const Labels& labels, Timestamp at);
  WriteTarget& target(const SeriesPlace& place) { return *by_number_[place.target]; }
  // What is to be committed. end() comes after the commit.
  std::vector<std::unique_ptr<storage::Scratch>> take_scratches();
  // `stored`: false: what add() created is gone again.
  void end(bool stored);

  size_t series() const { return series_.size() - stale_; }
  size_t targets() const { return by_labels_.size(); }

 private:
  struct KeyHash {
    using is_avalanching = void;
    size_t operator()(const SeriesKey& key) const { return key.low; }
  };

  WriteTarget& open(const Labels& labels);
  bool begin(WriteTarget& target, Timestamp at);
  uint32_t take_number();
  void renumber(WriteTarget& target);
  void close(uint32_t number);
  void close_idle();
  void sweep();

  storage::Store& store_;
  const ReceiverOptions& options_;
  int64_t steady_ms_ = 0;
  Timestamp now_ = 0;
  int64_t looked_at_ms_ = INT64_MIN;  // for idle targets

  // A place whose target's number is in use by nobody is stale; numbers are used again after the next sweep.
  boost::unordered_flat_map<SeriesKey, SeriesPlace, KeyHash> series_;
  size_t stale_ = 0;
  boost::unordered_flat_map<Labels, uint32_t, LabelsHash> by_labels_;
  std::vector<std::unique_ptr<WriteTarget>> by_number_;
  std::vector<uint32_t> free_numbers_;
  std::vector<uint32_t> ended_numbers_;  // may still be in series_

  // Of the request at work.
  std::vector<uint32_t> begun_;  // targets, in the order of their scratches
  std::vector<SeriesKey> added_;
};

}  // namespace narthex::remote
