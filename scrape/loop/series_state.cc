#include "scrape/loop/series_state.h"

namespace narthex::scrape {

using storage::kNoSlot;
using storage::Slot;

std::unique_ptr<storage::Remap> SeriesState::take_remap() {
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
  forget_pending_reports();
  return appender_->begin(timestamp, now);
}

void SeriesState::mark_missing(storage::Scratch& scratch, const SlotSet& seen) const {
  tracked_.for_each_without(seen, [&](Slot slot) { scratch.set_quietly(slot, kStaleMarker); });
}

Result<> SeriesState::write_reports(storage::Scratch& scratch, std::span<const double> values) {
  scratch.never_refuse();
  for (size_t i = 0; i < values.size(); ++i) {
    if (reports_[i] == kNoSlot) {
      auto slot = appender_->resolve(scratch, report_labels(target_, kReportNames[i]));
      if (!slot && slot.error().code == Code::kLimit) continue;
      if (!slot) return slot.error();
      reports_[i] = *slot;
      pending_reports_[i] = true;
    }
    scratch.set_quietly(reports_[i], values[i]);
  }
  return {};
}

void SeriesState::mark_all(storage::Scratch& scratch) const {
  mark_missing(scratch, {});
  for (Slot slot : reports_) {
    if (slot != kNoSlot) scratch.set_quietly(slot, kStaleMarker);
  }
}

void SeriesState::committed_good(Seen seen) {
  tracked_ = std::move(seen.tracked);
  known_ = std::move(seen.all);
  pending_reports_ = {};
}

void SeriesState::committed_empty() {
  tracked_.clear();
  pending_reports_ = {};
}

void SeriesState::committed_failed(const Seen& seen) {
  tracked_ = seen.tracked;
  known_.add(seen.all);
  pending_reports_ = {};
}

void SeriesState::forget_pending_reports() {
  for (size_t i = 0; i < kReports; ++i) {
    if (pending_reports_[i]) reports_[i] = kNoSlot;
  }
  pending_reports_ = {};
}

}  // namespace narthex::scrape
