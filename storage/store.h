// The time-series store: opens a folder, gives appenders and views, keeps what it acknowledged.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "storage/appender.h"
#include "storage/blocks.h"
#include "storage/cardinality.h"
#include "storage/history.h"
#include "storage/options.h"
#include "storage/querier.h"

namespace narthex::storage {

// A copy of the store's counters.
struct Stats {
  uint64_t series = 0;  // active: with a sample in the two newest windows
  uint64_t targets = 0;
  uint64_t templates = 0;
  uint64_t windows = 0;
  uint64_t samples_appended = 0;  // since start
  uint64_t commits = 0;
  uint64_t commit_failures = 0;
  uint64_t log_bytes = 0;       // on disk, without segments
  uint64_t damaged_frames = 0;  // parts of the log that could not be read when it was replayed
  uint64_t column_bytes = 0;    // resident, head columns
  uint64_t index_bytes = 0;     // resident, identity and slots
  Timestamp min_time = 0;
  Timestamp max_time = 0;
  uint64_t histograms_appended = 0;  // since start; among the samples
  uint64_t exemplars = 0;            // kept now
  uint64_t exemplar_series = 0;
  uint64_t exemplar_bytes = 0;  // resident, about
  uint64_t segments = 0;        // that can be read
  uint64_t late_segments = 0;   // of them, those with late samples of windows that have another one
  uint64_t damaged_segments = 0;
  uint64_t segment_bytes = 0;     // on disk, damaged ones too
  uint64_t windows_to_seal = 0;   // batches of closed windows that are no segments yet
  uint64_t seals = 0;             // since start: batches of windows that became segments
  uint64_t merges = 0;            // since start: segments made of others
  uint64_t segments_expired = 0;  // since start: removed by retention
  uint64_t seal_failures = 0;     // since start: of sealing, merging, retention
  std::string last_seal_error;
  uint64_t time_retentions = 0;    // since start: how often segments were removed because they were too old
  uint64_t size_retentions = 0;    // likewise: because all files together were too large
  Timestamp head_min_time = 0;     // where the oldest window in memory begins; 0: there is none
  Timestamp head_max_time = 0;     // of the newest sample in memory; 0: there is none
  uint64_t out_of_order = 0;       // samples refused since start
  uint64_t too_old = 0;            // likewise: for the out-of-order window
  std::vector<CodecCount> codecs;  // columns of all segments
  uint64_t memory_budget = 0;      // bytes; 0: none
  uint64_t resident_bytes = 0;     // of the process, now
  uint64_t series_refused = 0;     // since start; again whenever one was asked for again
  bool refusing_series = false;
};

// Thread-safe unless a returned object says otherwise.
class Store : public Queryable {
 public:
  // Opens or creates; replays the log; a second process on the same folder is refused, with its name.
  // kCorruption: the files cannot be read; message names file and remedy. `clock` and `log` must outlive the store.
  static Result<std::unique_ptr<Store>> open(const Options& options, const Clock& clock, Log& log);
  // Closes as close() does.
  ~Store() override = default;

  // The appender of a scrape target with these public labels (no name begins with "__"). Two at once for equal labels
  // are allowed: the first producer owns a series, the other appends to it with the checks of the scrape spec, 6.2.
  virtual std::shared_ptr<TargetAppender> open_target(const Labels& public_labels) = 0;

  // Commits scratches of different targets together: in one batch of the log, so that after a crash all of them are
  // there or none, and visible at once. No series may be in two of them, and all their samples must have timestamps of
  // their own. `done` is called once, as by TargetAppender::commit(), with the sums of all; refusals are told one by
  // one. The appenders must live until then.
  virtual void commit_all(std::vector<std::unique_ptr<Scratch>> scratches, CommitMode mode,
                          std::function<void(CommitResult)> done) = 0;

  // How many exemplars are kept from now on (options: max_exemplars); the oldest go first.
  virtual void set_max_exemplars(size_t) {}

  // Retention and out-of-order window from now on.
  virtual void set_limits(const Limits&) {}

  // The administrator's calls (HTTP API spec, section 9). kUnsupported where the store has no files.
  //
  // Samples with from <= t <= to of the series that satisfy all matchers of one of the selectors: no view taken after
  // the return shows them, and a restart does not bring them back. Nothing newer than the newest sample is deleted.
  virtual Result<> delete_series(std::vector<std::vector<Matcher>> selectors, Timestamp from, Timestamp to);
  // Writes the segments concerned anew without what was deleted. Returns when it is done: may take minutes.
  virtual Result<> clean_tombstones();
  // A consistent copy of the store in the folder `snapshots/<name>` of its own, which a server opens as its data
  // folder; returns the name. `skip_head`: without what is not in segments yet.
  virtual Result<std::string> snapshot(bool skip_head);

  // Adds samples of the past as segments, whatever is there already: durable when it returns, all of them or none. Where
  // a series has a sample at the same time already, that one stays. kUnsupported where the store has no files.
  virtual Result<> add_history(std::vector<HistorySeries> series);
  // Reads and decodes everything, segments and log. Damage as sentences, each naming its place; empty: sound.
  virtual std::vector<std::string> verify() const;

  virtual Stats stats() const = 0;
  // What is the matter now, a sentence each; empty: nothing. Samples cannot be written, windows cannot become segments,
  // a segment cannot be read. As long as something fails its sentence stays the same. Cheap.
  virtual std::vector<std::string> troubles() const { return {}; }
  // The segments, ascending in time, damaged ones too.
  virtual std::vector<BlockInfo> blocks() const { return {}; }
  // Counts the active series by their labels, at most `limit` entries per list. Walks all of them: for people who ask,
  // not for metrics.
  virtual Cardinality cardinality(size_t limit) const = 0;
  // Waits for pending commits, syncs the log, closes. Appenders must not be used afterwards.
  virtual void close() = 0;
};

}  // namespace narthex::storage
