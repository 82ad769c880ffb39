#include "storage/segment/codec/runs.h"

namespace narthex::storage::codec {

void append_runs(std::string& out, std::span<const int64_t> numbers) {
  uint64_t last = 0;
  for (size_t i = 0; i < numbers.size();) {
    size_t end = i + 1;
    while (end < numbers.size() && numbers[end] == numbers[i]) ++end;
    const auto now = static_cast<uint64_t>(numbers[i]);
    put_varint(out, end - i);
    put_signed(out, static_cast<int64_t>(now - last));
    last = now;
    i = end;
  }
}

bool read_runs(ByteReader& in, size_t count, std::vector<int64_t>& numbers) {
  uint64_t last = 0;
  while (count > 0) {
    const uint64_t length = in.varint();
    last += static_cast<uint64_t>(in.signed_varint());
    if (!in.ok() || length == 0 || length > count) return in.fail(), false;
    numbers.insert(numbers.end(), length, static_cast<int64_t>(last));
    count -= length;
  }
  return in.ok();
}

}  // namespace narthex::storage::codec
