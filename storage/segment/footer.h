// What a segment says of itself: SegmentFooter.
#pragma once

#include "storage/blocks.h"
