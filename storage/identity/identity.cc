#include "storage/identity/identity.h"

#include <xxhash.h>

#include <algorithm>
#include <cassert>
#include <mutex>

namespace narthex::storage {
namespace {

uint64_t mix(uint64_t seed, std::string_view name, std::string_view value) {
  return XXH3_64bits_withSeed(value.data(), value.size(), XXH3_64bits_withSeed(name.data(), name.size(), seed));
}

const Symbol* metric_of(const LabelList& list) {
  for (const SymbolPair& pair : list.pairs) {
    if (pair.name->text == kMetricName) return pair.value;
  }
  return nullptr;
}

}  // namespace

size_t Identity::ContentHash::operator()(std::span<const PairView> pairs) const {
  uint64_t hash = 0;
  for (const PairView& pair : pairs) hash = mix(hash, pair.name, pair.value);
  return hash;
}

size_t Identity::ContentHash::operator()(const ListRef& list) const {
  uint64_t hash = 0;
  for (const SymbolPair& pair : list->pairs) hash = mix(hash, pair.name->text, pair.value->text);
  return hash;
}

bool Identity::ContentEqual::operator()(const ListRef& a, std::span<const PairView> b) const {
  return std::equal(a->pairs.begin(), a->pairs.end(), b.begin(), b.end(), [](const SymbolPair& x, const PairView& y) {
    return x.name->text == y.name && x.value->text == y.value;
  });
}

ListRef Identity::intern(std::span<const PairView> pairs) {
  {
    std::shared_lock lock(mutex_);
    if (const auto it = by_content_.find(pairs); it != by_content_.end()) return *it;
  }
  std::unique_lock lock(mutex_);
  if (const auto it = by_content_.find(pairs); it != by_content_.end()) return *it;
  return make(pairs);
}

ListRef Identity::intern(const Labels& labels) {
  std::vector<PairView> pairs;
  pairs.reserve(labels.size());
  for (const Label& label : labels) pairs.push_back({label.name, label.value});
  return intern(pairs);
}

ListRef Identity::make(std::span<const PairView> pairs) {
  auto list = std::make_shared<LabelList>();
  list->id = next_id_++;
  list->sum = 0;
  list->pairs.reserve(pairs.size());
  for (const PairView& pair : pairs) {
    assert(list->pairs.empty() || list->pairs.back().name->text < pair.name);
    if (!pair.value.empty()) list->sum += pair_hash(pair.name, pair.value);
    list->pairs.push_back({symbols_.intern(pair.name), symbols_.intern(pair.value)});
  }
  by_id_.emplace(list->id, list);
  by_content_.insert(list);
  by_metric_[metric_of(*list)].push_back(list->id);
  pairs_ += pairs.size();
  return list;
}

ListRef Identity::get(ListId id) const {
  std::shared_lock lock(mutex_);
  const auto it = by_id_.find(id);
  return it == by_id_.end() ? nullptr : it->second;
}

std::vector<ListRef> Identity::get(std::span<const ListId> ids) const {
  std::vector<ListRef> lists;
  lists.reserve(ids.size());
  std::shared_lock lock(mutex_);
  for (const ListId id : ids) {
    const auto it = by_id_.find(id);
    lists.push_back(it == by_id_.end() ? nullptr : it->second);
  }
  return lists;
}

void Identity::sweep(const ListIdSet& used) {
  std::unique_lock lock(mutex_);
  std::vector<ListRef> dead;
  for (const auto& [id, list] : by_id_) {
    // Two of the references are ours; nobody can take another one while we hold the lock.
    if (!used.contains(id) && list.use_count() == 2) dead.push_back(list);
  }
  boost::unordered_flat_set<const Symbol*> metrics;
  for (const ListRef& list : dead) {
    by_id_.erase(list->id);
    by_content_.erase(list);
    metrics.insert(metric_of(*list));
  }
  for (const Symbol* metric : metrics) {
    auto& bucket = by_metric_[metric];
    std::erase_if(bucket, [&](ListId id) { return !by_id_.contains(id); });
    if (bucket.empty()) by_metric_.erase(metric);
  }
  for (const ListRef& list : dead) release_symbols(*list);
}

void Identity::release_symbols(const LabelList& list) {
  pairs_ -= list.pairs.size();
  for (const SymbolPair& pair : list.pairs) {
    symbols_.release(pair.value);
    symbols_.release(pair.name);
  }
}

void Identity::visit_bucket(const Symbol* name, const Visit& visit) const {
  const auto it = by_metric_.find(name);
  if (it == by_metric_.end()) return;
  for (const ListId id : it->second) visit(by_id_.find(id)->second);
}

void Identity::visit_named(const NameTest& wanted, const Visit& visit) const {
  std::shared_lock lock(mutex_);
  for (const auto& [name, ids] : by_metric_) {
    if (name == nullptr || wanted(name->text)) visit_bucket(name, visit);
  }
}

void Identity::visit_name(std::string_view name, const Visit& visit) const {
  std::shared_lock lock(mutex_);
  visit_bucket(nullptr, visit);
  if (const Symbol* symbol = symbols_.find(name)) visit_bucket(symbol, visit);
}

void Identity::visit_all(const Visit& visit) const {
  std::shared_lock lock(mutex_);
  for (const auto& [id, list] : by_id_) visit(list);
}

size_t Identity::size() const {
  std::shared_lock lock(mutex_);
  return by_id_.size();
}

size_t Identity::bytes() const {
  std::shared_lock lock(mutex_);
  // A list: object with its count, two map entries, a place in its bucket.
  return symbols_.bytes() + by_id_.size() * (sizeof(LabelList) + 16 + 24 + 17 + 4) + pairs_ * sizeof(SymbolPair);
}

}  // namespace narthex::storage
