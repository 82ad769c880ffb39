#include "storage/seal/clean.h"

#include <algorithm>

#include "storage/seal/merge.h"

namespace narthex::storage {

Result<> clean_segments(const SealContext& context, size_t max_bytes) {
  for (const auto& segment : context.catalog.segments()) {
    const SegmentFooter& footer = segment->footer();
    if (!context.windows.deletions()->reach(footer.deletions, footer.min_time, footer.max_time)) continue;
    if (auto merged = merge_segments(context, {segment}, max_bytes); !merged) return merged;
    context.at("clean.segment");
  }
  return {};
}

namespace {

// What was logged at or before this time is sealed, late samples included: those come as long as the limits say, and go
// into the log of the window that is the newest then.
Timestamp logged_after(const SealContext& context, const Limits& limits) {
  const Timestamp newest = context.windows.newest();
  if (newest == INT64_MIN) return INT64_MIN;
  const Options& options = context.options;
  const int64_t late = std::max(options.max_past_ms, limits.out_of_order_window_ms);
  return newest - late - 2 * options.window_ms - options.overlap_ms;
}

bool is_in_bytes(const Tombstone& tombstone, const std::vector<BlockInfo>& blocks) {
  return std::all_of(blocks.begin(), blocks.end(), [&](const BlockInfo& block) {
    if (!block.damage.empty()) return false;
    const SegmentFooter& footer = block.footer;
    return footer.deletions >= tombstone.number || footer.min_time > tombstone.interval.to ||
           footer.max_time < tombstone.interval.from;
  });
}

}  // namespace

Result<> forget_tombstones(const SealContext& context, const Limits& limits) {
  const auto deletions = context.windows.deletions();
  if (deletions->empty()) return {};
  const Timestamp after = logged_after(context, limits);
  const std::vector<BlockInfo> blocks = context.catalog.blocks();
  SegmentChange change;
  for (const Tombstone& t : deletions->tombstones()) {
    if (t.interval.to < after && is_in_bytes(t, blocks)) change.tombstones_removed.push_back(t.number);
  }
  if (change.tombstones_removed.empty()) return {};
  const std::vector<uint64_t> forgotten = change.tombstones_removed;
  if (auto applied = context.files.apply(std::move(change)); !applied) return applied.error();
  context.at("clean.forgotten");
  context.windows.change_deletions([&](std::vector<Tombstone>& tombstones) {
    std::erase_if(tombstones, [&](const Tombstone& t) {
      return std::find(forgotten.begin(), forgotten.end(), t.number) != forgotten.end();
    });
  });
  return {};
}

}  // namespace narthex::storage
