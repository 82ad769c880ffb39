// Classic histograms of the text formats on their way to native ones with custom buckets. Source: exposition spec,
// section 6.
//
// The series of one histogram stand line by line: x_bucket{le="1"}, x_bucket{le="+Inf"}, x_sum, x_count. Each such line
// is a member of a group, which is the histogram. Like slots, members are remembered with their lines: a known line
// says which group it belongs to, and as what, without looking at its text. Consecutive members of one group are
// collected; what comes behind them ends the collection.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "exposition/entry.h"
#include "exposition/nhcb.h"
#include "scrape/line_table.h"
#include "storage/appender.h"

namespace narthex::scrape {

// Those of one target. Not thread-safe. A scrape begins with begin_scrape(); what it adds stays if commit() is called.
class ClassicHistograms {
 public:
  enum class Role : uint8_t { kBucket, kCount, kSum };
  struct Member {
    uint32_t group = 0;
    Role role = Role::kBucket;
    double bound = 0;                          // of a bucket
    storage::Slot classic = storage::kNoSlot;  // of the series itself, if that is stored too
  };
  struct Group {
    std::string key;  // of the native histogram, as exposition::parse_series() takes it
    bool placed = false;
    storage::Slot slot = storage::kNoSlot;  // if placed; or kNoSlot, kRefusedSlot
  };

  // What a line remembers instead of a slot.
  static bool is_member(storage::Slot slot) { return slot >= kFirstMember && slot < kRefusedSlot; }

  void begin_scrape();
  void commit();
  uint32_t group(std::string key);
  storage::Slot add(const Member& member);
  const Member& member(storage::Slot slot) const { return members_[slot - kFirstMember]; }
  Group& group(uint32_t number) { return groups_[number]; }
  void place(uint32_t group, storage::Slot slot);
  // Whether so many members belong to lines that are gone that clear() pays.
  bool is_mostly_gone(size_t lines) const { return members_.size() > 64 && members_.size() > 2 * lines; }

  // The collection under way: of this group.
  std::optional<uint32_t> open() const { return open_; }
  void open(uint32_t group);
  void collect(const Member& member, double value, std::optional<Timestamp> timestamp);
  void collect(std::span<const exposition::ExemplarView> exemplars, Timestamp start);
  // Ends it. False: the series make no histogram, which is nobody's error.
  bool close(Histogram& out);
  // Of the collection that was closed last.
  std::optional<Timestamp> last_timestamp() const { return timestamp_; }
  std::span<const exposition::ExemplarView> exemplars() const { return exemplars_; }
  Timestamp start() const { return start_; }

 private:
  static constexpr storage::Slot kFirstMember = 1u << 31;

  // An exemplar whose views have what they point to.
  struct OwnedExemplar {
    std::deque<std::string> texts;
    std::vector<exposition::LabelView> labels;
  };

  std::vector<Member> members_;
  std::vector<Group> groups_;
  std::unordered_map<std::string, uint32_t> by_key_;
  size_t committed_members_ = 0;
  size_t committed_groups_ = 0;
  std::vector<uint32_t> placed_now_;  // groups that this scrape placed

  std::optional<uint32_t> open_;
  exposition::NhcbBuilder builder_;
  std::optional<Timestamp> timestamp_;
  Timestamp start_ = 0;
  std::deque<OwnedExemplar> owned_;
  std::vector<exposition::ExemplarView> exemplars_;
};

}  // namespace narthex::scrape
