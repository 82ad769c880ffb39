// Which slot of which target owns the series with a given hash, at 10 to 15 bytes per series.
//
// Open addressing with linear probing over 64-bit entries; nothing but the entry is stored. Its tag (16 bits of the
// hash) also gives its home position, so growing and erasing need no hash of the series:
//
//   entry = tag:16 | target:22 | slot:26      home = tag * capacity / 65536, within the shard of the hash's top byte
//
// A tag agrees by chance once in 65536: the caller verifies what it is given.
#pragma once

#include <array>
#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <mutex>
#include <vector>

namespace narthex::storage {

struct SeriesPlace {
  uint32_t target;
  uint32_t slot;
  friend bool operator==(const SeriesPlace&, const SeriesPlace&) = default;
};
inline constexpr uint32_t kMaxTargets = (1u << 22) - 1;
inline constexpr uint32_t kMaxSlots = (1u << 26) - 1;

using SeriesPlaces = boost::container::small_vector<SeriesPlace, 4>;

// Thread-safe.
class SeriesIndex {
 public:
  // Everything that may be the series with this hash.
  SeriesPlaces find(uint64_t hash) const;
  // The place must not be there yet.
  void insert(uint64_t hash, SeriesPlace place);
  void erase(uint64_t hash, SeriesPlace place);

  size_t size() const;
  size_t bytes() const;

 private:
  static constexpr size_t kShards = 256;
  // Not thread-safe.
  struct Shard {
    mutable std::mutex mutex;
    std::vector<uint64_t> entries;
    size_t used = 0;

    size_t home(uint64_t tag) const { return (tag * entries.size()) >> 16; }
    size_t next(size_t i) const { return i + 1 == entries.size() ? 0 : i + 1; }
    void put(uint64_t entry);
    void grow();
    void remove(size_t hole);
  };
  Shard& shard(uint64_t hash) const { return shards_[hash >> 56]; }

  mutable std::array<Shard, kShards> shards_;
};

}  // namespace narthex::storage
