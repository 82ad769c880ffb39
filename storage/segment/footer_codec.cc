#include "storage/segment/footer_codec.h"

#include <fmt/format.h>

#include "storage/head/bytes.h"

namespace narthex::storage {
namespace {

constexpr uint64_t SegmentFooter::*kCounts[] = {
    &SegmentFooter::series,    &SegmentFooter::columns, &SegmentFooter::samples,  &SegmentFooter::histograms,
    &SegmentFooter::exemplars, &SegmentFooter::packs,   &SegmentFooter::deletions};

}  // namespace

std::string encode(const SegmentFooter& footer) {
  std::string out;
  put_varint(out, footer.version);
  put_signed(out, footer.first_window);
  put_signed(out, footer.last_window);
  out.push_back(footer.late ? 1 : 0);
  put_signed(out, footer.min_time);
  put_signed(out, footer.max_time);
  for (const auto count : kCounts) put_varint(out, footer.*count);
  put_varint(out, footer.parents.size());
  for (const uint64_t parent : footer.parents) put_varint(out, parent);
  put_varint(out, footer.codecs.size());
  for (const CodecCount& c : footer.codecs) {
    put_text(out, c.codec);
    put_varint(out, c.columns);
    put_varint(out, c.samples);
    put_varint(out, c.bytes);
  }
  return out;
}

Result<SegmentFooter> decode_footer(std::string_view page) {
  ByteReader in(page);
  SegmentFooter footer;
  footer.version = in.varint32();
  if (in.ok() && footer.version > kSegmentVersion) {
    return Error{Code::kUnsupported, fmt::format("format version {}; this program knows versions up to {}: a newer "
                                                 "narthex wrote it",
                                                 footer.version, kSegmentVersion)};
  }
  footer.first_window = in.signed_varint();
  footer.last_window = in.signed_varint();
  footer.late = in.byte() != 0;
  footer.min_time = in.signed_varint();
  footer.max_time = in.signed_varint();
  for (const auto count : kCounts) footer.*count = in.varint();
  for (size_t left = in.count(); left > 0; --left) footer.parents.push_back(in.varint());
  for (size_t left = in.count(); left > 0 && in.ok(); --left) {
    CodecCount& c = footer.codecs.emplace_back(CodecCount{std::string(in.text())});
    c.columns = in.varint();
    c.samples = in.varint();
    c.bytes = in.varint();
  }
  if (!in.ok() || !in.at_end() || footer.version == 0 || footer.first_window > footer.last_window) {
    return Error{Code::kCorruption, "the footer is damaged"};
  }
  return footer;
}

}  // namespace narthex::storage
