// A segment's texts and label lists, and where else things are.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "storage/segment/page/directory.h"
#include "storage/segment/page/list_page.h"
#include "storage/segment/page/symbol_page.h"
#include "storage/segment/page_reader.h"

namespace narthex::storage {

// One call's way into the pages: keeps those it used last, so that neighbours cost nothing. Not thread-safe; cheap.
class Dictionary {
 public:
  static Result<Dictionary> open(const PageReader& pages);

  const Directory& directory() const { return *directory_; }

  // Valid until the next call of text().
  Result<std::string_view> text(SymbolNumber symbol);
  // Nothing: no series, list or label has this text.
  Result<std::optional<SymbolNumber>> find(std::string_view text);

  struct List {
    std::span<const NumberedPair> pairs;  // by name, ascending
    const TargetTimes* target;            // null: it is no target
  };
  // Valid until the next call of list().
  Result<List> list(uint32_t number);
  // Its texts.
  Result<std::vector<std::pair<std::string, std::string>>> texts(uint32_t list);

  // The values of a label, ascending; null: no series has it.
  Result<std::shared_ptr<const std::vector<SymbolNumber>>> values(SymbolNumber name);
  // Whether any series has this label.
  bool has_label(SymbolNumber name) const;

 private:
  Dictionary(const PageReader& pages, std::shared_ptr<const Directory> directory)
      : pages_(&pages), directory_(std::move(directory)) {}

  const PageReader* pages_;
  std::shared_ptr<const Directory> directory_;
  std::shared_ptr<const SymbolPage> symbols_;
  uint32_t symbols_number_ = 0;
  std::shared_ptr<const ListPage> lists_;
  uint32_t lists_number_ = 0;
};

// The place of the page that holds `number`, given the first number of each page. `firsts` ascend; nothing: it is
// before them all.
std::optional<size_t> page_of(std::span<const uint32_t> firsts, uint32_t number);

// Replaces `times` by the timestamps of a group.
Result<> read_group(const PageReader& pages, uint32_t group, std::vector<Timestamp>& times);

}  // namespace narthex::storage
