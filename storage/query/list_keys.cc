#include "storage/query/list_keys.h"

#include <xxhash.h>

#include <random>

namespace narthex::storage {
namespace {

constexpr uint32_t kChunk = 256;
// Numbers of chunks among those of the segment's pages, which count from 0.
constexpr uint64_t kChunkNumbers = uint64_t{1} << 63;

uint64_t seed() {
  static const uint64_t value = [] {
    std::random_device device;
    return uint64_t{device()} << 32 | device();
  }();
  return value;
}

}  // namespace

// Filled by whoever comes first. Two threads may both fill an entry: they write the same.
struct ListKeys::Chunk {
  struct Entry {
    std::atomic<uint64_t> low{0};
    std::atomic<uint64_t> high{0};  // 0: unknown; written last
  };
  std::array<Entry, kChunk> entries;
};

ListKey key_of(const ListPairs& pairs) {
  std::string text;
  const auto add = [&](const std::string& s) {
    const auto size = static_cast<uint32_t>(s.size());
    text.append(reinterpret_cast<const char*>(&size), sizeof(size)).append(s);
  };
  for (const auto& [name, value] : pairs) add(name), add(value);
  const XXH128_hash_t hash = XXH3_128bits_withSeed(text.data(), text.size(), seed());
  return {hash.low64, hash.high64 | 1};
}

ListKeys::Chunk& ListKeys::chunk(uint32_t number) {
  if (current_ != nullptr && number == current_number_) return *current_;
  const PageCache::Key key{segment_.id(), PageKind::kLists, kChunkNumbers | number};
  // Only chunks are kept under these numbers, and their entries may be written by anybody.
  current_ = std::static_pointer_cast<Chunk>(std::const_pointer_cast<void>(cache_.find(key)));
  if (current_ == nullptr) {
    current_ = std::make_shared<Chunk>();
    cache_.put(key, current_, sizeof(Chunk));
  }
  current_number_ = number;
  return *current_;
}

Result<ListKey> ListKeys::key(uint32_t list) {
  Chunk::Entry& entry = chunk(list / kChunk).entries[list % kChunk];
  if (const uint64_t high = entry.high.load(std::memory_order_acquire); high != 0) {
    return ListKey{entry.low.load(std::memory_order_relaxed), high};
  }
  const auto pairs = segment_.list(list);
  if (!pairs) return pairs.error();
  const ListKey made = key_of(*pairs);
  entry.low.store(made.low, std::memory_order_relaxed);
  entry.high.store(made.high, std::memory_order_release);
  return made;
}

}  // namespace narthex::storage
