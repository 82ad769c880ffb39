#include "model/labels.h"

#define XXH_STATIC_LINKING_ONLY  // the streaming state on the stack
#include <xxhash.h>

#include <algorithm>

#include "base/quote.h"

namespace narthex {

Labels::Labels(std::vector<Label> labels) : labels_(std::move(labels)) {
  auto by_name = [](const Label& a, const Label& b) { return a.name < b.name; };
  if (!std::is_sorted(labels_.begin(), labels_.end(), by_name)) {
    std::stable_sort(labels_.begin(), labels_.end(), by_name);
  }
  size_t kept = 0;
  for (size_t i = 0; i < labels_.size(); ++i) {
    const bool overwritten = i + 1 < labels_.size() && labels_[i + 1].name == labels_[i].name;
    if (overwritten || labels_[i].value.empty()) continue;
    if (kept != i) labels_[kept] = std::move(labels_[i]);
    ++kept;
  }
  labels_.resize(kept);
}

std::string_view Labels::get(std::string_view name) const {
  for (const Label& label : labels_) {
    if (label.name == name) return label.value;
  }
  return {};
}

namespace {

void append_pair(std::string& out, const Label& label) {
  out += is_legacy_label_name(label.name) ? label.name : go_quote(label.name);
  out += '=';
  out += go_quote(label.value);
}

}  // namespace

std::string Labels::str() const {
  std::string out = "{";
  for (const Label& label : labels_) {
    if (out.size() > 1) out += ", ";
    append_pair(out, label);
  }
  return out + '}';
}

std::string Labels::metric_str() const {
  const std::string_view name = get(kMetricName);
  const bool plain = !name.empty() && is_valid_metric_name(name, NameScheme::kLegacy);
  std::string out(plain ? name : "");
  std::string inside;
  for (const Label& label : labels_) {
    if (plain && label.name == kMetricName) continue;
    if (!inside.empty()) inside += ", ";
    append_pair(inside, label);
  }
  if (plain && inside.empty()) return out;
  return out + '{' + inside + '}';
}

uint64_t Labels::hash() const {
  XXH3_state_t state;
  XXH3_64bits_reset(&state);
  for (const Label& label : labels_) {
    XXH3_64bits_update(&state, label.name.data(), label.name.size());
    XXH3_64bits_update(&state, "\xff", 1);
    XXH3_64bits_update(&state, label.value.data(), label.value.size());
    XXH3_64bits_update(&state, "\xff", 1);
  }
  return XXH3_64bits_digest(&state);
}

std::strong_ordering operator<=>(const Labels& a, const Labels& b) { return a.labels_ <=> b.labels_; }

void LabelsBuilder::reset(const Labels& base) {
  reset();
  for (const Label& label : base) add_base(label.name, label.value);
}

void LabelsBuilder::add_base(std::string_view name, std::string_view value) {
  push(name, value);
  base_count_ = count_;
}

size_t LabelsBuilder::find(std::string_view name) const {
  for (size_t i = 0; i < count_; ++i) {
    if (entries_[i].name == name) return i;
  }
  return count_;
}

std::string_view LabelsBuilder::get(std::string_view name) const {
  const size_t i = find(name);
  return i < count_ ? std::string_view(entries_[i].value) : std::string_view();
}

// `name` and `value` may point into an entry, so entries move only after both were copied out of them.
void LabelsBuilder::set(std::string_view name, std::string_view value) {
  if (value.empty()) return del(name);
  const size_t i = find(name);
  if (i < count_) {
    entries_[i].value.assign(value);
    if (i < base_count_) set_last(i);
    return;
  }
  if (count_ < entries_.size()) return push(name, value);
  Label label{std::string(name), std::string(value)};
  entries_.push_back(std::move(label));
  ++count_;
}

// A label of the base that is set counts as a new one: it moves behind all others.
void LabelsBuilder::set_last(size_t i) {
  erase(i);
  ++count_;
}

void LabelsBuilder::del(std::string_view name) {
  const size_t i = find(name);
  if (i < count_) erase(i);
}

void LabelsBuilder::erase(size_t i) {
  std::rotate(entries_.begin() + static_cast<ptrdiff_t>(i), entries_.begin() + static_cast<ptrdiff_t>(i) + 1,
              entries_.begin() + static_cast<ptrdiff_t>(count_));
  --count_;
  if (i < base_count_) --base_count_;
}

void LabelsBuilder::push(std::string_view name, std::string_view value) {
  if (count_ == entries_.size()) entries_.emplace_back();
  entries_[count_].name.assign(name);
  entries_[count_].value.assign(value);
  ++count_;
}

Labels LabelsBuilder::build() const { return Labels(std::vector<Label>(labels().begin(), labels().end())); }

namespace {

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool is_legacy_label_name(std::string_view name) {
  if (name.empty() || is_digit(name[0])) return false;
  return std::all_of(name.begin(), name.end(), [](char c) { return is_word(c) || is_digit(c); });
}

bool is_valid_metric_name(std::string_view name, NameScheme scheme) {
  if (name.empty()) return false;
  if (scheme == NameScheme::kUtf8) return is_valid_utf8(name);
  if (is_digit(name[0])) return false;
  return std::all_of(name.begin(), name.end(), [](char c) { return is_word(c) || is_digit(c) || c == ':'; });
}

bool is_valid_label_name(std::string_view name, NameScheme scheme) {
  return scheme == NameScheme::kUtf8 ? !name.empty() && is_valid_utf8(name) : is_legacy_label_name(name);
}

}  // namespace narthex
