#include "storage/segment/page/list_page.h"

#include "storage/head/bytes.h"
#include "storage/segment/page/steps.h"

namespace narthex::storage {
void ListPageWriter::add(std::span<const NumberedPair> pairs, const TargetTimes* target) {
  put_varint(raw_, pairs.size() * 2 + (target != nullptr ? 1 : 0));
  if (target != nullptr) {
    put_signed(raw_, step_between(first_, target->first));
    put_signed(raw_, step_between(target->first, target->last));
    put_varint(raw_, target->group ? uint64_t{*target->group} + 1 : 0);
    first_ = target->first;
  }
  SymbolNumber last = 0;
  for (const NumberedPair& pair : pairs) {
    put_varint(raw_, pair.name - last);
    put_varint(raw_, pair.value);
    last = pair.name;
  }
}

bool ListPage::parse(std::string raw) {
  ByteReader in(raw);
  Timestamp first = 0;
  while (!in.at_end()) {
    const uint64_t head = in.varint();
    Place place{0, kNone};
    if ((head & 1) != 0) {
      TargetTimes& target = targets_.emplace_back();
      target.first = first = after_step(first, in.signed_varint());
      target.last = after_step(first, in.signed_varint());
      const uint32_t group = in.varint32();
      if (group > 0) target.group = group - 1;
      place.target = static_cast<uint32_t>(targets_.size() - 1);
    }
    if (!in.ok() || head / 2 > in.rest().size() / 2 || size() == kListsPerPage) return false;
    uint64_t name = 0;
    for (uint64_t i = 0; i < head / 2; ++i) {
      const uint32_t step = in.varint32();
      name += step;
      if ((i > 0 && step == 0) || name > UINT32_MAX) return false;
      pairs_.push_back({static_cast<SymbolNumber>(name), in.varint32()});
    }
    place.end = static_cast<uint32_t>(pairs_.size());
    lists_.push_back(place);
  }
  pairs_.shrink_to_fit();
  lists_.shrink_to_fit();
  targets_.shrink_to_fit();
  return in.ok();
}

}  // namespace narthex::storage
