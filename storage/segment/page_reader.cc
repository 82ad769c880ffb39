#include "storage/segment/page_reader.h"

#include "storage/segment/page/body.h"

namespace narthex::storage {

std::string name_of(PageKind kind, uint64_t number) {
  switch (kind) {
    case PageKind::kPack:
      return fmt::format("pack {}", number);
    case PageKind::kTimes:
      return fmt::format("times page {}", number);
    case PageKind::kIndex:
      return fmt::format("index page {}", number);
    case PageKind::kLists:
      return fmt::format("list page {}", number);
    case PageKind::kSymbols:
      return fmt::format("symbol page {}", number);
    case PageKind::kLabels:
      return fmt::format("labels page {}", number);
    case PageKind::kExemplars:
      return fmt::format("exemplar page {}", number);
    case PageKind::kDirectory:
      return "directory";
    case PageKind::kFooter:
      return "footer";
  }
  return fmt::format("page {} of unknown kind", number);
}

Result<> PageReader::raw(PageKind kind, uint64_t number, std::string& out) const {
  std::string page;
  const auto got = source_->get(kind, number, page);
  if (!got && got.error().code == Code::kNotFound) return damaged(kind, number, "it is missing");
  if (!got) return prefixed(fmt::format("segment {}: {}: ", id_, name_of(kind, number)), got.error());
  return open_page(page, out) ? Result<>() : damaged(kind, number, "it cannot be unpacked");
}

Error PageReader::damaged(PageKind kind, uint64_t number, std::string_view how) const {
  const std::string file = source_->file();
  return {Code::kCorruption, fmt::format("segment {}: {} is damaged: {}{}{}{}", id_, name_of(kind, number), how,
                                         file.empty() ? "" : " (", file, file.empty() ? "" : ")")};
}

}  // namespace narthex::storage
