// The parts of the history on the disk, for whoever lists them.
#pragma once

#include <cstdint>
#include <string>

#include "storage/segment/footer.h"

namespace narthex::storage {

struct BlockInfo {
  uint64_t id = 0;
  uint64_t bytes = 0;    // on the disk
  std::string file;      // its path
  std::string damage;    // why it cannot be read; "": it can
  SegmentFooter footer;  // nothing but zeros if it is damaged
};

}  // namespace narthex::storage
