// Pages as they were read and unpacked, shared by all segments: the least recently used go first.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>

#include "storage/segment/pages.h"

namespace narthex::storage {

// Thread-safe. What was handed out stays valid for whoever holds it, whether it is still cached or not.
class PageCache {
 public:
  explicit PageCache(size_t max_bytes) : max_bytes_(max_bytes) {}

  struct Key {
    uint64_t segment;
    PageKind kind;
    uint64_t number;
    friend bool operator==(const Key&, const Key&) = default;
    friend size_t hash_value(const Key& k) {
      return (k.segment * 0x9e3779b97f4a7c15ull + static_cast<uint64_t>(k.kind)) * 0xc2b2ae3d27d4eb4full ^ k.number;
    }
  };

  // Null if it is not here.
  std::shared_ptr<const void> find(const Key& key);
  // `bytes`: what it takes in memory.
  void put(const Key& key, std::shared_ptr<const void> page, size_t bytes);
  void set_max(size_t max_bytes);
  size_t bytes() const;

 private:
  struct Entry {
    Key key;
    std::shared_ptr<const void> page;
    size_t bytes;
  };
  void drop_beyond(size_t bytes);

  mutable std::mutex mutex_;
  // Behind mutex_:
  size_t max_bytes_;
  size_t bytes_ = 0;
  std::list<Entry> entries_;  // most recently used first
  boost::unordered_flat_map<Key, std::list<Entry>::iterator> by_key_;
};

}  // namespace narthex::storage
