#include "scrape/label_conflicts.h"

#include <algorithm>
#include <string>
#include <vector>

namespace narthex::scrape {
namespace {

const Label* find(std::span<const Label> labels, std::string_view name) {
  auto it = std::lower_bound(labels.begin(), labels.end(), name,
                             [](const Label& label, std::string_view n) { return label.name < n; });
  return it != labels.end() && it->name == name ? &*it : nullptr;
}

// The shortest names first, so that the outcome does not depend on which conflict is looked at first.
void move_to_exported(std::vector<const Label*>& conflicts, LabelsBuilder& out) {
  std::stable_sort(conflicts.begin(), conflicts.end(),
                   [](const Label* a, const Label* b) { return a->name.size() < b->name.size(); });
  for (const Label* label : conflicts) {
    std::string name = "exported_" + label->name;
    while (!out.get(name).empty()) name.insert(0, "exported_");
    out.set(name, label->value);
  }
}

}  // namespace

void merge_target_labels(std::span<const Label> exposed, const Labels& target, bool honor_labels, LabelsBuilder& out) {
  out.reset(Labels{});
  for (const Label& label : exposed) {
    if (!label.value.empty()) out.add_base(label.name, label.value);
  }
  std::vector<const Label*> conflicts;
  for (const Label& label : target) {
    const Label* same = find(exposed, label.name);
    if (honor_labels && same) continue;
    if (same && !same->value.empty()) conflicts.push_back(same);
    out.set(label.name, label.value);
  }
  move_to_exported(conflicts, out);
}

}  // namespace narthex::scrape
