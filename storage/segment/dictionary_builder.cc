#include "storage/segment/dictionary_builder.h"

#include <xxhash.h>

#include <algorithm>
#include <numeric>

#include "model/labels.h"

namespace narthex::storage {

DictionaryBuilder::DictionaryBuilder() : by_pairs_(0, Hash{this}, Equal{this}) {
  intern("");
  metric_name_ = intern(kMetricName);
}

size_t DictionaryBuilder::Hash::operator()(std::span<const NumberedPair> pairs) const {
  return XXH3_64bits(pairs.data(), pairs.size_bytes());
}

bool DictionaryBuilder::Equal::operator()(std::span<const NumberedPair> pairs, uint32_t list) const {
  return std::ranges::equal(pairs, lists->pairs(list), [](const NumberedPair& a, const NumberedPair& b) {
    return a.name == b.name && a.value == b.value;
  });
}

SymbolNumber DictionaryBuilder::intern(std::string_view text) {
  if (const auto known = by_text_.find(text); known != by_text_.end()) return known->second;
  const auto number = static_cast<SymbolNumber>(texts_.size());
  by_text_.emplace(texts_.emplace_back(text), number);
  return number;
}

uint32_t DictionaryBuilder::list(std::span<const PairView> pairs) {
  asked_.clear();
  for (const PairView& pair : pairs) asked_.push_back({intern(pair.name), intern(pair.value)});
  if (const auto known = by_pairs_.find(std::span<const NumberedPair>(asked_)); known != by_pairs_.end()) return *known;
  const uint32_t number = lists();
  pairs_.insert(pairs_.end(), asked_.begin(), asked_.end());
  ends_.push_back(pairs_.size());
  seen_.resize(pairs_.size());
  all_seen_.push_back(false);
  by_pairs_.insert(number);
  return number;
}

std::span<const NumberedPair> DictionaryBuilder::pairs(uint32_t list) const {
  const size_t begin = list == 0 ? 0 : ends_[list - 1];
  return std::span(pairs_).subspan(begin, ends_[list] - begin);
}

const NumberedPair* DictionaryBuilder::find(uint32_t list, SymbolNumber name) const {
  for (const NumberedPair& pair : pairs(list)) {
    if (pair.name == name) return &pair;
  }
  return nullptr;
}

std::string_view DictionaryBuilder::metric(uint32_t target, uint32_t difference) const {
  const NumberedPair* pair = find(difference, metric_name_);
  if (pair == nullptr) pair = find(target, metric_name_);
  return pair == nullptr ? std::string_view() : std::string_view(texts_[pair->value]);
}

void DictionaryBuilder::see(uint32_t target, uint32_t difference) {
  const auto first_of = [this](uint32_t list) { return list == 0 ? 0 : ends_[list - 1]; };
  if (!all_seen_[difference]) {
    for (size_t i = first_of(difference); i < ends_[difference]; ++i) seen_[i] = !pairs_[i].is_mark();
    all_seen_[difference] = true;
  }
  if (all_seen_[target]) return;
  bool all = true;
  for (size_t i = first_of(target); i < ends_[target]; ++i) {
    if (!seen_[i] && !pairs_[i].is_mark()) seen_[i] = find(difference, pairs_[i].name) == nullptr;
    all = all && (seen_[i] || pairs_[i].is_mark());
  }
  all_seen_[target] = all;
}

void DictionaryBuilder::sort() {
  std::vector<SymbolNumber> order(texts_.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [this](SymbolNumber a, SymbolNumber b) { return texts_[a] < texts_[b]; });
  std::vector<SymbolNumber> place(texts_.size());
  sorted_.resize(texts_.size());
  for (SymbolNumber i = 0; i < order.size(); ++i) {
    place[order[i]] = i;
    sorted_[i] = &texts_[order[i]];
  }
  for (auto& [text, number] : by_text_) number = place[number];
  for (NumberedPair& pair : pairs_) pair = {place[pair.name], place[pair.value]};
}

std::map<SymbolNumber, std::vector<SymbolNumber>> DictionaryBuilder::values() const {
  std::map<SymbolNumber, std::vector<SymbolNumber>> values;
  for (size_t i = 0; i < pairs_.size(); ++i) {
    if (seen_[i]) values[pairs_[i].name].push_back(pairs_[i].value);
  }
  for (auto& [name, of_name] : values) {
    std::sort(of_name.begin(), of_name.end());
    of_name.erase(std::unique(of_name.begin(), of_name.end()), of_name.end());
  }
  return values;
}

}  // namespace narthex::storage
