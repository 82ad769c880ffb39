// Gzip of any bytes, and good gzip with a byte changed: nothing may crash, every error says something, what was changed
// is noticed, and neither the buffer that the caller brings nor its limit changes what comes out.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "net/detail/gzip.h"

namespace narthex::net {
namespace {

constexpr size_t kLimit = 1 << 20;

void require(bool holds) {
  if (!holds) std::abort();
}

// Whether `wire` is good gzip. Then `out` is what was in it.
bool unpack(std::string_view wire, std::string& out) {
  const Result<> done = gunzip(wire, kLimit, out);
  std::string used(100, 'x');
  require(gunzip(wire, kLimit, used).has_value() == done.has_value());
  if (!done) {
    require(!done.error().message.empty() && out.size() <= kLimit);
    return false;
  }
  require(out.size() <= kLimit && used == out);
  require(gunzip(wire, out.size(), used).has_value() && used == out);
  if (!out.empty()) {
    const Result<> cramped = gunzip(wire, out.size() - 1, used);
    require(!cramped && cramped.error().code == Code::kLimit);
  }
  return true;
}

void check_any(std::string_view wire) {
  std::string out;
  unpack(wire, out);
}

void check_changed(std::string_view plain, size_t position, uint8_t change) {
  // Two members.
  std::string wire = compress(plain, Coding::kGzip) + compress(plain.substr(plain.size() / 2), Coding::kGzip);
  const std::string whole = std::string(plain).append(plain.substr(plain.size() / 2));
  char& changed = wire[position % wire.size()];
  changed = static_cast<char>(static_cast<uint8_t>(changed) ^ change);
  std::string out;
  const bool good = unpack(wire, out);
  require(good ? out == whole : change != 0);
}

}  // namespace
}  // namespace narthex::net

// The first three bytes are where a byte is changed, and how.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 3) return 0;
  // In a block of its own size, so that reading a byte too far is noticed.
  const std::vector<char> bytes(data + 3, data + size);
  const std::string_view input(bytes.data(), bytes.size());
  narthex::net::check_any(input);
  narthex::net::check_changed(input, data[0] * 256U + data[1], data[2]);
  return 0;
}
