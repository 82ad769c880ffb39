// A segment as its pages: numbered byte strings of a few kinds. Whoever stores them keeps a checksum of each.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace narthex::storage {

// In the order of writing, which is the order of keys: what is known only at the end comes last.
enum class PageKind : uint8_t {
  kPack = 1,       // columns of some series of one metric
  kTimes = 2,      // time groups
  kIndex = 3,      // of one metric: its series, and in which pack each is
  kLists = 4,      // label lists: targets and templates
  kSymbols = 5,    // texts, sorted
  kLabels = 6,     // of one label name: its values, sorted
  kExemplars = 7,  //
  kDirectory = 8,  // one page: where things are
  kFooter = 9,     // one page: version, range, counts
};

// Takes the pages of one segment: kinds ascending, numbers ascending within a kind.
class PageSink {
 public:
  virtual ~PageSink() = default;
  virtual Result<> put(PageKind kind, uint64_t number, std::string_view bytes) = 0;
};

// Gives them back. Thread-safe.
class PageSource {
 public:
  virtual ~PageSource() = default;
  // Replaces `out`. kNotFound: there is no such page. kCorruption: its checksum is wrong; the message names the file.
  virtual Result<> get(PageKind kind, uint64_t number, std::string& out) const = 0;
  // The path of what it reads, for messages; "": it has none.
  virtual std::string file() const { return {}; }
};

}  // namespace narthex::storage
