// Metric families as ProtoJSON of io.prometheus.client.MetricFamily, for /api/v1/status/self_metrics.
#pragma once

#include <prometheus/metric_family.h>

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace narthex::server {

// A JSON list of the families whose names are wanted. 64-bit integers are strings, as ProtoJSON has them.
std::string to_proto_json(std::span<const prometheus::MetricFamily> families,
                          const std::function<bool(std::string_view)>& wanted);

}  // namespace narthex::server
