#include "scrape/line_cursor.h"

#include <cassert>

namespace narthex::scrape {

LineCursor::LineCursor(LineTable& table, exposition::Format format)
    : table_((table.begin_scrape(format), table)), old_size_(table.lines_.size()), expected_(table.head_) {}

// Lines that are new to the table may be changed at once: they are dropped with the scrape.
void LineCursor::put_after_last(Index line) {
  if (last_ != kNone && last_ >= old_size_) {
    table_.lines_[last_].next = line;
  } else {
    order_changes_.push_back({last_, line});
  }
}

void LineCursor::remember(uint64_t hash, size_t length, Kind kind, exposition::MetricType type, uint32_t ref) {
  const Index index = table_.add({.hash = hash,
                                  .next = expected_,
                                  .ref = ref,
                                  .seen = table_.scrape_,
                                  .length = static_cast<uint16_t>(length),
                                  .kind = kind,
                                  .type = type});
  put_after_last(index);
  last_ = index;
  ++live_;
}

bool LineCursor::settle_verdict(const Verdict& verdict, uint64_t hash, std::string_view key,
                                exposition::MetricType type) {
  if (verdict.action == Verdict::kRemember && key.size() <= LineTable::kLongestKey) {
    remember(hash, key.size(), Kind::kSeries, type, verdict.slot);
  }
  if (verdict.action == Verdict::kRefuse && key.size() <= LineTable::kLongestKey) {
    table_.refused_.add(hash);
    ++refused_;
  }
  return verdict.action != Verdict::kStop;
}

void LineCursor::commit() {
  assert(!committed_);
  committed_ = true;
  if (expected_ != kNone) put_after_last(kNone);
  for (const Change& change : order_changes_) {
    (change.line == kNone ? table_.head_ : table_.lines_[change.line].next) = change.next;
  }
  for (const Change& change : ref_changes_) table_.lines_[change.line].ref = change.next;
  table_.settle_refused(refused_);
  table_.settle(live_, order_changes_.size());
}

}  // namespace narthex::scrape
