// The family `meta`: what the store knows of itself, a few small entries that change together.
//
//   window_ms          length of a window
//   first_retained     number of the oldest window whose log family is valid
//   last_number        commits up to this one may be gone with their families
//   next_segment       ids of segments below were given away
//   log_<window>       RocksDB's number of this family, for whoever reads its write-ahead log without its MANIFEST
//   segment_<id>       a valid segment: its file's bytes
//   tombstone_<number> a tombstone's bytes
//
// Numbers are decimal; those of segments and tombstones have 20 digits, so that they sort.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "storage/log/rocks.h"

namespace narthex::storage {

inline constexpr std::string_view kWindowLength = "window_ms";
inline constexpr std::string_view kFirstRetained = "first_retained";
inline constexpr std::string_view kLastNumber = "last_number";
inline constexpr std::string_view kNextSegment = "next_segment";
inline constexpr std::string_view kSegmentPrefix = "segment_";
inline constexpr std::string_view kTombstonePrefix = "tombstone_";

std::string numbered_key(std::string_view prefix, uint64_t number);

// Not thread-safe.
class Meta {
 public:
  using Changes = std::map<std::string, std::optional<std::string>, std::less<>>;  // no value: removed

  rocksdb::Status load(Handles& handles);
  // All or nothing. A failed write may have reached the disk all the same: the next one takes it back, before it makes
  // its own changes.
  rocksdb::Status write(Handles& handles, const Changes& changes, bool sync);

  // Null: there is no such entry.
  const std::string* find(std::string_view key) const;
  int64_t number(std::string_view key, int64_t otherwise) const;
  // Calls visit(number, value) for each entry `<prefix><number>`, numbers ascending.
  void each(std::string_view prefix, const std::function<void(uint64_t, const std::string&)>& visit) const;

 private:
  std::map<std::string, std::string, std::less<>> entries_;  // as they are valid
  Changes undo_;                                             // what makes them so after failed writes
};

}  // namespace narthex::storage
