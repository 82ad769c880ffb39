// Finding out which columns share timestamps: a group is a strictly ascending vector, a column refers to it by index.
//
// A column with the timestamps of a group, or with some of them, needs no timestamps of its own, only where its gaps
// are. One that goes on where a group ends makes it longer. What fits to none of the groups tried becomes one.
#pragma once

#include <xxhash.h>

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "storage/segment/page/list_page.h"
#include "storage/segment/page/pack_page.h"

namespace narthex::storage {

// Not thread-safe. Keeps groups as bytes at rest, about one per timestamp.
class TimeGroups {
 public:
  // Timestamps that columns of this target are likely to have.
  void expect(uint32_t target, std::span<const Timestamp> times);
  // Where a column of this target has its timestamps; one at least.
  ColumnTimes place(uint32_t target, std::span<const Timestamp> times);

  // The range that the target's series are compared with: that of its first group when that came.
  const TargetTimes& range_of(uint32_t target) { return targets_.find(target)->second.range; }
  // Null: no column is of this target. Otherwise with its largest group.
  const TargetTimes* target(uint32_t target);

  uint32_t size() const { return static_cast<uint32_t>(groups_.size()); }
  std::string_view bytes(uint32_t group) const { return groups_[group].bytes; }

 private:
  struct Group {
    std::string bytes;
    uint32_t size;
    Timestamp first;
    Timestamp last;
    uint64_t columns;
  };
  struct OfTarget {
    TargetTimes range;
    std::vector<uint32_t> tried;  // its first group, and the newest ones
    uint32_t largest = 0;         // by columns
    bool has_columns = false;
  };
  // Timestamps of a target that were placed before, all of a group's from `first` to `last`.
  struct Key {
    uint32_t target;
    XXH128_hash_t hash;
    friend bool operator==(const Key& a, const Key& b) {
      return a.target == b.target && a.hash.low64 == b.hash.low64 && a.hash.high64 == b.hash.high64;
    }
    friend size_t hash_value(const Key& key) { return key.hash.low64; }
  };
  struct Known {
    uint32_t group;
    uint32_t first;
    uint32_t last;
  };

  static Key key_of(uint32_t target, std::span<const Timestamp> times);
  uint32_t add_group(OfTarget& target, std::span<const Timestamp> times);
  bool fit(uint32_t group, std::span<const Timestamp> times, ColumnTimes& out);
  void decode(uint32_t group);
  void extend(uint32_t group, std::span<const Timestamp> times);
  void use(OfTarget& target, uint32_t group);

  std::vector<Group> groups_;
  boost::unordered_flat_map<uint32_t, OfTarget> targets_;
  boost::unordered_flat_map<Key, Known> known_;
  std::vector<Timestamp> decoded_;  // the timestamps of this group:
  std::optional<uint32_t> decoded_group_;
};

}  // namespace narthex::storage
