// One of the threads that read the log at start: applies the records of its share of the targets. Private to log/.
//
// The log has the targets' scrapes one after the other. Here a chunk of it is applied target by target, so that a
// target's columns stay in the processor's cache for several scrapes; and a scrape that shows the series of the one
// before costs what its changed values cost: runs of the others are counted when they end.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "storage/core/ownership.h"
#include "storage/exemplars/exemplar_ring.h"
#include "storage/head/windows.h"
#include "storage/log/record_codec.h"
#include "storage/log/replay.h"

namespace narthex::storage {

// What is known of the records of one target and window within one family.
struct ReplayStream {
  // The reader's: of the last key frame; null: its labels are not known.
  std::shared_ptr<Target> target;
  // Of whoever has the target:
  uint32_t next_number = 0;
  bool waiting = true;  // for a key frame
};

// A record on its way to be applied.
struct ReplayRecord {
  std::shared_ptr<Target> target;
  ReplayStream* stream;
  int64_t family;
  int64_t window;
  Sequence sequence;
  RecordHead head;
  bool sound;                       // its slots could be read, and are defined
  std::vector<SlotTemplate> slots;  // by the process's own lists
  std::string_view rest;            // behind the slots
};

// An exemplar as it was logged. The batch's number gives the order between shares.
struct ReadExemplar {
  Sequence sequence;
  ListRef target;
  ListRef difference;
  Exemplar exemplar;
};

// Not thread-safe; shares run beside each other.
class ReplayShare {
 public:
  ReplayShare(Core& core, Windows& windows, size_t max_exemplars)
      : core_(core), windows_(windows), max_exemplars_(max_exemplars) {}

  // In the order of the log. Consumes the records.
  void apply(std::vector<ReplayRecord>& records);
  // No more will come. Before that, columns are not as they were when the log was written.
  void finish();

  Timestamp newest() const { return newest_; }
  std::deque<ReadExemplar>& exemplars() { return exemplars_; }  // sequences ascending
  ReplayReport& report() { return report_; }

 private:
  // A target whose last record was a scrape, so that the next one may be told by its changes.
  struct Steady {
    int64_t window;
    uint32_t producer;
    Part* part;
    TimeGroup* group;
    uint64_t samples;     // of each scrape
    bool behind = false;  // columns lack samples at the end
  };

  void record(ReplayRecord& r);
  bool apply(ReplayRecord& r);
  bool apply_changes(const ReplayRecord& r, Steady& steady);
  void apply_whole(const ReplayRecord& r, Part& part);
  void settle(Target& target);
  void note_steady(const ReplayRecord& r, Part& part);
  void keep_exemplars(const ReplayRecord& r);
  void sort_exemplars(size_t from);

  Core& core_;
  Windows& windows_;
  const size_t max_exemplars_;
  ReplayReport report_;
  Timestamp newest_ = INT64_MIN;
  DecodedRecord decoded_;
  ScrapeChanges changes_;
  boost::unordered_flat_map<Target*, Steady> steady_;
  std::deque<ReadExemplar> exemplars_;  // no more than are kept in the end
};

}  // namespace narthex::storage
