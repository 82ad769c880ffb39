#include "scrape/line_matcher.h"

#include <cassert>

namespace narthex::scrape {

LineMatcher::LineMatcher(LineTable& table, std::string_view body)
    : table_(table),
      begin_(body.data()),
      end_(body.data() + body.size()),
      p_(begin_),
      walker_(body),
      salt_(table.secret_->salt(exposition::MetricType::kUnknown)),
      old_size_(table.lines_.size()),
      expected_(table.head_) {
  ++table_.scrape_;
}

LineMatcher::~LineMatcher() {
  if (!committed_) table_.drop_added(old_size_);
}

// Lines that are new to the table may be changed at once: they are dropped with the scrape.
void LineMatcher::put_after_last(Index line) {
  if (last_ != kNone && last_ >= old_size_) {
    table_.lines_[last_].next = line;
  } else {
    order_changes_.push_back({last_, line});
  }
}

void LineMatcher::remember(uint64_t hash, size_t length, Kind kind, uint32_t ref) {
  const Index index = table_.add({.hash = hash,
                                  .next = expected_,
                                  .ref = ref,
                                  .seen = table_.scrape_,
                                  .length = static_cast<uint16_t>(length),
                                  .kind = kind,
                                  .type = walker_.type()});
  put_after_last(index);
  last_ = index;
  ++live_;
}

void LineMatcher::commit() {
  assert(done() && !stopped_ && !committed_);
  committed_ = true;
  if (expected_ != kNone) put_after_last(kNone);
  for (const Change& change : order_changes_) {
    (change.line == kNone ? table_.head_ : table_.lines_[change.line].next) = change.next;
  }
  for (const Change& change : ref_changes_) table_.lines_[change.line].ref = change.next;
  table_.settle(live_, order_changes_.size());
}

}  // namespace narthex::scrape
