#include "storage/segment/page/symbol_page.h"

#include <algorithm>

#include "storage/head/bytes.h"

namespace narthex::storage {

void append_symbol(std::string& page, std::string_view before, std::string_view text) {
  const auto [a, b] = std::mismatch(before.begin(), before.end(), text.begin(), text.end());
  const auto shared = static_cast<size_t>(b - text.begin());
  put_varint(page, shared);
  put_text(page, text.substr(shared));
}

bool SymbolPage::parse(std::string raw) {
  // Texts of a damaged page could each repeat a long one before: no sound page unpacks to so much.
  const size_t most = raw.size() * kSymbolsPerPage;
  ByteReader in(raw);
  std::string last;
  while (!in.at_end()) {
    const uint64_t shared = in.varint();
    const std::string_view rest = in.text();
    if (!in.ok() || shared > last.size() || texts_.size() > most || size() == kSymbolsPerPage) return false;
    std::string next = last.substr(0, shared).append(rest);
    if (size() > 0 && next <= last) return false;
    texts_ += next;
    if (texts_.size() > UINT32_MAX) return false;
    ends_.push_back(static_cast<uint32_t>(texts_.size()));
    last = std::move(next);
  }
  texts_.shrink_to_fit();
  ends_.shrink_to_fit();
  return in.ok();
}

std::optional<size_t> SymbolPage::find(std::string_view wanted) const {
  size_t low = 0;
  size_t high = size();
  while (low < high) {
    const size_t middle = (low + high) / 2;
    (text(middle) < wanted ? low : high) = text(middle) < wanted ? middle + 1 : middle;
  }
  if (low == size() || text(low) != wanted) return std::nullopt;
  return low;
}

}  // namespace narthex::storage
