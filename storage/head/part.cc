#include "storage/head/part.h"

#include <algorithm>

namespace narthex::storage {

std::shared_ptr<TimeGroup> Part::add_group(bool of_scrapes) {
  auto group = std::make_shared<TimeGroup>(base_);
  group->place = static_cast<uint32_t>(groups_.size());
  group->window = window_;
  group->of_scrapes = of_scrapes;
  groups_.push_back(group);
  return group;
}

TimeGroup* Part::scrapes_of(uint32_t producer) const {
  for (const Scrapes& s : scrapes_) {
    if (s.producer == producer) return s.group;
  }
  return nullptr;
}

uint32_t Part::scrapes_number(uint32_t producer) const {
  for (const Scrapes& s : scrapes_) {
    if (s.producer == producer) return s.number;
  }
  return kNoGroup;
}

void Part::set_scrapes(uint32_t producer, uint32_t number, TimeGroup* group) {
  std::erase_if(scrapes_, [&](const Scrapes& s) { return s.producer == producer; });
  scrapes_.push_back({producer, number, group});
}

void Part::add_piece(ListId list, const ColumnState& column, const SideColumn* side) {
  pieces_.push_back({list, side == nullptr ? kNoSide : static_cast<uint32_t>(sides_.size()), column});
  if (side != nullptr) sides_.push_back(*side);
  const size_t tail = pieces_.size() - sorted_;
  if (tail > 64 && tail > sorted_ / 8) settle();
}

void Part::forget_bases() {
  for (const Scrapes& s : scrapes_) {
    s.group->key_index = s.group->size();
    s.group->seen.clear();
  }
}

void Part::finish() {
  settle();
  out_of_order_.finish();
  pieces_.shrink_to_fit();
  sides_.shrink_to_fit();
  for (const auto& group : groups_) group->shrink();
  log.told_slots = {};
}

void Part::settle() {
  std::stable_sort(pieces_.begin(), pieces_.end(), [](const Piece& a, const Piece& b) { return a.list < b.list; });
  sorted_ = pieces_.size();
}

size_t Part::bytes() const {
  size_t sum = sizeof(*this) + pieces_.capacity() * sizeof(Piece) + sides_.capacity() * sizeof(SideColumn) +
               scrapes_.capacity() * sizeof(Scrapes) + groups_.capacity() * sizeof(groups_[0]) +
               log.told_slots.capacity() / 8 + out_of_order_.bytes();
  for (const auto& group : groups_) sum += group->bytes();
  return sum;
}

}  // namespace narthex::storage
