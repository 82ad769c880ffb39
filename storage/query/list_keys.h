// Knowing the label lists of different segments as equal without comparing their texts each time.
#pragma once

#include <array>
#include <atomic>
#include <memory>

#include "storage/segment/segment.h"

namespace narthex::storage {

// Stands for a list's content: 128 bits of a hash under a seed that nobody outside the process knows, so that nobody
// can make two lists collide. Two lists are equal iff their keys are.
struct ListKey {
  uint64_t low;
  uint64_t high;  // never 0
  friend bool operator==(const ListKey&, const ListKey&) = default;
  friend size_t hash_value(const ListKey& key) { return key.low; }
};

// A list's pairs, as Segment::list() gives them.
using ListPairs = std::vector<std::pair<std::string, std::string>>;

ListKey key_of(const ListPairs& pairs);

// The keys of one segment's lists. They are kept in the page cache in chunks, 16 bytes per list, for the next query.
// Not thread-safe; the chunks are.
class ListKeys {
 public:
  // Both must outlive this.
  ListKeys(const Segment& segment, PageCache& cache) : segment_(segment), cache_(cache) {}

  // kCorruption: the list cannot be read.
  Result<ListKey> key(uint32_t list);

 private:
  struct Chunk;
  Chunk& chunk(uint32_t number);

  const Segment& segment_;
  PageCache& cache_;
  uint32_t current_number_ = 0;
  std::shared_ptr<Chunk> current_;
};

}  // namespace narthex::storage
