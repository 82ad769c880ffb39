// Bodies in the protobuf format: written by the protobuf library, and written otherwise but meaning the same.
#pragma once

#include <random>
#include <span>
#include <string>
#include <string_view>

#include "exposition/protobuf/metrics.pb.h"

namespace narthex::exposition {

// A message behind its length.
std::string delimited(std::string_view message);
std::string body_of(std::span<const pb::MetricFamily> families);

// A family that uses all there is in the format: any type, odd names and labels, several metrics, exemplars, times,
// classic and native histograms. It is readable with any options: spans fit their buckets, and cumulative counts are.
pb::MetricFamily random_family(std::mt19937& random);

// The same message in other bytes: fields in another order, repeated scalars unpacked or packed in pieces, varints
// longer than need be, unknown fields of every wire type in between, scalars given twice, messages in two pieces.
std::string rewritten(const pb::MetricFamily& family, std::mt19937& random);

}  // namespace narthex::exposition
