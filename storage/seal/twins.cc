#include "storage/seal/twins.h"

#include <boost/unordered/unordered_flat_map.hpp>

namespace narthex::storage {

Twins find_twins(std::span<const Split> series) {
  Twins twins{std::vector<uint32_t>(series.size(), kNoTwin), std::vector<bool>(series.size(), true)};
  boost::unordered_flat_map<uint64_t, uint32_t> last;  // by hash of the labels
  last.reserve(series.size());
  for (uint32_t i = 0; i < series.size(); ++i) {
    const Split& s = series[i];
    // Different labels with one hash take the next one.
    for (uint64_t hash = series_hash(*s.target, *s.difference);; ++hash) {
      const auto [known, fresh] = last.emplace(hash, i);
      if (fresh) break;
      const Split& other = series[known->second];
      if (!equals(*other.target, *other.difference, combine(*s.target, *s.difference))) continue;
      twins.next[known->second] = i;
      twins.is_first[i] = false;
      known->second = i;
      break;
    }
  }
  return twins;
}

}  // namespace narthex::storage
