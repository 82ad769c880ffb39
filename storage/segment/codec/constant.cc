#include <bit>

#include "storage/segment/codec/values.h"

namespace narthex::storage::codec {

void append_constant(std::string& out, double value) {
  const auto head = [&](bool integer, unsigned exponent) {
    out.push_back(static_cast<char>((integer ? 4 : 0) + (exponent << 3)));
  };
  const unsigned exponent = choose_exponent({&value, 1});
  int64_t number = 0;
  std::string digits;
  if (exponent != kNoExponent && to_decimal(value, exponent, number)) put_signed(digits, number);
  const bool integer = !digits.empty() && digits.size() < sizeof(value);
  head(integer, integer ? exponent : 0);
  if (integer) {
    out += digits;
  } else {
    put_fixed(out, std::bit_cast<uint64_t>(value));
  }
}

}  // namespace narthex::storage::codec
