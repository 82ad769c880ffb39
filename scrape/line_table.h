// What a target's lines were, from one scrape to the next, so that a known line costs a hash and a comparison instead
// of tokenizing, relabeling and a look-up by labels. Design: storage, scrape hot path.
//
//   table = { line }        line = { hash of the key, length of the key, slot, next line, when seen }   24 bytes
//
// The text itself is not kept: a key is known by its 64-bit hash under a secret, so that nobody who writes a body can
// make two keys meet. The hash is salted with the TYPE state, which changes the labels of `le` and `quantile`. TYPE,
// HELP and UNIT lines are lines as well. Consecutive bodies list the same lines in the same order, which is what `next`
// says; lines out of order are found through an index that is built when it is needed and dropped when it is not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "exposition/content_type.h"
#include "exposition/entry.h"
#include "exposition/sample_tail.h"
#include "scrape/refused_lines.h"
#include "storage/appender.h"

namespace narthex::scrape {

// What stands for the slot of a series that the store refused for want of memory.
inline constexpr storage::Slot kRefusedSlot = storage::kNoSlot - 1;

// What makes the hashes unpredictable. One per process, of a random seed. Immutable, so thread-safe.
class LineSecret {
 public:
  explicit LineSecret(uint64_t seed);

  uint64_t hash(std::string_view key) const;
  // XORed to the hash of a series' key: differs between histograms, summaries and all others.
  uint64_t salt(exposition::MetricType type) const;

 private:
  static constexpr size_t kSecretSize = 192;  // what XXH3 wants
  alignas(64) unsigned char secret_[kSecretSize];
  uint64_t salts_[3];
};

// The lines of one target. Not thread-safe. A LineCursor reads and changes it; between scrapes the owner may remap or
// clear it.
class LineTable {
 public:
  // `secret` must outlive the table.
  explicit LineTable(const LineSecret& secret) : secret_(&secret) {}

  // Slots moved (storage::TargetAppender::take_remap()). Lines of slots that died are forgotten.
  void remap(const storage::Remap& slots);
  // Lines of refused series are unknown again: the store may accept them now.
  void forget_refused() { refused_.clear(); }
  // Why the last series was refused.
  const std::string& refusal() const { return refusal_; }
  void set_refusal(std::string_view why) { refusal_ = why; }
  // Everything is unknown again: the configuration of the job changed.
  void clear();

  // Lines known, whether the last scrape had them or not.
  size_t size() const { return lines_.size(); }
  // What remembering a refused line takes, about.
  static constexpr size_t kRefusalBytes = 8;
  // Heap bytes.
  size_t memory_bytes() const;

 private:
  friend class LineCursor;
  template <class Lines>
  friend class BasicLineMatcher;

  using Index = uint32_t;
  static constexpr Index kNone = UINT32_MAX;
  static constexpr size_t kLongestKey = UINT16_MAX;  // longer ones are never remembered

  enum class Kind : uint8_t { kSeries, kType, kHelp, kUnit };

  struct Line {
    uint64_t hash;
    Index next;     // the line that followed it in the last good scrape that had it
    uint32_t ref;   // kSeries: its slot, or kNoSlot if relabeling drops it; else what the sink wants to remember
    uint32_t seen;  // number of the last scrape that had it, good or not
    uint16_t length;
    Kind kind;
    exposition::MetricType type;  // kType: which
  };
  static_assert(sizeof(Line) == 24);

  // A scrape in `format` begins. Lines of another one are forgotten: what is a series there may be none here.
  void begin_scrape(exposition::Format format);

  // Whether the bytes at `p` are this line; for a series also reads its value. False for all that is unusual: the full
  // path decides then.
  template <class Lines>
  bool fits(const Line& line, const char* p, const char* end, uint64_t salt, exposition::SampleTail& tail) const;

  // Whether the previous attempt succeeded and had this line. Ask before marking it as seen.
  bool was_there(const Line& line) const { return last_good_ == scrape_ - 1 && line.seen == last_good_; }

  // The line with this hash and length, or kNone. `expected` and the lines that followed it are tried first.
  Index find(uint64_t hash, size_t length, Index expected);
  Index find_in_index(uint64_t hash, size_t length);
  Index add(const Line& line);
  void drop_added(size_t old_size);

  // After a scrape that succeeded: forgets lines that were not seen for long, restores the physical order, and gives
  // back memory.
  void settle(size_t live, size_t changes);
  // Forgets refused lines that mostly are gone; `seen` of them are there.
  void settle_refused(size_t seen);
  template <class Keep>
  void rebuild(Keep keep);

  void build_index();
  void put_into_index(Index line);

  const LineSecret* secret_;
  std::vector<Line> lines_;
  std::vector<Index> index_;  // open addressing, a power of two; empty: not built
  Index head_ = kNone;        // the first line of the last good scrape
  exposition::Format format_ = exposition::Format::kText;
  uint32_t scrape_ = 0;      // counts attempts
  uint32_t last_good_ = 0;   // the last one that was committed
  uint32_t index_used_ = 0;  // the last scrape that looked something up
  uint32_t last_sweep_ = 0;
  size_t disorder_ = 0;  // changes of order since the last rebuild
  RefusedLines refused_;
  std::string refusal_;
};

}  // namespace narthex::scrape
