#include "remote/write/series_key.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace narthex::remote {

KeySecret::KeySecret(uint64_t seed) {
  static_assert(sizeof secret_ == XXH3_SECRET_DEFAULT_SIZE);
  XXH3_generateSecret_fromSeed(secret_.data(), seed);
}

SeriesKey KeySecret::operator()(const void* data, size_t size) const {
  const XXH128_hash_t hash = XXH3_128bits_withSecret(data, size, secret_.data(), secret_.size());
  return {hash.low64, hash.high64};
}

}  // namespace narthex::remote
