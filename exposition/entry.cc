#include "exposition/entry.h"

#include <algorithm>

namespace narthex::exposition {

std::string_view type_name(MetricType type) {
  switch (type) {
    case MetricType::kUnknown:
      return "unknown";
    case MetricType::kCounter:
      return "counter";
    case MetricType::kGauge:
      return "gauge";
    case MetricType::kHistogram:
      return "histogram";
    case MetricType::kGaugeHistogram:
      return "gaugehistogram";
    case MetricType::kSummary:
      return "summary";
    case MetricType::kInfo:
      return "info";
    case MetricType::kStateset:
      return "stateset";
  }
  return "unknown";
}

LinePlace place_of(std::string_view body, size_t offset) {
  const std::string_view before = body.substr(0, offset);
  const size_t newline = before.rfind('\n');
  return {.line = static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1,
          .column = static_cast<int>(newline == before.npos ? offset : offset - newline - 1) + 1};
}

}  // namespace narthex::exposition
