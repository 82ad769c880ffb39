// Which target is which, and where in the interval it is scraped. Pure. Source: scrape spec, sections 2.1 and 3.
//
// The numbers are those of Prometheus, so that a target keeps its phase when one server takes over from the other.
#pragma once

#include <cstdint>
#include <string_view>

#include "model/labels.h"

namespace narthex::scrape {

// FNV-1a, 64 bits. `state` continues an earlier hash.
inline constexpr uint64_t kFnvOffset = 14695981039346656037ULL;
uint64_t fnv1a(std::string_view bytes, uint64_t state = kFnvOffset);

// XXH64 over all labels, those beginning with "__" included, in the byte layout
//   labels = { string(name) string(value) }
//   string = length bytes
//   length = one byte below 255 | 0xFF and three bytes, little-endian
uint64_t labels_hash(const Labels& labels);

// The identity of a target: two targets of one job with equal hashes are one.
uint64_t target_hash(const Labels& labels, std::string_view url);

// What spreads the scrapes of replicas: `fqdn` is the machine's name as the reverse lookup gave it.
uint64_t schedule_seed(std::string_view fqdn, const Labels& external_labels);

}  // namespace narthex::scrape
