#include "storage/segment/dictionary.h"

#include <algorithm>

#include "storage/segment/column_codec.h"
#include "storage/segment/page/number_page.h"
#include "storage/segment/page/times_page.h"

namespace narthex::storage {

std::optional<size_t> page_of(std::span<const uint32_t> firsts, uint32_t number) {
  const auto after = std::upper_bound(firsts.begin(), firsts.end(), number);
  if (after == firsts.begin()) return std::nullopt;
  return static_cast<size_t>(after - firsts.begin()) - 1;
}

Result<Dictionary> Dictionary::open(const PageReader& pages) {
  auto directory = pages.get<Directory>(PageKind::kDirectory, 0);
  if (!directory) return directory.error();
  return Dictionary(pages, std::move(*directory));
}

Result<std::string_view> Dictionary::text(SymbolNumber symbol) {
  const auto number = static_cast<uint32_t>(symbol / kSymbolsPerPage);
  if (!symbols_ || symbols_number_ != number) {
    auto page = pages_->get<SymbolPage>(PageKind::kSymbols, number);
    if (!page) return page.error();
    symbols_ = std::move(*page);
    symbols_number_ = number;
  }
  const size_t i = symbol % kSymbolsPerPage;
  if (i >= symbols_->size()) return pages_->damaged(PageKind::kSymbols, number, "a text is missing");
  return symbols_->text(i);
}

Result<std::optional<SymbolNumber>> Dictionary::find(std::string_view text) {
  const auto& firsts = directory_->first_symbols;
  const auto after = std::upper_bound(firsts.begin(), firsts.end(), text);
  if (after == firsts.begin()) return std::optional<SymbolNumber>();
  const auto number = static_cast<uint64_t>(after - firsts.begin()) - 1;
  const auto page = pages_->get<SymbolPage>(PageKind::kSymbols, number);
  if (!page) return page.error();
  const auto place = (*page)->find(text);
  if (!place) return std::optional<SymbolNumber>();
  return std::optional(static_cast<SymbolNumber>(number * kSymbolsPerPage + *place));
}

Result<Dictionary::List> Dictionary::list(uint32_t number) {
  const auto page_number = static_cast<uint32_t>(number / kListsPerPage);
  if (!lists_ || lists_number_ != page_number) {
    auto page = pages_->get<ListPage>(PageKind::kLists, page_number);
    if (!page) return page.error();
    lists_ = std::move(*page);
    lists_number_ = page_number;
  }
  const size_t i = number % kListsPerPage;
  if (i >= lists_->size()) return pages_->damaged(PageKind::kLists, page_number, "a label list is missing");
  return List{lists_->pairs(i), lists_->target(i)};
}

Result<std::vector<std::pair<std::string, std::string>>> Dictionary::texts(uint32_t number) {
  const auto found = list(number);
  if (!found) return found.error();
  std::vector<std::pair<std::string, std::string>> out;
  for (const NumberedPair& pair : found->pairs) {
    const auto name = text(pair.name);
    if (!name) return name.error();
    out.emplace_back(*name, "");
    const auto value = text(pair.value);
    if (!value) return value.error();
    out.back().second = *value;
  }
  return out;
}

Result<std::shared_ptr<const std::vector<SymbolNumber>>> Dictionary::values(SymbolNumber name) {
  const auto& names = directory_->label_names;
  const auto it = std::lower_bound(names.begin(), names.end(), name);
  if (it == names.end() || *it != name) return std::shared_ptr<const std::vector<SymbolNumber>>();
  const auto page = pages_->get<NumberPage>(PageKind::kLabels, static_cast<uint64_t>(it - names.begin()));
  if (!page) return page.error();
  return std::shared_ptr<const std::vector<SymbolNumber>>(*page, &(*page)->numbers);
}

bool Dictionary::has_label(SymbolNumber name) const {
  return std::binary_search(directory_->label_names.begin(), directory_->label_names.end(), name);
}

Result<> read_group(const PageReader& pages, uint32_t group, std::vector<Timestamp>& times) {
  const auto directory = pages.get<Directory>(PageKind::kDirectory, 0);
  if (!directory) return directory.error();
  const auto number = page_of((*directory)->first_groups, group);
  if (!number) return pages.damaged(PageKind::kDirectory, 0, fmt::format("it does not know time group {}", group));
  const auto page = pages.get<TimesPage>(PageKind::kTimes, *number);
  if (!page) return page.error();
  const uint32_t place = group - (*directory)->first_groups[*number];
  const auto wrong = [&] {
    return pages.damaged(PageKind::kTimes, *number, fmt::format("time group {} makes no sense", group));
  };
  if (place >= (*page)->size()) return wrong();
  times.clear();
  ByteReader in((*page)->group(place));
  return read_times(in, times) && in.ok() && in.at_end() ? Result<>() : wrong();
}

}  // namespace narthex::storage
