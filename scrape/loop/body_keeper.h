// Bodies that made scrapes fail, compressed, within a budget: the oldest go first.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "scrape/history.h"

namespace narthex::scrape {

// Immutable; thread-safe.
struct KeptBody {
  FailedBody facts;        // without its text
  std::string compressed;  // zstd

  // The facts with the text.
  FailedBody unpack() const;
};

// Not thread-safe; one per shard. What it gives is owned by it: others hold weak pointers.
class BodyKeeper {
 public:
  // Of a body, this much around the error is kept.
  static constexpr size_t kKeptBytes = 256 << 10;

  explicit BodyKeeper(size_t budget_bytes = 4 << 20) : budget_(budget_bytes) {}

  // `before`: what the target had here until now, which goes. Null if it cannot be compressed.
  std::shared_ptr<const KeptBody> keep(FailedBody facts, std::string_view body,
                                       const std::shared_ptr<const KeptBody>& before);
  size_t bytes() const { return bytes_; }

 private:
  void drop(const std::shared_ptr<const KeptBody>& body);

  const size_t budget_;
  size_t bytes_ = 0;
  std::deque<std::shared_ptr<const KeptBody>> kept_;  // oldest first
};

}  // namespace narthex::scrape
