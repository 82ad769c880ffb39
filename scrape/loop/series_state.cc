#include "scrape/loop/series_state.h"

#include <algorithm>

namespace narthex::scrape {

using storage::kNoSlot;
using storage::Slot;

std::unique_ptr<storage::Remap> SeriesState::take_remap() {
  forget_dropped();
  auto remap = appender_->take_remap();
  if (!remap) return nullptr;
  tracked_.remap(*remap);
  known_.remap(*remap);
  for (Slot& slot : reports_) {
    if (slot != kNoSlot) slot = (*remap)[slot];
  }
  return remap;
}

std::unique_ptr<storage::Scratch> SeriesState::begin(Timestamp timestamp, Timestamp now) {
  dropped_.clear();
  forget_dropped();
  return appender_->begin(timestamp, now);
}

void SeriesState::mark_missing(storage::Scratch& scratch, const SlotSet& seen) const {
  tracked_.for_each_without(seen, [&](Slot slot) { scratch.set(slot, kStaleMarker); });
}

Result<> SeriesState::write_reports(storage::Scratch& scratch, std::span<const double> values) {
  for (size_t i = 0; i < values.size(); ++i) {
    if (reports_[i] == kNoSlot) {
      auto slot = appender_->resolve(scratch, report_labels(target_, kReportNames[i]));
      if (!slot && slot.error().code == Code::kLimit) continue;
      if (!slot) return slot.error();
      reports_[i] = *slot;
    }
    scratch.set(reports_[i], values[i]);
  }
  return {};
}

void SeriesState::mark_all(storage::Scratch& scratch) const {
  mark_missing(scratch, {});
  for (Slot slot : reports_) {
    if (slot != kNoSlot) scratch.set(slot, kStaleMarker);
  }
}

void SeriesState::committed_good(Seen seen) {
  tracked_ = std::move(seen.tracked);
  known_ = std::move(seen.all);
}

void SeriesState::committed_empty() { tracked_.clear(); }

void SeriesState::committed_failed(const Seen& seen) {
  // Series that the failed body showed for the first time have no slot: theirs went with the scratch, and may belong to
  // a report series by now.
  tracked_.clear();
  seen.tracked.for_each_without(dropped_, [this](Slot slot) { tracked_.insert(slot); });
  seen.all.for_each_without(dropped_, [this](Slot slot) { known_.insert(slot); });
}

void SeriesState::forget_dropped() {
  for (const Slot dropped : appender_->take_dropped()) {
    dropped_.insert(dropped);
    std::replace(reports_.begin(), reports_.end(), dropped, kNoSlot);
  }
}

}  // namespace narthex::scrape
