#include "server/commands/tsdb/churn.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>

namespace narthex::server {
namespace {

class Counter {
 public:
  Result<> add(const storage::View& view, const std::vector<Matcher>& matchers, Timestamp from, Timestamp to) {
    const auto set = view.select(matchers, from, to);
    if (!set) return set.error();
    ++slice_;
    Slice slice{from, to, (*set)->size(), 0, 0};
    uint64_t stayed = 0;
    for (size_t i = 0; i < (*set)->size(); ++i) {
      Labels labels = (*set)->labels(i);
      const auto [at, is_new] = last_slice_.emplace(std::move(labels), 0);
      const bool was_there = !is_new && at->second == slice_ - 1;
      stayed += was_there ? 1 : 0;
      const bool appeared = slice_ > 1 && !was_there;
      slice.appeared += appeared ? 1 : 0;
      at->second = slice_;
      count(at->first, is_new, appeared);
    }
    slice.gone = out_.slices.empty() ? 0 : out_.slices.back().series - stayed;
    out_.slices.push_back(slice);
    return {};
  }

  Churn take() {
    out_.series = last_slice_.size();
    for (const auto& [pair, counts] : out_.by_pair) ++out_.by_label[pair.substr(0, pair.find('='))].second;
    return std::move(out_);
  }

 private:
  void count(const Labels& labels, bool is_new, bool appeared) {
    const auto add = [&](SeriesCount& counts) {
      counts.series += is_new ? 1 : 0;
      counts.appeared += appeared ? 1 : 0;
    };
    if (!is_new && !appeared) return;
    add(out_.by_metric[std::string(labels.get(kMetricName))]);
    for (const Label& label : labels) {
      add(out_.by_pair[label.name + '=' + label.value]);
      add(out_.by_label[label.name].first);
    }
  }

  int slice_ = 0;
  boost::unordered_flat_map<Labels, int, LabelsHash> last_slice_;  // in which a series was last
  Churn out_;
};

}  // namespace

Result<Churn> count_churn(const storage::View& view, const std::vector<Matcher>& matchers, Timestamp from, Timestamp to,
                          int slices) {
  Counter counter;
  const Timestamp length = std::max<Timestamp>(1, (to - from) / slices + 1);
  for (Timestamp at = from; at <= to; at += length) {
    const Timestamp end = std::min(to, at + length - 1);
    if (auto added = counter.add(view, matchers, at, end); !added) return added.error();
  }
  return counter.take();
}

}  // namespace narthex::server
