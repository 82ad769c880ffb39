#include "scrape/loop/report.h"

#include <vector>

namespace narthex::scrape {

std::array<double, kReports> report_values(const Report& report) {
  return {report.up ? 1.0 : 0.0,
          report.duration_seconds,
          static_cast<double>(report.scraped),
          static_cast<double>(report.post_relabel),
          static_cast<double>(report.added),
          report.timeout_seconds,
          static_cast<double>(report.sample_limit),
          static_cast<double>(report.body_bytes)};
}

Labels report_labels(const Labels& target, std::string_view name) {
  std::vector<Label> labels(target.begin(), target.end());
  labels.push_back({std::string(kMetricName), std::string(name)});
  return Labels(std::move(labels));
}

}  // namespace narthex::scrape
