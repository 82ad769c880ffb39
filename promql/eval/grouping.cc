#include "promql/eval/grouping.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>

#include "promql/eval/drop_name.h"

namespace narthex::promql {
namespace {

// Values one behind the other, each with its length, so that no two lists give the same key.
void append_value(std::string& key, std::string_view value) {
  const auto length = static_cast<uint32_t>(value.size());
  key.append(reinterpret_cast<const char*>(&length), sizeof length);
  key.append(value);
}

}  // namespace

Grouping::Grouping(const AggregateExpr& aggregate, const Labelled& input) {
  group_of_.reserve(input.size());
  if (aggregate.without) {
    group_without(aggregate.grouping, input);
  } else {
    group_by(aggregate.grouping, input);
  }
  name_is_due_.resize(labels_.size());
  for (size_t i = 0; i < input.size(); ++i) {
    if (input.name_is_due(i)) name_is_due_[group_of_[i]] = true;
  }
}

void Grouping::group_by(const std::vector<std::string>& names, const Labelled& input) {
  boost::unordered_flat_map<std::string, size_t> known;
  std::string key;
  for (size_t i = 0; i < input.size(); ++i) {
    key.clear();
    for (const std::string& name : names) append_value(key, input.label(i, name));
    const auto [it, is_new] = known.emplace(key, labels_.size());
    group_of_.push_back(it->second);
    if (!is_new) continue;
    std::vector<Label> labels;
    for (const std::string& name : names) labels.push_back({name, std::string(input.label(i, name))});
    labels_.emplace_back(std::move(labels));
  }
}

void Grouping::group_without(const std::vector<std::string>& names, const Labelled& input) {
  boost::unordered_flat_map<Labels, size_t, LabelsHash> known;
  for (size_t i = 0; i < input.size(); ++i) {
    std::vector<Label> kept;
    for (const Label& label : input.labels(i)) {
      const bool dropped =
          is_dropped_with_name(label.name) || std::find(names.begin(), names.end(), label.name) != names.end();
      if (!dropped) kept.push_back(label);
    }
    const auto [it, is_new] = known.emplace(Labels(std::move(kept)), labels_.size());
    group_of_.push_back(it->second);
    if (is_new) labels_.push_back(it->first);
  }
}

}  // namespace narthex::promql
