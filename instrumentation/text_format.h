// The metrics of prometheus-cpp registries in the text format, complete: help texts escaped, NaN spelt as readers want
// it, and every value with the digits that read back as the same double (prometheus-cpp's own serializer does neither).
//
//   prometheus::Registry registry;
//   …
//   response.set_content(to_text(registry.Collect()), std::string(exposition::kTextContentType));
#pragma once

#include <prometheus/metric_family.h>

#include <span>
#include <string>

namespace narthex::instrumentation {

// Families of one name must be one element. Thread-safe.
std::string to_text(std::span<const prometheus::MetricFamily> families);

}  // namespace narthex::instrumentation
