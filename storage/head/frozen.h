// What leaves the head to become segments.
#pragma once

#include <vector>

#include "storage/head/windows.h"
#include "storage/querier.h"

namespace narthex::storage {

// Closed windows that nobody writes to any more: a later sample for the same hour goes to a new window object. They
// stay readable until Windows::replace(). Everything in log families up to `family` is in them or in earlier ones.
struct Frozen {
  int64_t family;
  WindowList windows;  // ascending; the last one is `family`, if it had samples; those before it hold late samples
};

// For the committer's thread.
class FrozenSink {
 public:
  virtual ~FrozenSink() = default;
  // Does not block.
  virtual void take(Frozen frozen) = 0;
};

}  // namespace narthex::storage
