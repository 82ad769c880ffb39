#include "model/sample.h"
#include "storage/segment/codec/values.h"

namespace narthex::storage::codec {

void append_exceptions(std::string& out, std::span<const Exception> exceptions) {
  put_varint(out, exceptions.size());
  uint64_t last = kStaleBits;
  size_t next = 0;
  for (const Exception& e : exceptions) {
    put_varint(out, (e.at - next) << 1 | (e.bits != last ? 1 : 0));
    if (e.bits != last) put_fixed(out, e.bits);
    last = e.bits;
    next = e.at + 1;
  }
}

bool read_exceptions(ByteReader& in, size_t count, std::vector<Exception>& exceptions) {
  size_t left = in.count();
  uint64_t last = kStaleBits;
  size_t next = 0;
  for (; left > 0 && in.ok(); --left) {
    const uint64_t head = in.varint();
    if (head >> 1 >= count - next) return false;
    if ((head & 1) != 0) last = in.fixed<uint64_t>();
    exceptions.push_back({next + (head >> 1), last});
    next += (head >> 1) + 1;
  }
  return in.ok();
}

}  // namespace narthex::storage::codec
