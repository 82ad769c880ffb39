#include "exposition/protobuf/wire.h"

namespace narthex::exposition::wire {
namespace {

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

}  // namespace narthex::exposition::wire
