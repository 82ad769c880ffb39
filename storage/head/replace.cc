#include <algorithm>

#include "storage/head/windows.h"

namespace narthex::storage {

void Windows::replace(const WindowList& sealed, const SegmentList& added,
                      const std::vector<uint64_t>& removed_segment_ids) {
  std::lock_guard lock(mutex_);
  auto segments = std::make_shared<SegmentList>(*segments_);
  std::erase_if(*segments, [&](const auto& segment) {
    return std::find(removed_segment_ids.begin(), removed_segment_ids.end(), segment->id()) !=
           removed_segment_ids.end();
  });
  segments->insert(segments->end(), added.begin(), added.end());
  std::sort(segments->begin(), segments->end(), [](const auto& a, const auto& b) {
    return std::pair(a->footer().first_window, a->id()) < std::pair(b->footer().first_window, b->id());
  });
  segments_ = std::move(segments);
  take_out(sealed);
}

}  // namespace narthex::storage
