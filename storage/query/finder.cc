#include "storage/query/finder.h"

#include <algorithm>

namespace narthex::storage {
namespace {

// The templates that can be part of an answer, quick to test by number.
class Candidates {
 public:
  struct Template {
    ListRef list;
    Answer answer;
  };

  void add(const ListRef& list, Answer answer) {
    const ListId id = list->id;
    if (bits_.size() <= id / 64) bits_.resize(id / 64 + 1);
    bits_[id / 64] |= uint64_t{1} << (id & 63);
    by_id_.emplace(id, Template{list, answer});
  }
  bool contains(ListId id) const { return id / 64 < bits_.size() && (bits_[id / 64] >> (id & 63) & 1) != 0; }
  const Template& get(ListId id) const { return by_id_.find(id)->second; }
  size_t size() const { return by_id_.size(); }
  auto begin() const { return by_id_.begin(); }
  auto end() const { return by_id_.end(); }

 private:
  std::vector<uint64_t> bits_;
  boost::unordered_flat_map<ListId, Template> by_id_;
};

Candidates find_templates(const Core& core, Matching& matching) {
  Candidates candidates;
  const auto visit = [&](const ListRef& list) {
    const Answer answer = matching.ask(*list);
    if (matching.possible(answer)) candidates.add(list, answer);
  };
  if (const auto name = matching.metric_name()) {
    core.identity.visit_name(*name, visit);
  } else {
    core.identity.visit_named([&](std::string_view metric) { return matching.metric_possible(metric); }, visit);
  }
  return candidates;
}

// The targets that can be part of an answer, with their parts of the windows that overlap [from, to].
std::vector<TargetParts> find_targets(const Snapshot& snapshot, Timestamp from, Timestamp to) {
  std::vector<TargetParts> targets;
  boost::unordered_flat_map<const Target*, size_t> places;
  for (const auto& window : *snapshot.windows) {
    if (window->end() <= from || window->start() > to) continue;
    for (Window::Member& member : window->members()) {
      const auto [place, fresh] = places.emplace(member.target.get(), targets.size());
      if (fresh) targets.push_back({std::move(member.target), {}});
      targets[place->second].parts.push_back(std::move(member.part));
    }
  }
  return targets;
}

// Whether a column has a visible sample that may lie in [from, to].
bool overlaps(ListId series, const ColumnState& column, const TimeGroup& group, Sequence sequence, Timestamp from,
              Timestamp to) {
  const uint32_t visible = group.visible(sequence, series);
  if (column.first_index >= visible) return false;
  const uint32_t last = std::min(column.last_index, visible - 1);
  return group.time(column.first_index) <= to && group.time(last) >= from;
}

// Collects the series of one target. Behind the target's mutex.
class TargetSearch {
 public:
  TargetSearch(const Candidates& candidates, const Matching& matching, const Answer& target_answer, Sequence sequence,
               Timestamp from, Timestamp to)
      : candidates_(candidates),
        matching_(matching),
        answer_(target_answer),
        sequence_(sequence),
        from_(from),
        to_(to) {}

  void search(const TargetParts& where) {
    search_open(*where.target, where.parts);
    for (const auto& part : where.parts) search_pieces(*part);
  }

  // Sorted by template, each once; a known slot goes before none.
  std::vector<SlotTemplate> take() {
    std::sort(found_.begin(), found_.end(), [](const SlotTemplate& a, const SlotTemplate& b) {
      return std::pair(a.list, a.slot) < std::pair(b.list, b.slot);
    });
    const auto end = std::unique(found_.begin(), found_.end(),
                                 [](const SlotTemplate& a, const SlotTemplate& b) { return a.list == b.list; });
    found_.erase(end, found_.end());
    return std::move(found_);
  }

 private:
  bool wanted(ListId list) const {
    return candidates_.contains(list) && matching_.satisfied(answer_, candidates_.get(list).answer);
  }

  void search_open(const Target& target, const std::vector<std::shared_ptr<Part>>& parts) {
    const std::span<const ListId> lists = target.lists();
    for (Slot slot = 0; slot < lists.size(); ++slot) {
      if (!candidates_.contains(lists[slot])) continue;
      const TimeGroup* group = target.group_of(slot);
      const ColumnState& column = target.column(slot);
      if (group == nullptr || column.retired || !overlaps(lists[slot], column, *group, sequence_, from_, to_)) continue;
      const bool asked = std::any_of(parts.begin(), parts.end(), [&](const auto& part) { return part->owns(*group); });
      if (asked && wanted(lists[slot])) found_.push_back({slot, lists[slot]});
    }
  }

  void search_pieces(const Part& part) {
    const auto take = [&](const Piece& piece) {
      if (overlaps(piece.list, piece.column, *part.group(piece.column.group), sequence_, from_, to_) &&
          wanted(piece.list)) {
        found_.push_back({kNoSlot, piece.list});
      }
    };
    if (candidates_.size() * 8 < part.pieces().size()) {
      for (const auto& [id, candidate] : candidates_) part.for_each_piece(id, take);
    } else {
      for (const Piece& piece : part.pieces()) take(piece);
    }
    part.out_of_order().for_each(sequence_, [&](ListId list, Timestamp t) {
      if (t >= from_ && t <= to_ && wanted(list)) found_.push_back({kNoSlot, list});
    });
  }

  const Candidates& candidates_;
  const Matching& matching_;
  const Answer answer_;
  const Sequence sequence_;
  const Timestamp from_;
  const Timestamp to_;
  std::vector<SlotTemplate> found_;
};

}  // namespace

Found find_series(const Core& core, const Snapshot& snapshot, Matching& matching, Timestamp from, Timestamp to) {
  Found found;
  const Candidates candidates = find_templates(core, matching);
  if (candidates.size() == 0) return found;
  for (TargetParts& where : find_targets(snapshot, from, to)) {
    TargetSearch search(candidates, matching, matching.ask(where.target->labels()), snapshot.sequence, from, to);
    {
      std::lock_guard lock(where.target->mutex());
      search.search(where);
    }
    const auto target = static_cast<uint32_t>(found.targets.size());
    for (const SlotTemplate& s : search.take()) {
      found.series.push_back({candidates.get(s.list).list, target, s.slot});
    }
    found.targets.push_back(std::move(where));
  }
  return found;
}

}  // namespace narthex::storage
