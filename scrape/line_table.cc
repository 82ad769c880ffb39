#include "scrape/line_table.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cassert>

#include "scrape/line_format.h"

namespace narthex::scrape {
namespace {

constexpr int kLookAhead = 8;         // a line or two vanished: cheaper than the index
constexpr uint32_t kKeepScrapes = 8;  // lines, and the index, survive this many scrapes without use
constexpr size_t kSmallestIndex = 16;

// Assigning {} would keep the capacity.
template <class T>
void release(std::vector<T>& vector) {
  std::vector<T>().swap(vector);
}

}  // namespace

LineSecret::LineSecret(uint64_t seed) {
  static_assert(kSecretSize == XXH_SECRET_DEFAULT_SIZE);
  XXH3_generateSecret_fromSeed(secret_, seed);
  for (uint64_t i = 0; i < std::size(salts_); ++i)
    salts_[i] = XXH3_64bits_withSecret(&i, sizeof i, secret_, kSecretSize);
}

uint64_t LineSecret::hash(std::string_view key) const {
  return XXH3_64bits_withSecret(key.data(), key.size(), secret_, kSecretSize);
}

uint64_t LineSecret::salt(exposition::MetricType type) const {
  if (type == exposition::MetricType::kHistogram) return salts_[1];
  return salts_[type == exposition::MetricType::kSummary ? 2 : 0];
}

void LineTable::begin_scrape(exposition::Format format) {
  if (format != format_) clear();
  format_ = format;
  ++scrape_;
}

template <class Lines>
bool LineTable::fits(const Line& line, const char* p, const char* end, uint64_t salt,
                     exposition::SampleTail& tail) const {
  const size_t length = line.length;
  if (static_cast<size_t>(end - p) <= length) return false;
  const char* stop = p + length;
  if (line.kind == Kind::kSeries) {
    if (!Lines::ends_key(*stop) || (secret_->hash({p, length}) ^ salt) != line.hash) return false;
    return Lines::read_tail(stop + 1, end, tail);
  }
  if (*stop != '\n' || secret_->hash({p, length}) != line.hash) return false;
  tail.next = stop + 1;
  return true;
}

template bool LineTable::fits<TextLines>(const Line&, const char*, const char*, uint64_t,
                                         exposition::SampleTail&) const;
template bool LineTable::fits<OpenMetricsLines>(const Line&, const char*, const char*, uint64_t,
                                                exposition::SampleTail&) const;

LineTable::Index LineTable::find(uint64_t hash, size_t length, Index expected) {
  for (int i = 0; i < kLookAhead && expected != kNone; ++i) {
    const Line& line = lines_[expected];
    if (line.hash == hash && line.length == length) return expected;
    expected = line.next;
  }
  return find_in_index(hash, length);
}

LineTable::Index LineTable::find_in_index(uint64_t hash, size_t length) {
  index_used_ = scrape_;
  if (index_.empty()) build_index();
  const size_t mask = index_.size() - 1;
  for (size_t at = hash & mask; index_[at] != kNone; at = (at + 1) & mask) {
    const Line& line = lines_[index_[at]];
    if (line.hash == hash && line.length == length) return index_[at];
  }
  return kNone;
}

void LineTable::build_index() {
  size_t size = kSmallestIndex;
  while (size < lines_.size() * 2) size *= 2;
  index_.assign(size, kNone);
  for (Index i = 0; i < lines_.size(); ++i) put_into_index(i);
}

void LineTable::put_into_index(Index line) {
  const size_t mask = index_.size() - 1;
  size_t at = lines_[line].hash & mask;
  while (index_[at] != kNone) at = (at + 1) & mask;
  index_[at] = line;
}

LineTable::Index LineTable::add(const Line& line) {
  const Index index = static_cast<Index>(lines_.size());
  lines_.push_back(line);
  if (lines_.size() * 4 > index_.size() * 3) {
    build_index();
  } else {
    put_into_index(index);
  }
  return index;
}

void LineTable::drop_added(size_t old_size) {
  if (lines_.size() == old_size) return;
  lines_.resize(old_size);
  release(index_);
}

template <class Keep>
void LineTable::rebuild(Keep keep) {
  std::vector<Index> place(lines_.size(), kNone);
  std::vector<Line> kept;
  kept.reserve(lines_.size());
  auto take = [&](Index i) {
    if (place[i] != kNone || !keep(lines_[i])) return;
    place[i] = static_cast<Index>(kept.size());
    kept.push_back(lines_[i]);
  };
  for (Index i = head_; i != kNone; i = lines_[i].next) take(i);
  const size_t ordered = kept.size();
  for (Index i = 0; i < lines_.size(); ++i) take(i);
  for (size_t i = 0; i < kept.size(); ++i) {
    Index& next = kept[i].next;
    if (i < ordered) {
      next = i + 1 < ordered ? static_cast<Index>(i + 1) : kNone;
    } else if (next != kNone) {
      next = place[next];
    }
  }
  head_ = ordered > 0 ? 0 : kNone;
  lines_ = std::move(kept);
  release(index_);
  disorder_ = 0;
}

void LineTable::settle(size_t live, size_t changes) {
  last_good_ = scrape_;
  disorder_ += changes;
  const size_t absent = lines_.size() - live;
  const bool crowded = absent > std::max<size_t>(64, live / 8) && scrape_ - last_sweep_ >= kKeepScrapes;
  const bool calm_again = changes == 0 && disorder_ > live / 16 + 1;
  if (crowded) last_sweep_ = scrape_;
  if (crowded || calm_again) {
    rebuild([this](const Line& line) { return scrape_ - line.seen < kKeepScrapes; });
  }
  if (scrape_ - index_used_ >= kKeepScrapes) release(index_);
  if (lines_.capacity() > lines_.size() + lines_.size() / 8 + 8) lines_.shrink_to_fit();
}

void LineTable::settle_refused(size_t seen) {
  if (refused_.size() > 2 * seen + 64) refused_.clear();
}

void LineTable::remap(const storage::Remap& slots) {
  bool any_dead = false;
  for (Line& line : lines_) {
    if (line.kind != Kind::kSeries || line.ref == storage::kNoSlot) continue;
    assert(line.ref < slots.size());
    const storage::Slot slot = line.ref < slots.size() ? slots[line.ref] : storage::kNoSlot;
    if (slot == storage::kNoSlot) {
      line.length = 0;
      any_dead = true;
    }
    line.ref = slot;
  }
  if (any_dead) rebuild([](const Line& line) { return line.length > 0; });
}

void LineTable::clear() {
  release(lines_);
  release(index_);
  refused_.clear();
  head_ = kNone;
  disorder_ = 0;
}

size_t LineTable::memory_bytes() const {
  return lines_.capacity() * sizeof(Line) + index_.capacity() * sizeof(Index) + refused_.memory_bytes();
}

}  // namespace narthex::scrape
