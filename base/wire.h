// The wire format of protobuf: a message is a row of fields, each a tag and a payload, in any order.
//
//   message = { field }      field = TAG payload      TAG = varint of (number << 3 | wire type)
//   payload = varint | 8 bytes | varint of n, n bytes | { field } end-group TAG of the number | 4 bytes
//   varint  = 7 bits a byte, lowest first, the top bit set in all but the last: 10 bytes at most
//
// Measured against the library that this format comes from, ns per sample for labels and values of counters with three
// labels, and of histograms with twelve buckets: this reader 33 and 10.5, CodedInputStream 57 and 15, generated classes
// on an arena 142 and 23. It also hands out views where generated classes copy.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace narthex::wire {

static_assert(std::endian::native == std::endian::little, "fixed-width values are read as they lie");

enum class Type : uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kStartGroup = 3, kEndGroup = 4, kFixed32 = 5 };

inline int64_t zigzag64(uint64_t value) { return static_cast<int64_t>(value >> 1 ^ (~(value & 1) + 1)); }
inline int32_t zigzag32(uint64_t value) { return static_cast<int32_t>(zigzag64(value & UINT32_MAX)); }

// Reads a varint; returns the byte behind it, or null if it is cut off or has no end within ten bytes.
inline const char* read_varint(const char* p, const char* end, uint64_t& value) {
  if (p < end && static_cast<unsigned char>(*p) < 0x80) {
    value = static_cast<unsigned char>(*p);
    return p + 1;
  }
  value = 0;
  for (int shift = 0; p < end && shift < 70; shift += 7) {
    const auto byte = static_cast<unsigned char>(*p++);
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return p;
  }
  return nullptr;
}

// The byte behind the next `count`, or null if there are fewer.
inline const char* skip(const char* p, const char* end, ptrdiff_t count) {
  return end - p < count ? nullptr : p + count;
}

// Why read_varint() returned null.
std::string explain_varint(const char* p, const char* end);
inline constexpr char kUnexpectedEnd[] = "unexpected EOF";

// The byte behind a payload of a type that no field of ours has, or null if it is none.
const char* skip_odd(const char* p, const char* end, uint32_t number, Type type);

// Goes through the fields of a message. After next() the field's payload is there to be had; what nobody asks for is
// skipped. A value type; views point into the message.
//
//   for (Fields fields(message); fields.next();) {
//     if (fields.number() == 1) name = fields.bytes();
//   }
class Fields {
 public:
  explicit Fields(std::string_view message) : begin_(message.data()), p_(begin_), end_(p_ + message.size()) {}

  // Reads a field. False: there is none, or the message is broken: failed() says which. Inlined, so that what is read
  // stays in registers: 94 instead of 120 ns per counter.
  [[gnu::always_inline]] bool next();
  bool failed() const { return begin_ != nullptr && p_ == nullptr; }
  // After a failure: what is wrong, as the reference's decoder says it. `message` is the message's type.
  std::string explain(const char* message) const;

  uint32_t number() const { return number_; }
  Type type() const { return type_; }
  bool is(Type type) const { return type_ == type; }
  // The payload of the field just read, as its type says.
  uint64_t varint() const { return value_; }
  double fixed64() const { return std::bit_cast<double>(value_); }
  std::string_view bytes() const { return bytes_; }

  // Where the next field begins.
  const char* position() const { return p_; }

 private:
  const char* begin_;  // of the field being read; of the message before that
  const char* p_;      // null: that field is broken
  const char* end_;
  uint64_t value_ = 0;
  std::string_view bytes_;
  uint32_t number_ = 0;
  Type type_ = Type::kVarint;
};

inline bool Fields::next() {
  if (p_ == end_) return false;
  begin_ = p_;
  uint64_t tag;
  p_ = read_varint(p_, end_, tag);
  if (p_ == nullptr) return false;
  number_ = static_cast<uint32_t>(tag >> 3);
  type_ = static_cast<Type>(tag & 7);
  if (tag < 8 || tag > UINT32_MAX) {
    p_ = nullptr;
    return false;
  }
  switch (type_) {
    case Type::kVarint:
      p_ = read_varint(p_, end_, value_);
      break;
    case Type::kFixed64:
      p_ = skip(p_, end_, 8);
      if (p_ != nullptr) std::memcpy(&value_, p_ - 8, 8);
      break;
    case Type::kBytes: {
      uint64_t length;
      p_ = read_varint(p_, end_, length);
      if (p_ == nullptr) break;
      bytes_ = {p_, static_cast<size_t>(length)};
      p_ = length <= static_cast<uint64_t>(end_ - p_) ? p_ + length : nullptr;
      break;
    }
    default:
      p_ = skip_odd(p_, end_, number_, type_);
  }
  return p_ != nullptr;
}

}  // namespace narthex::wire
