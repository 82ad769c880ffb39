#include "storage/seal/catalog.h"

#include <algorithm>
#include <tuple>

namespace narthex::storage {

Catalog::Entry Catalog::open(std::shared_ptr<const SegmentPages> pages) {
  auto segment = Segment::open(pages->id(), pages, cache_);
  if (segment) return {std::move(pages), std::move(*segment), {}};
  std::string damage = segment.error().str();
  log_.error("A segment cannot be read; its samples are missing", {{"file", pages->file()}, {"err", damage}});
  return {std::move(pages), nullptr, std::move(damage)};
}

void Catalog::open() {
  for (auto& pages : files_.segments()) {
    Entry entry = open(std::move(pages));
    std::lock_guard lock(mutex_);
    entries_.push_back(std::move(entry));
  }
}

Result<SegmentList> Catalog::apply(SegmentChange change) {
  const std::vector<uint64_t> removed = change.removed;
  auto added = files_.apply(std::move(change));
  if (!added) return added.error();
  std::vector<Entry> entries;
  SegmentList segments;
  for (auto& pages : *added) {
    entries.push_back(open(std::move(pages)));
    segments.push_back(entries.back().segment);
  }
  std::lock_guard lock(mutex_);
  std::erase_if(entries_, [&](const Entry& entry) {
    const bool gone = std::find(removed.begin(), removed.end(), entry.pages->id()) != removed.end();
    if (gone) entry.pages->retire();
    return gone;
  });
  for (Entry& entry : entries) entries_.push_back(std::move(entry));
  return segments;
}

SegmentList Catalog::segments() const {
  SegmentList list;
  {
    std::lock_guard lock(mutex_);
    for (const Entry& entry : entries_) {
      if (entry.segment != nullptr) list.push_back(entry.segment);
    }
  }
  std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) {
    return std::pair(a->footer().first_window, a->id()) < std::pair(b->footer().first_window, b->id());
  });
  return list;
}

std::vector<BlockInfo> Catalog::blocks() const {
  std::vector<BlockInfo> blocks;
  {
    std::lock_guard lock(mutex_);
    for (const Entry& entry : entries_) {
      BlockInfo block{entry.pages->id(), entry.pages->bytes(), entry.pages->file(), entry.damage, {}};
      if (entry.segment != nullptr) block.footer = entry.segment->footer();
      blocks.push_back(std::move(block));
    }
  }
  std::sort(blocks.begin(), blocks.end(), [](const BlockInfo& a, const BlockInfo& b) {
    return std::pair(a.footer.first_window, a.id) < std::pair(b.footer.first_window, b.id);
  });
  return blocks;
}

uint64_t Catalog::bytes_of(uint64_t id) const {
  std::lock_guard lock(mutex_);
  const auto it = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.pages->id() == id; });
  return it == entries_.end() ? 0 : it->pages->bytes();
}

}  // namespace narthex::storage
