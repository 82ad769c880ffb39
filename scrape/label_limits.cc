#include "scrape/label_limits.h"

#include <string>

#include "base/quote.h"

namespace narthex::scrape {
namespace {

std::string cut(std::string_view text) { return std::string(utf8_prefix(text, 50)); }

Error over_limit(std::string_view limit_name, const Labels& labels, std::string_view middle, size_t found,
                 std::string_view found_name, uint64_t limit) {
  return {Code::kLimit, std::string(limit_name) + " exceeded (metric: " + cut(labels.get(kMetricName)) + ", " +
                            std::string(middle) + std::string(found_name) + ": " + std::to_string(found) +
                            ", limit: " + std::to_string(limit) + ")"};
}

}  // namespace

Result<> check_label_limits(const Labels& labels, const Limits& limits) {
  if (limits.labels && labels.size() > limits.labels) {
    return over_limit("label_limit", labels, "", labels.size(), "number of labels", limits.labels);
  }
  if (!limits.label_name_length && !limits.label_value_length) return {};
  for (const Label& label : labels) {
    std::string middle = "label name: " + cut(label.name) + ", ";
    if (limits.label_name_length && label.name.size() > limits.label_name_length) {
      return over_limit("label_name_length_limit", labels, middle, label.name.size(), "length",
                        limits.label_name_length);
    }
    if (limits.label_value_length && label.value.size() > limits.label_value_length) {
      middle += "value: " + go_quote(cut(label.value)) + ", ";
      return over_limit("label_value_length_limit", labels, middle, label.value.size(), "length",
                        limits.label_value_length);
    }
  }
  return {};
}

}  // namespace narthex::scrape
