// Label sets: what identifies a target or a series.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace narthex {

inline constexpr std::string_view kMetricName = "__name__";

struct Label {
  std::string name;
  std::string value;
  friend auto operator<=>(const Label&, const Label&) = default;
};

// A label set: names unique, sorted bytewise by name, no empty value (a label with an empty value does not exist).
// Ordered as Prometheus orders series: label by label, name before value. A value type.
class Labels {
 public:
  Labels() = default;
  // Sorts; drops empty values; of equal names the last one stays.
  explicit Labels(std::vector<Label> labels);
  Labels(std::initializer_list<Label> labels) : Labels(std::vector<Label>(labels)) {}

  // The value of label `name`, "" if there is none. Lives as long as this set is not changed.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const { return !get(name).empty(); }

  size_t size() const { return labels_.size(); }
  bool empty() const { return labels_.empty(); }
  auto begin() const { return labels_.begin(); }
  auto end() const { return labels_.end(); }
  const Label& operator[](size_t i) const { return labels_[i]; }

  // {a="1", b="2"} with Go-quoted values; {} when empty. Names that are no plain identifiers are quoted too.
  std::string str() const;
  // The same with the metric name before the braces: up{job="x"}; without braces when it is the only label.
  std::string metric_str() const;
  // XXH3 over names and values. The same within a process only.
  uint64_t hash() const;

  friend bool operator==(const Labels&, const Labels&) = default;
  friend std::strong_ordering operator<=>(const Labels& a, const Labels& b);

 private:
  std::vector<Label> labels_;
};

struct LabelsHash {
  size_t operator()(const Labels& labels) const { return labels.hash(); }
};

// A label set being changed, as relabeling does. It remembers the order in which labels came, because `labelmap`
// depends on it: first the labels of the base that were not touched, sorted by name, then the set ones in the order in
// which they were first set (relabel spec, section 5). Not thread-safe; meant to be reused: reset() keeps its memory.
class LabelsBuilder {
 public:
  LabelsBuilder() = default;
  explicit LabelsBuilder(const Labels& base) { reset(base); }

  void reset() { count_ = base_count_ = 0; }
  void reset(const Labels& base);
  // Appends a label of the base, for callers that have no Labels yet. Call in sorted order, with unique names.
  void add_base(std::string_view name, std::string_view value);

  std::string_view get(std::string_view name) const;
  // An empty value deletes. `value` may point into this builder; `name` too.
  void set(std::string_view name, std::string_view value);
  void del(std::string_view name);
  // Deletes the labels for which `wanted(label)` holds; asks about each once, in order.
  template <class Wanted>
  void del_if(Wanted wanted);

  // Live labels in the order described above.
  std::span<const Label> labels() const { return {entries_.data(), count_}; }
  bool empty() const { return count_ == 0; }

  // The sorted set.
  Labels build() const;

 private:
  size_t find(std::string_view name) const;
  void erase(size_t i);
  void set_last(size_t i);
  void push(std::string_view name, std::string_view value);

  // entries_[0, base_count_) come from the base, [base_count_, count_) were set; behind count_ lie spare strings.
  std::vector<Label> entries_;
  size_t count_ = 0;
  size_t base_count_ = 0;
};

template <class Wanted>
void LabelsBuilder::del_if(Wanted wanted) {
  size_t kept = 0;
  size_t kept_base = 0;
  for (size_t i = 0; i < count_; ++i) {
    if (wanted(std::as_const(entries_[i]))) continue;
    if (i < base_count_) ++kept_base;
    if (kept != i) std::swap(entries_[kept], entries_[i]);
    ++kept;
  }
  count_ = kept;
  base_count_ = kept_base;
}

// Which names are valid: `metric_name_validation_scheme` of the configuration.
enum class NameScheme { kUtf8, kLegacy };

bool is_valid_metric_name(std::string_view name, NameScheme scheme);
bool is_valid_label_name(std::string_view name, NameScheme scheme);
// [a-zA-Z_][a-zA-Z0-9_]*
bool is_legacy_label_name(std::string_view name);

}  // namespace narthex
