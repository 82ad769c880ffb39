#include "scrape/identity.h"

#include <xxhash.h>

#include <string>

namespace narthex::scrape {
namespace {

constexpr uint64_t kFnvPrime = 1099511628211ULL;

void append_sized(std::string& out, const std::string& text) {
  const size_t n = text.size();
  if (n < 255) {
    out += static_cast<char>(n);
  } else {
    out += '\xff';
    for (int shift = 0; shift < 24; shift += 8) out += static_cast<char>(n >> shift & 0xff);
  }
  out += text;
}

// At least 16 digits: 2^64 has 20, so the padding shows only for small numbers.
std::string padded_decimal(uint64_t number) {
  std::string digits = std::to_string(number);
  if (digits.size() < 16) digits.insert(0, 16 - digits.size(), '0');
  return digits;
}

}  // namespace

uint64_t fnv1a(std::string_view bytes, uint64_t state) {
  for (char c : bytes) state = (state ^ static_cast<unsigned char>(c)) * kFnvPrime;
  return state;
}

uint64_t labels_hash(const Labels& labels) {
  std::string bytes;
  for (const Label& label : labels) {
    append_sized(bytes, label.name);
    append_sized(bytes, label.value);
  }
  return XXH64(bytes.data(), bytes.size(), 0);
}

uint64_t target_hash(const Labels& labels, std::string_view url) {
  return fnv1a(url, fnv1a(padded_decimal(labels_hash(labels))));
}

uint64_t schedule_seed(std::string_view fqdn, const Labels& external_labels) {
  return fnv1a(external_labels.str(), fnv1a(fqdn));
}

}  // namespace narthex::scrape
