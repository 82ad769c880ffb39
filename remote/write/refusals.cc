#include "remote/write/refusals.h"

#include <algorithm>

#include "base/number.h"
#include "base/quote.h"

namespace narthex::remote {
namespace {

std::string duplicate(const storage::RefusedSample& refused) {
  const std::string text = "duplicate sample for timestamp";
  if (refused.is_histogram) return text;
  const std::string existing = refused.existing_is_histogram ? "is a histogram" : float_general(refused.existing);
  return text + " " + std::to_string(refused.timestamp) + "; overrides not allowed: existing " + existing +
         ", new value " + float_general(refused.value);
}

// {a="1", b="2"}: all of them, as they were sent but sorted by name.
std::string text_of(std::vector<Label> labels) {
  std::stable_sort(labels.begin(), labels.end(), [](const Label& a, const Label& b) { return a.name < b.name; });
  std::string out = "{";
  for (const Label& label : labels) {
    if (out.size() > 1) out += ", ";
    out += is_legacy_label_name(label.name) ? label.name : go_quote(label.name);
    out += '=' + go_quote(label.value);
  }
  return out + '}';
}

bool is_valid(const Label& label) {
  if (label.name == kMetricName && !is_valid_metric_name(label.value, NameScheme::kUtf8)) return false;
  return is_valid_label_name(label.name, NameScheme::kUtf8) && is_valid_utf8(label.value);
}

}  // namespace

std::string text_of(const storage::RefusedSample& refused) {
  switch (refused.why) {
    case storage::Refusal::kOutOfOrder:
      return "out of order sample";
    case storage::Refusal::kDuplicate:
      return duplicate(refused);
    case storage::Refusal::kOutOfBounds:
      return "out of bounds";
    case storage::Refusal::kTooFarAhead:
      return "out of bounds: timestamp is too far in the future";
    case storage::Refusal::kTooOld:
      return "too old sample";
    case storage::Refusal::kMalformed:
      return "histogram spans specify different number of buckets than provided";
    case storage::Refusal::kExemplarOutOfOrder:
      return "out of order exemplar";
    case storage::Refusal::kExemplarTooLong:
      break;
  }
  return "label length for exemplar exceeds maximum of 128 UTF-8 characters";
}

Result<> check_labels(const std::vector<Label>& labels) {
  const bool named = std::any_of(labels.begin(), labels.end(), [](const Label& l) { return l.name == kMetricName; });
  if (!named || !std::all_of(labels.begin(), labels.end(), is_valid)) {
    return invalid("invalid metric name or labels, got " + text_of(labels));
  }
  std::vector<std::string_view> names;
  for (const Label& label : labels) names.push_back(label.name);
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice == names.end()) return {};
  return invalid("invalid labels for series, labels " + text_of(labels) + ", duplicated label " + std::string(*twice));
}

void Refusals::add(size_t series, std::string text, const Labels* for_series) {
  if (for_series != nullptr) text += " for series " + for_series->str();
  lines_.push_back({series, std::move(text)});
}

void Refusals::sort() {
  std::stable_sort(lines_.begin(), lines_.end(), [](const Line& a, const Line& b) { return a.series < b.series; });
}

std::string Refusals::first() {
  sort();
  return lines_.front().text;
}

std::string Refusals::all() {
  sort();
  std::string out;
  for (const Line& line : lines_) out.append(out.empty() ? "" : "\n").append(line.text);
  return out;
}

}  // namespace narthex::remote
