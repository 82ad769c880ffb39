#include "storage/segment/page/index_page.h"

#include <utility>

namespace narthex::storage {

void SectionWriter::add(const IndexRow& row) {
  if (count_ == 0) first_ = row;
  if (count_ == 0 || row.pack != last_.pack) in_packs_.push_back(0);
  ++in_packs_.back();
  put_signed(arrays_[0], int64_t{row.difference} - last_.difference);
  put_signed(arrays_[1], int64_t{row.target} - last_.target);
  put_signed(arrays_[2], row.first);
  put_signed(arrays_[3], row.last);
  last_ = row;
  ++count_;
}

std::string SectionWriter::take() {
  std::string out;
  put_varint(out, count_);
  put_varint(out, first_.pack);
  put_varint(out, first_.place);
  for (const uint32_t n : in_packs_) put_varint(out, n);
  for (const std::string& array : arrays_) put_text(out, array);
  *this = SectionWriter();
  return out;
}

SectionReader::SectionReader(std::string_view section) {
  ByteReader in(section);
  left_ = count_ = in.varint();
  row_.pack = in.varint32();
  row_.place = in.varint32();
  const std::string_view counts = in.rest();
  for (uint64_t seen = 0; seen < count_ && in.ok();) {
    const uint64_t n = in.varint();
    if (n == 0 || n > count_ - seen) in.fail();
    seen += n;
  }
  in_packs_ = ByteReader(counts.substr(0, counts.size() - in.rest().size()));
  for (ByteReader& array : arrays_) array = ByteReader(in.text());
  ok_ = in.ok() && in.at_end() && count_ > 0;
  if (ok_) in_pack_ = in_packs_.varint();
}

bool SectionReader::next_place() {
  if (in_pack_ > 0) return true;
  in_pack_ = in_packs_.varint();
  ++row_.pack;
  row_.place = 0;
  return in_packs_.ok();
}

bool SectionReader::next(IndexRow& row) {
  if (!ok_ || left_ == 0) return false;
  ok_ = next_place();
  --in_pack_, --left_;
  row_.difference += static_cast<uint32_t>(arrays_[0].signed_varint());
  row_.target += static_cast<uint32_t>(arrays_[1].signed_varint());
  row_.first = arrays_[2].signed_varint();
  row_.last = arrays_[3].signed_varint();
  for (const ByteReader& array : arrays_) ok_ = ok_ && array.ok() && (left_ > 0 || array.at_end());
  row = row_;
  ++row_.place;
  return ok_;
}

bool IndexPage::parse(std::string raw) {
  raw_ = std::move(raw);
  ByteReader in(raw_);
  uint64_t metric = 0;
  while (!in.at_end()) {
    const uint32_t step = in.varint32();
    metric += step;
    const size_t size = in.count();
    const size_t begin = raw_.size() - in.rest().size();
    in.take(size);
    if (!in.ok() || metric > UINT32_MAX || (!sections_.empty() && step == 0)) return false;
    sections_.push_back({static_cast<SymbolNumber>(metric), begin, size});
  }
  sections_.shrink_to_fit();
  return in.ok();
}

}  // namespace narthex::storage
