// One request on its way into the store: its series find their slots, its samples go into scratches, these are
// committed together, and what was refused becomes an answer. The rows of configuration spec, section 7, are here.
#pragma once

#include "remote/receiver.h"
#include "remote/write/refusals.h"
#include "remote/write/request.h"
#include "remote/write/series_cache.h"

namespace narthex::remote {

// What became of a request.
struct BatchResult {
  WriteAnswer answer;
  Written written;  // counts of both versions
  uint64_t invalid_label_samples = 0;
  uint64_t refused_samples = 0;
  uint64_t refused_exemplars = 0;
  bool rolled_back = false;
  bool failed = false;  // the store could not write
};

// Used once; the cache is its own meanwhile.
class Batch {
 public:
  Batch(SeriesCache& cache, storage::Store& store, const ReceiverOptions& options, WriteRequest& request)
      : cache_(cache), store_(store), options_(options), request_(request), is_v1_(request.version == Version::kV1) {}

  // Waits for the store.
  BatchResult write(int64_t steady_ms, Timestamp now);

 private:
  static constexpr uint32_t kNowhere = UINT32_MAX;
  // Where a series' samples went.
  struct Went {
    uint32_t scratch = kNowhere;
    storage::Slot slot = 0;
  };

  Result<> fill();
  Result<> fill_series(size_t i);
  Timestamp first_time(size_t i) const;
  // Nothing: the series is not to be stored, and why is told already.
  Result<const SeriesPlace*> place_of(size_t i);
  Result<const SeriesPlace*> first_seen(size_t i, const WrittenSeries& series);
  bool is_empty(size_t i) const;
  void skip(size_t i, std::string text);
  Result<> add_histogram(size_t i, const SeriesPlace& place, WrittenHistogram& histogram);
  void add_exemplar(size_t i, const SeriesPlace& place, WrittenExemplar& exemplar);
  const Labels& labels_of_place(const SeriesPlace& place);

  storage::CommitResult commit();
  void tell(storage::CommitResult& result);
  void answer(const storage::CommitResult& result);
  BatchResult refuse(const Error& error);

  SeriesCache& cache_;
  storage::Store& store_;
  const ReceiverOptions& options_;
  WriteRequest& request_;
  const bool is_v1_;
  BatchResult out_;
  Refusals refusals_;
  std::vector<Went> went_;  // by series
  SeriesPlace added_{};     // the last one that first_seen() returned
  std::vector<Label> sent_;
  Labels labels_;
};

}  // namespace narthex::remote
