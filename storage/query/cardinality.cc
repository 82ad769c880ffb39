#include "storage/query/cardinality.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <utility>

#include "storage/commit/housekeeping.h"

namespace narthex::storage {
namespace {

using Pair = std::pair<const Symbol*, const Symbol*>;
constexpr std::string_view kMetricName = "__name__";

// Series are counted as they are stored, by target and template. A template's pairs count once per series that has it,
// a target's once per series whose template does not speak of the label.
class Counter {
 public:
  explicit Counter(const Identity& identity) {
    identity.visit_all([this](const ListRef& list) {
      if (lists_.size() <= list->id) lists_.resize(list->id + 1);
      lists_[list->id] = list;
    });
    series_of_.resize(lists_.size());
  }

  void add(Target& target, Timestamp horizon) {
    live_.clear();
    {
      std::lock_guard lock(target.mutex());
      for (Slot slot = 0; slot < target.slot_count(); ++slot) look_at(target, slot, horizon);
    }
    count_series(target.labels());
  }

  void add_pieces(const Window& window) {
    for (const Window::Member& member : window.members()) {
      std::lock_guard lock(member.target->mutex());
      for (const Piece& piece : member.part->pieces()) {
        count_column(piece.column, *member.part->group(piece.column.group));
      }
      member.part->out_of_order().for_each(UINT64_MAX,
                                           [this](ListId, Timestamp t) { out_.min_time = std::min(out_.min_time, t); });
    }
  }

  Cardinality take(size_t limit, Timestamp newest) {
    for (ListId id = 0; id < lists_.size(); ++id) {
      if (series_of_[id] == 0) continue;
      for (const SymbolPair& pair : lists_[id]->pairs) {
        if (!pair.is_mark()) pairs_[{pair.name, pair.value}] += series_of_[id];
      }
    }
    out_.label_pairs = pairs_.size();
    out_.max_time = newest;
    rank(limit);
    return std::move(out_);
  }

 private:
  // Behind the target's mutex. Templates that came after the count began are left out.
  void look_at(const Target& target, Slot slot, Timestamp horizon) {
    const TimeGroup* group = target.group_of(slot);
    const ColumnState& column = target.column(slot);
    if (group != nullptr && !column.retired) count_column(column, *group);
    const ListId list = target.list(slot);
    if (list >= lists_.size() || !lists_[list]) return;
    if (!target.is_dead(slot, horizon) && !target.foreign_slots().contains(slot)) live_.push_back(list);
  }

  void count_column(const ColumnState& column, const TimeGroup& group) {
    ++out_.columns;
    out_.min_time = std::min(out_.min_time, group.time(column.first_index));
  }

  void count_series(const LabelList& target) {
    std::vector<uint64_t> hidden(target.pairs.size());
    for (const ListId id : live_) {
      ++series_of_[id];
      // Both lists are short, and pointers compare faster than texts do.
      for (const SymbolPair& pair : lists_[id]->pairs) {
        for (size_t i = 0; i < hidden.size(); ++i) hidden[i] += target.pairs[i].name == pair.name ? 1 : 0;
      }
    }
    out_.series += live_.size();
    for (size_t i = 0; i < hidden.size(); ++i) {
      const uint64_t shown = live_.size() - hidden[i];
      if (shown != 0) pairs_[{target.pairs[i].name, target.pairs[i].value}] += shown;
    }
  }

  void rank(size_t limit) {
    boost::unordered_flat_map<const Symbol*, std::pair<uint64_t, uint64_t>> labels;  // values, and their bytes
    std::vector<std::pair<Pair, uint64_t>> all(pairs_.begin(), pairs_.end());
    std::vector<std::pair<Pair, uint64_t>> metrics;
    for (const auto& [pair, series] : all) {
      auto& [values, bytes] = labels[pair.first];
      ++values;
      bytes += pair.second->text.size();
      if (pair.first->text == kMetricName) metrics.emplace_back(pair, series);
    }
    out_.series_by_metric = top(metrics, limit, [](const Pair& pair) { return pair.second->text; });
    out_.series_by_pair = top(all, limit, [](const Pair& pair) { return pair.first->text + '=' + pair.second->text; });
    std::vector<std::pair<const Symbol*, uint64_t>> values;
    std::vector<std::pair<const Symbol*, uint64_t>> bytes;
    for (const auto& [name, counts] : labels) {
      values.emplace_back(name, counts.first);
      bytes.emplace_back(name, counts.second);
    }
    out_.values_by_label = top(values, limit, [](const Symbol* name) { return name->text; });
    out_.bytes_by_label = top(bytes, limit, [](const Symbol* name) { return name->text; });
  }

  // The largest `limit` entries. Names are made for those that are as large as the last of them only.
  template <class Key, class NameOf>
  static std::vector<Ranked> top(std::vector<std::pair<Key, uint64_t>>& entries, size_t limit, NameOf name_of) {
    uint64_t least = 0;
    if (entries.size() > limit && limit > 0) {
      const auto last = entries.begin() + static_cast<ptrdiff_t>(limit - 1);
      std::nth_element(entries.begin(), last, entries.end(),
                       [](const auto& a, const auto& b) { return a.second > b.second; });
      least = last->second;
    }
    std::vector<Ranked> ranked;
    for (const auto& [key, value] : entries) {
      if (value >= least) ranked.push_back({name_of(key), value});
    }
    std::sort(ranked.begin(), ranked.end(), [](const Ranked& a, const Ranked& b) {
      return a.value != b.value ? a.value > b.value : a.name < b.name;
    });
    if (ranked.size() > limit) ranked.resize(limit);
    return ranked;
  }

  std::vector<ListRef> lists_;  // by number; keeps their symbols alive
  std::vector<uint64_t> series_of_;
  std::vector<ListId> live_;  // templates of the target at hand, a template per series
  boost::unordered_flat_map<Pair, uint64_t> pairs_;
  Cardinality out_;
};

}  // namespace

Cardinality count_labels(const Shared& shared, size_t limit) {
  const Timestamp horizon = dead_before(shared.windows, shared.options);
  Counter counter(shared.core.identity);
  const auto targets = shared.core.registry.all();  // held until the end, and with them the symbols of their labels
  for (const auto& target : targets) counter.add(*target, horizon);
  const auto windows = shared.windows.list();
  for (const auto& window : *windows) counter.add_pieces(*window);
  return counter.take(limit, shared.windows.newest());
}

}  // namespace narthex::storage
