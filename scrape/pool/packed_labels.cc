#include "scrape/pool/packed_labels.h"

#include <cstdint>
#include <cstring>

namespace narthex::scrape {
namespace {

void append_sized(std::string& out, std::string_view text) {
  const auto size = static_cast<uint32_t>(text.size());
  out.append(reinterpret_cast<const char*>(&size), sizeof size);
  out += text;
}

std::string take_sized(std::string_view& in) {
  uint32_t size = 0;
  std::memcpy(&size, in.data(), sizeof size);
  std::string text(in.substr(sizeof size, size));
  in.remove_prefix(sizeof size + size);
  return text;
}

}  // namespace

std::string pack(const RawLabels& labels) {
  std::string out;
  size_t size = 0;
  for (const Label& label : labels) size += label.name.size() + label.value.size() + 2 * sizeof(uint32_t);
  out.reserve(size);
  for (const Label& label : labels) {
    append_sized(out, label.name);
    append_sized(out, label.value);
  }
  return out;
}

RawLabels unpack(std::string_view packed) {
  RawLabels labels;
  while (!packed.empty()) {
    std::string name = take_sized(packed);
    labels.push_back({std::move(name), take_sized(packed)});
  }
  return labels;
}

PackedGroup pack(const TargetGroup& group) {
  PackedGroup packed{group.source, pack(group.labels), {}};
  packed.targets.reserve(group.targets.size());
  for (const RawLabels& target : group.targets) packed.targets.push_back(pack(target));
  return packed;
}

}  // namespace narthex::scrape
