// Series that are the same label set, split in different ways: they become one.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "storage/identity/label_list.h"

namespace narthex::storage {

struct Split {
  const LabelList* target;
  const LabelList* difference;
};

inline constexpr uint32_t kNoTwin = UINT32_MAX;

// For each of the series given, the place of the next one with the same labels; `is_first`: there is none before it.
struct Twins {
  std::vector<uint32_t> next;
  std::vector<bool> is_first;
};
Twins find_twins(std::span<const Split> series);

}  // namespace narthex::storage
