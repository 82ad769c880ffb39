// Reading all of a segment.
#pragma once

#include <string>
#include <vector>

#include "storage/blocks.h"
#include "storage/segment/page_reader.h"

namespace narthex::storage {

// As Segment::verify().
std::vector<std::string> verify_pages(const PageReader& pages, const SegmentFooter& footer);

}  // namespace narthex::storage
