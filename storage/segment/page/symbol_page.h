// Texts, ascending over all symbol pages: each as what it has in common with the one before it, and the rest. Symbol n
// is text n % kSymbolsPerPage of page n / kSymbolsPerPage. Symbol 0 is the empty text.
//
//   symbols = { shared:v rest:text }     shared: bytes of the text before; 0 for the first one of a page
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace narthex::storage {

// A text's number within one segment; ascending as the texts are.
using SymbolNumber = uint32_t;
inline constexpr SymbolNumber kEmptySymbol = 0;
inline constexpr size_t kSymbolsPerPage = 256;

// Appends one more text to a page; `before` is empty for the first one.
void append_symbol(std::string& page, std::string_view before, std::string_view text);

// A page as it lies in memory: all texts in full. Immutable once parsed; thread-safe.
class SymbolPage {
 public:
  // False: it makes no sense, or its texts do not ascend.
  bool parse(std::string raw);

  size_t size() const { return ends_.size(); }
  std::string_view text(size_t i) const {
    const size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(texts_).substr(begin, ends_[i] - begin);
  }
  // Where this text is, if it is here.
  std::optional<size_t> find(std::string_view text) const;
  size_t bytes() const { return sizeof(*this) + texts_.capacity() + ends_.capacity() * sizeof(uint32_t); }

 private:
  std::string texts_;
  std::vector<uint32_t> ends_;
};

}  // namespace narthex::storage
