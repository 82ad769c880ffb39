#include "storage/head/frozen_reader.h"

#include <algorithm>

#include "storage/head/piece_reader.h"
#include "storage/query/merge.h"

namespace narthex::storage {

std::vector<FrozenSeries> frozen_series(const Window& window) {
  std::vector<FrozenSeries> out;
  for (const Window::Member& member : window.members()) {
    std::vector<ListId> lists;
    for (const Piece& piece : member.part->pieces()) lists.push_back(piece.list);
    member.part->out_of_order().for_each(UINT64_MAX, [&](ListId list, Timestamp) { lists.push_back(list); });
    std::sort(lists.begin(), lists.end());
    lists.erase(std::unique(lists.begin(), lists.end()), lists.end());
    for (const ListId list : lists) out.push_back({member.target.get(), member.part.get(), list});
  }
  return out;
}

Result<> read_frozen(const FrozenSeries& series, Column& out) {
  const Part& part = *series.part;
  std::vector<Column> columns;
  bool sound = true;
  part.for_each_piece(series.list, [&](const Piece& piece) {
    // No batch comes after what is frozen: all of it is visible.
    const auto copy = copy_piece(piece.list, piece.column, part.side_of(piece), part, *part.group(piece.column.group),
                                 UINT64_MAX, kMinTime, kMaxTime);
    if (copy) sound = read_piece(*copy, kMinTime, kMaxTime, columns.emplace_back()) && sound;
  });
  part.out_of_order().read(series.list, UINT64_MAX, kMinTime, kMaxTime, columns.emplace_back());
  merge_columns(columns, out);
  if (sound) return {};
  return Error{Code::kCorruption, "a column of target " + dump(series.target->labels()) + " cannot be decoded"};
}

std::vector<Timestamp> scrape_times(const Part& part) {
  std::vector<Timestamp> times;
  for (const auto& group : part.groups()) {
    if (!group->of_scrapes) continue;
    for (uint32_t i = 0; i < group->size(); ++i) times.push_back(group->time(i));
  }
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  return times;
}

}  // namespace narthex::storage
