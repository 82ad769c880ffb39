// Strings that occur in label sets, each kept once.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace narthex::storage {

// Stays where it is until its last use is released. `id` is never given to another text within a process: the log
// refers to it.
struct Symbol {
  uint32_t id;
  uint32_t uses;
  std::string text;
};

// Not thread-safe: Identity guards it.
class Symbols {
 public:
  // The symbol of `text`, with one more use.
  const Symbol* intern(std::string_view text);
  // Null if nobody uses such a symbol.
  const Symbol* find(std::string_view text) const;
  void release(const Symbol* symbol);

  size_t size() const { return by_text_.size(); }
  size_t bytes() const { return bytes_; }

 private:
  boost::unordered_flat_map<std::string_view, std::unique_ptr<Symbol>> by_text_;
  uint32_t next_id_ = 0;
  size_t bytes_ = 0;
};

}  // namespace narthex::storage
