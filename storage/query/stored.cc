#include "storage/query/stored.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>

#include "storage/query/list_keys.h"

namespace narthex::storage {
namespace {

ListRef make_list(const ListPairs& pairs, Identity& lists) {
  std::vector<PairView> views;
  views.reserve(pairs.size());
  for (const auto& [name, value] : pairs) views.push_back({name, value});
  return lists.intern(views);
}

// Brings the series of several segments together.
class Gatherer {
 public:
  explicit Gatherer(PageCache& cache) : cache_(cache) {}

  Result<> add(uint32_t number, const Segment& segment, std::span<const SegmentSeries> series) {
    ListKeys keys(segment, cache_);
    known_.clear();
    for (const SegmentSeries& s : series) {
      const auto target = place_of(keys, segment, s.target);
      if (!target) return target.error();
      const auto difference = place_of(keys, segment, s.difference);
      if (!difference) return difference.error();
      const uint64_t pair = uint64_t{*target} << 32 | *difference;
      const auto [row, fresh] = rows_.emplace(pair, static_cast<uint32_t>(out_.rows.size()));
      if (fresh) out_.rows.push_back({lists_[*target], lists_[*difference]});
      ++out_.rows[row->second].end_place;  // a count until take()
      found_.push_back({row->second, {number, s}});
    }
    return {};
  }

  StoredSeries take(SegmentList segments) {
    uint32_t begin = 0;
    for (StoredRow& row : out_.rows) {
      row.first_place = begin;
      begin += row.end_place;
      row.end_place = row.first_place;
    }
    out_.places.resize(found_.size());
    for (const Found& f : found_) out_.places[out_.rows[f.row].end_place++] = f.place;
    out_.segments = std::move(segments);
    out_.lists = identity_;
    return std::move(out_);
  }

 private:
  struct Found {
    uint32_t row;
    StoredPlace place;
  };

  // The place in lists_ of a segment's list.
  Result<uint32_t> place_of(ListKeys& keys, const Segment& segment, uint32_t list) {
    const auto [known, fresh] = known_.emplace(list, 0);
    if (!fresh) return known->second;
    const auto key = keys.key(list);
    if (!key) return key.error();
    const auto [place, unseen] = by_key_.emplace(*key, static_cast<uint32_t>(lists_.size()));
    if (unseen) {
      const auto pairs = segment.list(list);
      if (!pairs) return pairs.error();
      lists_.push_back(make_list(*pairs, *identity_));
    }
    return known->second = place->second;
  }

  PageCache& cache_;
  const std::shared_ptr<Identity> identity_ = std::make_shared<Identity>();
  std::vector<ListRef> lists_;
  boost::unordered_flat_map<ListKey, uint32_t> by_key_;
  boost::unordered_flat_map<uint32_t, uint32_t> known_;  // of the segment at hand
  boost::unordered_flat_map<uint64_t, uint32_t> rows_;   // by places of target and difference
  std::vector<Found> found_;
  StoredSeries out_;
};

}  // namespace

SegmentList overlapping(const SegmentList& all, Timestamp from, Timestamp to) {
  SegmentList some;
  for (const auto& segment : all) {
    if (segment->footer().min_time <= to && segment->footer().max_time >= from) some.push_back(segment);
  }
  return some;
}

Result<StoredSeries> find_stored(SegmentList segments, std::span<const Matcher> matchers, Timestamp from, Timestamp to,
                                 PageCache& cache) {
  Gatherer gatherer(cache);
  for (size_t i = 0; i < segments.size(); ++i) {
    const auto series = segments[i]->select(matchers, from, to);
    if (!series) return series.error();
    if (auto added = gatherer.add(static_cast<uint32_t>(i), *segments[i], *series); !added) return added.error();
  }
  return gatherer.take(std::move(segments));
}

}  // namespace narthex::storage
