// What the files of a database say, each read on its own.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "storage/blocks.h"

namespace narthex::storage {

struct OldSegment {
  std::string file;
  SegmentFooter footer;
};

struct OldFiles {
  std::map<std::string, std::string, std::less<>> meta;     // entries
  std::map<int64_t, std::map<uint64_t, std::string>> logs;  // batches by window and number
  std::map<uint64_t, OldSegment> segments;                  // by id; those merged into another are left out
  std::vector<std::string> lost;                            // as sentences
};

// Reads all tables and write-ahead logs in the folder `path`.
OldFiles read_old_files(const std::string& path);

}  // namespace narthex::storage
