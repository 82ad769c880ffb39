// Columns at rest, read plainly from their grammar (docs/storage-columns.md), a bit at a time and with nothing of the
// store's code: what pins the format. Each throws std::runtime_error where the bytes end early or contradict it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "model/histogram.h"

namespace narthex::testing {

class ColumnReference {
 public:
  explicit ColumnReference(std::string_view bytes) : bytes_(bytes) {}

  std::vector<double> values(size_t count);
  std::vector<int64_t> times();
  std::vector<int64_t> runs(size_t count);
  std::vector<HistogramSample> histograms(size_t count);
  bool at_end() const { return at_ == bytes_.size(); }

 private:
  uint64_t byte();
  uint64_t varint();
  int64_t zigzag();
  uint64_t fixed();
  uint64_t bits(size_t width);  // from where the last ones ended
  void whole_byte();            // skips to the next one

  std::vector<uint64_t> body(unsigned mode, size_t count);
  void patch(std::vector<uint64_t>& numbers, uint64_t first);
  std::vector<uint64_t> integers(size_t count);
  Histogram layout();
  std::vector<BucketSpan> spans();
  void buckets(std::vector<Histogram>& all);

  std::string_view bytes_;
  size_t at_ = 0;
  size_t bit_ = 0;  // of the byte at at_
};

}  // namespace narthex::testing
