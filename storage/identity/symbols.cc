#include "storage/identity/symbols.h"

#include <cassert>

namespace narthex::storage {

const Symbol* Symbols::intern(std::string_view text) {
  if (const auto it = by_text_.find(text); it != by_text_.end()) {
    ++it->second->uses;
    return it->second.get();
  }
  auto symbol = std::make_unique<Symbol>(Symbol{next_id_++, 1, std::string(text)});
  const Symbol* made = symbol.get();
  by_text_.emplace(std::string_view(made->text), std::move(symbol));
  bytes_ += sizeof(Symbol) + text.size() + sizeof(*by_text_.begin());
  return made;
}

const Symbol* Symbols::find(std::string_view text) const {
  const auto it = by_text_.find(text);
  return it == by_text_.end() ? nullptr : it->second.get();
}

void Symbols::release(const Symbol* symbol) {
  const auto it = by_text_.find(symbol->text);
  assert(it != by_text_.end() && it->second.get() == symbol && symbol->uses > 0);
  if (--it->second->uses > 0) return;
  bytes_ -= sizeof(Symbol) + symbol->text.size() + sizeof(*by_text_.begin());
  const std::unique_ptr<Symbol> last = std::move(it->second);  // the key lives in it
  by_text_.erase(it);
}

}  // namespace narthex::storage
