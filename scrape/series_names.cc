#include "scrape/series_names.h"

#include "base/quote.h"

namespace narthex::scrape {

Result<> check_names(const Labels& labels, NameScheme scheme) {
  const std::string_view metric = labels.get(kMetricName);
  if (metric.empty()) return invalid("missing metric name (__name__ label)");
  bool valid = is_valid_metric_name(metric, scheme);
  for (const Label& label : labels) {
    valid = valid && is_valid_label_name(label.name, scheme) && is_valid_utf8(label.value);
  }
  if (!valid) return invalid("invalid metric name or label names: " + labels.str());
  return {};
}

}  // namespace narthex::scrape
