// The parts of the history on the disk: segments, and what they say of themselves.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/sample.h"

namespace narthex::storage {

// How many columns are coded how.
struct CodecCount {
  std::string codec;  // "constant", "integer", "decimal", …
  uint64_t columns = 0;
  uint64_t samples = 0;
  uint64_t bytes = 0;  // of the columns' values, before packs are compressed
};

// What a segment says of itself.
struct SegmentFooter {
  uint32_t version = 0;      // of the page formats
  int64_t first_window = 0;  // covers the windows from here
  int64_t last_window = 0;   // to here, both included
  bool late = false;         // holds late samples of windows that have another segment
  Timestamp min_time = 0;    // of the samples
  Timestamp max_time = 0;
  uint64_t series = 0;
  uint64_t columns = 0;
  uint64_t samples = 0;  // numbers and histograms
  uint64_t histograms = 0;
  uint64_t exemplars = 0;
  uint64_t packs = 0;
  uint64_t deletions = 0;              // tombstones up to this number are applied: what they name is not in here
  std::vector<uint64_t> parents = {};  // the segments that were merged into this one
  std::vector<CodecCount> codecs = {};
};

struct BlockInfo {
  uint64_t id = 0;
  uint64_t bytes = 0;    // on the disk
  std::string file;      // its path
  std::string damage;    // why it cannot be read; "": it can
  SegmentFooter footer;  // nothing but zeros if it is damaged
};

}  // namespace narthex::storage
