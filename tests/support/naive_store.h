// The store as one would write it on a Sunday: a map from label set to samples. It implements the store's public
// interfaces and is the oracle for the real one, and the data source of everybody else's tests.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "storage/store.h"

namespace narthex::testing {

using SeriesMap = std::map<Labels, storage::Column>;

// Thread-safe.
class NaiveStore final : public storage::Store {
 public:
  explicit NaiveStore(storage::Options options = {}) : options_(std::move(options)) {}

  // Appends without any check; keep timestamps ascending per series.
  void add(const Labels& labels, Timestamp timestamp, double value);
  void add(const Labels& labels, Timestamp timestamp, Histogram histogram);
  void add(const Labels& labels, Exemplar exemplar);
  // As Store says, but without telling refusals one by one.
  void commit_all(std::vector<std::unique_ptr<storage::Scratch>> scratches, storage::CommitMode mode,
                  std::function<void(storage::CommitResult)> done) override;
  // Instead of what the series had.
  void set(const Labels& labels, storage::Column column);
  // The next `count` commits fail with kUnavailable and store nothing.
  void fail_commits(int count);

  std::shared_ptr<const storage::View> view() const override;
  std::shared_ptr<storage::TargetAppender> open_target(const Labels& public_labels) override;
  storage::Stats stats() const override;
  std::vector<storage::BlockInfo> blocks() const override { return blocks_; }
  // What it says it has; before others use it.
  void set_blocks(std::vector<storage::BlockInfo> blocks) { blocks_ = std::move(blocks); }
  // Every series is active, and has one column.
  storage::Cardinality cardinality(size_t limit) const override;
  void close() override {}

  // A sample; with a histogram it is that.
  struct Entry {
    Labels labels;
    Timestamp timestamp;
    double value;
    std::shared_ptr<const Histogram> histogram = {};
    Timestamp start = 0;
    bool quiet = false;  // not counted if it is refused
  };
  // What a commit does, in this order (scrape spec, 6.2): each entry is checked against the newest sample its series
  // had *before* this commit; what passes is then appended in the given order, first come first served.
  // With an out-of-order window, what is not in order is inserted if it lies within; the first sample of a time holds.
  struct Rules {
    bool fail_if_too_old = false;
    bool only_in_order = false;
  };
  storage::CommitResult commit(const std::vector<Entry>& entries, Timestamp now, Rules rules);
  storage::CommitResult commit(const std::vector<Entry>& entries, Timestamp now) {
    return commit(entries, now, Rules());
  }
  void set_limits(const storage::Limits& limits) override;

  // Likewise for the exemplars of a scrape at `at`, grouped by series.
  void commit_exemplars(const std::vector<storage::SeriesExemplars>& exemplars, Timestamp at, Timestamp now,
                        storage::CommitResult& result);

  std::vector<storage::SeriesExemplars> exemplars(std::span<const std::vector<Matcher>> matcher_sets, Timestamp from,
                                                  Timestamp to) const override;
  void set_max_exemplars(size_t max) override;
  // Hides what was deleted; the order of samples is still checked against it.
  Result<> delete_series(std::vector<std::vector<Matcher>> selectors, Timestamp from, Timestamp to) override;

 private:
  struct Deleted {
    std::vector<std::vector<Matcher>> selectors;
    Timestamp from;
    Timestamp to;
    bool hides(const Labels& labels, Timestamp t) const;
  };
  bool is_deleted(const Labels& labels, Timestamp t) const;
  std::shared_ptr<const SeriesMap> left() const;
  void keep_exemplars();
  enum class Verdict { kAccept, kInsert, kSilent, kOutOfOrder, kDuplicate, kOutOfBounds, kTooOld };
  Verdict judge(const Entry& entry, Timestamp now, Rules rules) const;
  Verdict not_in_order(Timestamp t, Rules rules) const;
  bool in_bounds(Timestamp t, Timestamp now) const;
  SeriesMap& writable();

  const storage::Options options_;
  storage::Limits limits_ = options_.limits;
  mutable std::mutex mutex_;
  std::shared_ptr<SeriesMap> series_ = std::make_shared<SeriesMap>();
  mutable bool viewed_ = false;  // a view was given out: series_ must be copied before it changes
  Timestamp newest_ = INT64_MIN;
  std::vector<Deleted> deleted_;
  uint64_t appended_ = 0;
  size_t max_exemplars_ = options_.max_exemplars;
  std::vector<std::pair<Labels, Exemplar>> exemplars_;  // in the order of adding
  uint64_t commits_ = 0;
  int failing_ = 0;
  std::vector<storage::BlockInfo> blocks_;
};

// Everything a view holds, a line per series: `up{job="a"} 1000:1 2000:7ff0000000000002`, values as 16 hex digits of
// their bits unless they are small integers, histograms in braces, known starts before the timestamp: `900>1000:1`. Two
// stores are equal iff their dumps are.
std::string dump(const storage::View& view, Timestamp from = storage::kMinTime, Timestamp to = storage::kMaxTime);

// All exemplars, a line per series.
std::string dump_exemplars(const storage::Queryable& store, Timestamp from = storage::kMinTime,
                           Timestamp to = storage::kMaxTime);

}  // namespace narthex::testing
