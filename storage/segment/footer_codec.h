// The footer page: it says which version the other pages have, so its beginning never changes.
//
//   footer  = version:v fields
//   fields  = first_window:s last_window:s late:u8 min_time:s max_time:s series:v columns:v samples:v histograms:v
//             exemplars:v packs:v deletions:v count { parent:v } count { codec:text columns:v samples:v bytes:v }
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "storage/blocks.h"

namespace narthex::storage {

// Of the pages that SegmentBuilder writes.
inline constexpr uint32_t kSegmentVersion = 1;

std::string encode(const SegmentFooter& footer);
// kUnsupported: it is newer than kSegmentVersion. kCorruption: it is no footer. The message says nothing of where.
Result<SegmentFooter> decode_footer(std::string_view page);

}  // namespace narthex::storage
