#include "storage/head/piece_reader.h"

#include <algorithm>
#include <bit>

namespace narthex::storage {
namespace {

bool read_numbers(const PieceCopy& piece, Timestamp from, Timestamp to, Column& out) {
  const uint32_t first = piece.column.state.first_index;
  return decode(piece.column.state, piece.column.tokens, [&](uint32_t index, uint64_t bits) {
    if (index - first >= piece.times.size()) return false;
    const Timestamp t = piece.times[index - first];
    if (t > to) return false;
    if (t >= from) out.push(t, std::bit_cast<double>(bits), 0);
    return true;
  });
}

// The same where something lies beside: each sample is a histogram if there is one at its index.
bool read_both(const PieceCopy& piece, Timestamp from, Timestamp to, Column& out) {
  const uint32_t first = piece.column.state.first_index;
  HistogramReader histograms(piece.side->column, piece.side->histograms, first);
  StartReader starts(piece.side->column, piece.side->starts, first);
  const bool sound = decode(piece.column.state, piece.column.tokens, [&](uint32_t index, uint64_t bits) {
    if (index - first >= piece.times.size()) return false;
    const Timestamp t = piece.times[index - first];
    if (t > to) return false;
    const Timestamp start = starts.at(index);
    const bool is_histogram = !histograms.at_end() && histograms.index() == index;
    if (t >= from && is_histogram) out.histograms.push_back({t, histograms.histogram(), start});
    if (t >= from && !is_histogram) out.push(t, std::bit_cast<double>(bits), start);
    if (is_histogram) histograms.next();
    return true;
  });
  return sound && histograms.sound() && starts.sound();
}

}  // namespace

std::optional<PieceCopy> copy_piece(ListId series, const ColumnState& column, const SideColumn* side, const Part& part,
                                    const TimeGroup& group, Sequence sequence, Timestamp from, Timestamp to) {
  const uint32_t visible = group.visible(sequence, series);
  if (column.first_index >= visible) return std::nullopt;
  const uint32_t last = std::min(column.last_index, visible - 1);
  if (group.time(column.first_index) > to || group.time(last) < from) return std::nullopt;
  PieceCopy copy;
  copy.column.state = column;
  part.arena().copy(column.chain, copy.column.tokens);
  if (side != nullptr) {
    copy.side.emplace(SideCopy{*side, {}, {}});
    part.arena().copy(side->histograms, copy.side->histograms);
    part.arena().copy(side->starts, copy.side->starts);
  }
  copy.times.reserve(last + 1 - column.first_index);
  for (uint32_t i = column.first_index; i <= last; ++i) copy.times.push_back(group.time(i));
  return copy;
}

bool read_piece(const PieceCopy& piece, Timestamp from, Timestamp to, Column& out) {
  return piece.side ? read_both(piece, from, to, out) : read_numbers(piece, from, to, out);
}

}  // namespace narthex::storage
