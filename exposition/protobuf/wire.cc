#include "exposition/protobuf/wire.h"

namespace narthex::exposition::wire {

// Groups are a relic that no message of ours has, so one is skipped: up to the end tag of its number. Groups within it
// are counted, not recursed into.
bool Fields::skip_group() {
  const uint32_t outermost = number_;
  for (size_t depth = 1; depth > 0;) {
    uint64_t tag;
    p_ = read_varint(p_, end_, tag);
    if (p_ == nullptr || tag < 8 || tag > UINT32_MAX) return false;
    switch (static_cast<Type>(tag & 7)) {
      case Type::kStartGroup:
        ++depth;
        break;
      case Type::kEndGroup:
        --depth;
        if (depth == 0) return tag >> 3 == outermost;
        break;
      default:
        if (!read_payload(static_cast<Type>(tag & 7))) return false;
    }
  }
  return true;
}

}  // namespace narthex::exposition::wire
