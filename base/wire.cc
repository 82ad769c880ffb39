#include "base/wire.h"

namespace narthex::wire {
namespace {

constexpr ptrdiff_t kLongestVarint = 10;

// Groups are a relic that no message of ours has. One ends with the end tag of its number; groups within it are
// counted, not recursed into.
const char* skip_group(const char* p, const char* end, uint32_t number) {
  for (size_t depth = 1;;) {
    uint64_t tag, value;
    p = read_varint(p, end, tag);
    if (p == nullptr || tag < 8 || tag > UINT32_MAX) return nullptr;
    switch (static_cast<Type>(tag & 7)) {
      case Type::kStartGroup:
        ++depth;
        break;
      case Type::kEndGroup:
        if (--depth == 0) return tag >> 3 == number ? p : nullptr;
        break;
      case Type::kVarint:
        p = read_varint(p, end, value);
        break;
      case Type::kFixed64:
        p = skip(p, end, 8);
        break;
      case Type::kFixed32:
        p = skip(p, end, 4);
        break;
      case Type::kBytes:
        p = read_varint(p, end, value);
        if (p == nullptr || value > static_cast<uint64_t>(end - p)) return nullptr;
        p += value;
        break;
      default:
        return nullptr;
    }
    if (p == nullptr) return nullptr;
  }
}

}  // namespace

const char* skip_odd(const char* p, const char* end, uint32_t number, Type type) {
  if (type == Type::kFixed32) return skip(p, end, 4);
  return type == Type::kStartGroup ? skip_group(p, end, number) : nullptr;
}

std::string explain_varint(const char* p, const char* end) {
  return end - p < kLongestVarint ? kUnexpectedEnd : "proto: integer overflow";
}

// Reads the field again, slowly.
std::string Fields::explain(const char* message) const {
  uint64_t tag, length;
  const char* const payload = read_varint(begin_, end_, tag);
  if (payload == nullptr) return explain_varint(begin_, end_);
  const std::string type = std::to_string(tag & 7);
  if (type_ == Type::kEndGroup) return std::string("proto: ") + message + ": wiretype end group for non-group";
  if (tag < 8 || tag > UINT32_MAX) {
    return std::string("proto: ") + message + ": illegal tag " + std::to_string(static_cast<int32_t>(tag >> 3)) +
           " (wire type " + std::to_string(tag) + ")";
  }
  switch (type_) {
    case Type::kVarint:
      return explain_varint(payload, end_);
    case Type::kBytes:
      if (read_varint(payload, end_, length) == nullptr) return explain_varint(payload, end_);
      return length > INT64_MAX ? "proto: negative length found during unmarshaling" : kUnexpectedEnd;
    case Type::kFixed64:
    case Type::kFixed32:
    case Type::kStartGroup:
      return kUnexpectedEnd;
    default:
      return "proto: illegal wireType " + type;
  }
}

}  // namespace narthex::wire
