#include "storage/segment/page/directory.h"

#include "storage/head/bytes.h"
#include "storage/segment/page/number_page.h"

namespace narthex::storage {
namespace {

constexpr uint32_t Directory::*kCounts[] = {&Directory::symbols, &Directory::lists, &Directory::groups,
                                            &Directory::packs, &Directory::exemplar_pages};
constexpr std::vector<uint32_t> Directory::*kNumbers[] = {&Directory::first_groups, &Directory::first_metrics,
                                                          &Directory::label_names};

bool read_numbers(ByteReader& in, std::vector<uint32_t>& numbers) {
  uint32_t last = 0;
  for (size_t left = in.count(); left > 0; --left) {
    if (!read_ascending(in, numbers.empty(), last)) return false;
    numbers.push_back(last);
  }
  return in.ok();
}

}  // namespace

std::string Directory::raw() const {
  std::string out;
  for (const auto count : kCounts) put_varint(out, this->*count);
  put_varint(out, first_symbols.size());
  for (const std::string& text : first_symbols) put_text(out, text);
  for (const auto numbers : kNumbers) {
    put_varint(out, (this->*numbers).size());
    append_ascending(out, this->*numbers);
  }
  return out;
}

bool Directory::parse(std::string raw) {
  ByteReader in(raw);
  for (const auto count : kCounts) this->*count = in.varint32();
  for (size_t left = in.count(); left > 0; --left) first_symbols.emplace_back(in.text());
  for (const auto numbers : kNumbers) {
    if (!read_numbers(in, this->*numbers)) return false;
  }
  return in.ok() && in.at_end();
}

size_t Directory::bytes() const {
  size_t bytes = sizeof(*this);
  for (const std::string& text : first_symbols) bytes += sizeof(text) + text.size();
  for (const auto numbers : kNumbers) bytes += (this->*numbers).size() * sizeof(uint32_t);
  return bytes;
}

}  // namespace narthex::storage
