#include "storage/segment/codec/integers.h"
#include "storage/segment/codec/runs.h"
#include "storage/segment/column_codec.h"

namespace narthex::storage {

void append_times(std::string& out, std::span<const Timestamp> times) {
  put_varint(out, times.size());
  if (times.empty()) return;
  const std::vector<uint64_t> numbers(times.begin(), times.end());
  codec::append_integers(out, numbers);
}

bool read_times(ByteReader& in, std::vector<Timestamp>& out) {
  const uint64_t count = in.varint();
  // A block takes two bytes at least, so the bytes bound what is asked for.
  if (!in.ok() || count / codec::kBlock > in.rest().size() / 2) return in.fail(), false;
  if (count == 0) return true;
  codec::IntegerReader reader(in, count);
  out.reserve(out.size() + count);
  for (auto block = reader.next(); !block.empty(); block = reader.next()) {
    for (const uint64_t n : block) out.push_back(static_cast<Timestamp>(n));
  }
  return in.ok();
}

void append_starts(std::string& out, std::span<const Timestamp> starts) { codec::append_runs(out, starts); }

bool read_starts(ByteReader& in, size_t count, std::vector<Timestamp>& out) { return codec::read_runs(in, count, out); }

}  // namespace narthex::storage
