#include "storage/identity/label_list.h"

#include <xxhash.h>

#include <algorithm>

#include "base/quote.h"

namespace narthex::storage {
namespace {

// Walks T and M in name order and calls `sink(name, value)` for each label of the final set; stops when it says false.
template <class Sink>
bool merge(const LabelList& target, const LabelList& difference, Sink&& sink) {
  auto t = target.pairs.begin();
  auto m = difference.pairs.begin();
  while (t != target.pairs.end() || m != difference.pairs.end()) {
    const int order = t == target.pairs.end()       ? 1
                      : m == difference.pairs.end() ? -1
                                                    : t->name->text.compare(m->name->text);
    const SymbolPair& pair = order < 0 ? *t : *m;
    if (order <= 0) ++t;
    if (order >= 0) ++m;
    if (!pair.is_mark() && !sink(std::string_view(pair.name->text), std::string_view(pair.value->text))) return false;
  }
  return true;
}

}  // namespace

std::string_view LabelList::get(std::string_view name, bool& found) const {
  const auto it = std::lower_bound(pairs.begin(), pairs.end(), name,
                                   [](const SymbolPair& p, std::string_view n) { return p.name->text < n; });
  found = it != pairs.end() && it->name->text == name;
  return found ? std::string_view(it->value->text) : std::string_view();
}

uint64_t pair_hash(std::string_view name, std::string_view value) {
  return XXH3_64bits_withSeed(value.data(), value.size(), XXH3_64bits(name.data(), name.size()));
}

uint64_t labels_hash(const Labels& labels) {
  uint64_t sum = 0;
  for (const Label& label : labels) sum += pair_hash(label.name, label.value);
  return sum;
}

uint64_t series_hash(const LabelList& target, const LabelList& difference) {
  uint64_t sum = target.sum + difference.sum;
  for (const SymbolPair& own : target.pairs) {
    const bool overridden = std::any_of(difference.pairs.begin(), difference.pairs.end(),
                                        [&](const SymbolPair& p) { return p.name == own.name; });
    if (overridden) sum -= pair_hash(own.name->text, own.value->text);
  }
  return sum;
}

std::vector<PairView> difference(const Labels& labels, const LabelList& target) {
  std::vector<PairView> out;
  auto t = target.pairs.begin();
  for (const Label& label : labels) {
    for (; t != target.pairs.end() && t->name->text < label.name; ++t) out.push_back({t->name->text, {}});
    const bool in_target = t != target.pairs.end() && t->name->text == label.name;
    if (!in_target || t->value->text != label.value) out.push_back({label.name, label.value});
    if (in_target) ++t;
  }
  for (; t != target.pairs.end(); ++t) out.push_back({t->name->text, {}});
  return out;
}

Labels combine(const LabelList& target, const LabelList& difference) {
  std::vector<Label> labels;
  labels.reserve(target.pairs.size() + difference.pairs.size());
  merge(target, difference, [&](std::string_view name, std::string_view value) {
    labels.push_back({std::string(name), std::string(value)});
    return true;
  });
  return Labels(std::move(labels));
}

bool equals(const LabelList& target, const LabelList& difference, const Labels& labels) {
  size_t i = 0;
  const bool all = merge(target, difference, [&](std::string_view name, std::string_view value) {
    if (i == labels.size() || labels[i].name != name || labels[i].value != value) return false;
    ++i;
    return true;
  });
  return all && i == labels.size();
}

std::string_view label_of(const LabelList& target, const LabelList& difference, std::string_view name) {
  bool found = false;
  const std::string_view value = difference.get(name, found);
  return found ? value : target.get(name, found);
}

std::string dump(const LabelList& list) {
  std::string out = "{";
  for (const SymbolPair& pair : list.pairs) {
    if (out.size() > 1) out += ", ";
    out += pair.is_mark() ? '-' + pair.name->text : pair.name->text + '=' + go_quote(pair.value->text);
  }
  return out + '}';
}

}  // namespace narthex::storage
