// Which codec a column of values takes.
#include "storage/segment/column_codec.h"

#include <algorithm>
#include <bit>

#include "storage/segment/codec/integers.h"
#include "storage/segment/codec/values.h"

namespace narthex::storage {
namespace {

using codec::Exception;
using codec::Parts;

constexpr uint8_t kFlag = 4;  // exceptions, or an integer constant
constexpr unsigned kExponentShift = 3;
constexpr size_t kFewExceptions = 16;  // one in so many

uint8_t head_of(ValueCodec codec, bool flag, unsigned exponent) {
  return static_cast<uint8_t>(static_cast<uint8_t>(codec) | (flag ? kFlag : 0) | exponent << kExponentShift);
}

void append_parts(std::string& out, const Parts& parts) {
  out.push_back(static_cast<char>(head_of(parts.codec, !parts.exceptions.empty(), parts.exponent)));
  if (!parts.exceptions.empty()) append_exceptions(out, parts.exceptions);
  if (!parts.numbers.empty()) codec::append_integers(out, parts.numbers);
}

bool all_equal(std::span<const double> values) {
  const auto bits = std::bit_cast<uint64_t>(values[0]);
  return std::all_of(values.begin(), values.end(), [&](double v) { return std::bit_cast<uint64_t>(v) == bits; });
}

// Numbers into the places that exceptions leave, from the end on.
void spread(std::span<double> values, std::span<const Exception> exceptions) {
  size_t end = values.size();
  for (size_t left = exceptions.size(); left > 0; --left) {
    const Exception& e = exceptions[left - 1];
    std::copy_backward(values.begin() + static_cast<ptrdiff_t>(e.at + 1 - left),
                       values.begin() + static_cast<ptrdiff_t>(end - left),
                       values.begin() + static_cast<ptrdiff_t>(end));
    values[e.at] = std::bit_cast<double>(e.bits);
    end = e.at;
  }
}

bool read_constant(ByteReader& in, uint8_t head, size_t count, std::vector<double>& out) {
  const unsigned exponent = head >> kExponentShift;
  if (exponent > codec::kMaxExponent) return false;
  const double value = (head & kFlag) != 0 ? codec::from_decimal(in.signed_varint(), exponent)
                                           : std::bit_cast<double>(in.fixed<uint64_t>());
  if (in.ok()) out.insert(out.end(), count, value);
  return in.ok();
}

template <class Convert>
void read_numbers(ByteReader& in, size_t count, double* out, Convert convert) {
  codec::IntegerReader reader(in, count);
  for (auto block = reader.next(); !block.empty(); block = reader.next()) {
    for (const uint64_t n : block) *out++ = convert(n);
  }
}

}  // namespace

std::string_view name_of(ValueCodec codec) {
  static constexpr std::string_view kNames[kValueCodecs] = {"constant", "integer", "decimal", "double"};
  return kNames[static_cast<size_t>(codec)];
}

ValueCodec append_values(std::string& out, std::span<const double> values) {
  if (all_equal(values)) {
    codec::append_constant(out, values[0]);
    return ValueCodec::kConstant;
  }
  const unsigned exponent = codec::choose_exponent(values);
  const Parts parts =
      exponent == codec::kNoExponent ? codec::split_doubles(values) : codec::split_decimals(values, exponent);
  // A few exceptions are no reason to try another way.
  if (parts.codec == ValueCodec::kDouble || parts.exceptions.size() * kFewExceptions <= values.size()) {
    append_parts(out, parts);
    return parts.codec;
  }
  std::string decimal;
  std::string real;
  append_parts(decimal, parts);
  append_parts(real, codec::split_doubles(values));
  const bool decimals = decimal.size() <= real.size();
  out += decimals ? decimal : real;
  return decimals ? parts.codec : ValueCodec::kDouble;
}

bool read_values(ByteReader& in, size_t count, std::vector<double>& out) {
  const uint8_t head = in.byte();
  const auto codec = static_cast<ValueCodec>(head % kValueCodecs);
  if (!in.ok() || count == 0) return false;
  if (codec == ValueCodec::kConstant) return read_constant(in, head, count, out);
  const unsigned exponent = head >> kExponentShift;
  std::vector<Exception> exceptions;
  if ((head & kFlag) != 0 && !codec::read_exceptions(in, count, exceptions)) return false;
  const size_t numbers = count - exceptions.size();
  if (exponent > codec::kMaxExponent || numbers / codec::kBlock > in.rest().size() / 2) return false;
  const size_t before = out.size();
  out.resize(before + count);
  double* const to = out.data() + before;
  if (numbers == 0) {
  } else if (codec == ValueCodec::kDouble) {
    read_numbers(in, numbers, to, [](uint64_t n) { return std::bit_cast<double>(codec::ordered_bits(n)); });
  } else {
    read_numbers(in, numbers, to, [](uint64_t n) { return static_cast<double>(static_cast<int64_t>(n)); });
    if (exponent != 0) codec::divide({to, numbers}, exponent);
  }
  spread({to, count}, exceptions);
  return in.ok();
}

}  // namespace narthex::storage
