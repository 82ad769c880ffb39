#include "storage/segment/page/times_page.h"

#include "storage/head/bytes.h"

namespace narthex::storage {

void TimesPageWriter::add(std::string_view group) {
  sizes_.push_back(group.size());
  groups_.append(group);
}

std::string TimesPageWriter::raw() const {
  std::string raw;
  put_varint(raw, sizes_.size());
  for (const size_t size : sizes_) put_varint(raw, size);
  return raw.append(groups_);
}

bool TimesPage::parse(std::string raw) {
  raw_ = std::move(raw);
  ByteReader in(raw_);
  groups_.resize(in.count());
  for (Place& place : groups_) place.size = in.varint();
  for (Place& place : groups_) {
    place.begin = raw_.size() - in.rest().size();
    in.take(place.size);
  }
  return in.ok() && in.at_end();
}

}  // namespace narthex::storage
