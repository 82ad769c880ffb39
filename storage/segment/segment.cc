#include "storage/segment/segment.h"

#include <fmt/format.h>

#include <algorithm>

#include "storage/segment/column_codec.h"
#include "storage/segment/dictionary.h"
#include "storage/segment/footer_codec.h"
#include "storage/segment/page/exemplar_page.h"
#include "storage/segment/page/index_page.h"
#include "storage/segment/page/pack_page.h"
#include "storage/segment/page/times_page.h"
#include "storage/segment/selection.h"
#include "storage/segment/verify.h"

namespace narthex::storage {

struct Segment::Impl {
  PageReader pages;
  SegmentFooter footer;
};

Segment::Segment(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Segment::~Segment() = default;

Result<std::shared_ptr<const Segment>> Segment::open(uint64_t id, std::shared_ptr<const PageSource> pages,
                                                     PageCache& cache) {
  std::string page;
  const std::string where = fmt::format("segment {}: ", id);
  const auto got = pages->get(PageKind::kFooter, 0, page);
  if (!got && got.error().code == Code::kNotFound) return Error{Code::kCorruption, where + "the footer is missing"};
  if (!got) return prefixed(where, got.error());
  auto footer = decode_footer(page);
  if (!footer) return prefixed(where, footer.error());
  auto impl = std::make_unique<Impl>(Impl{PageReader(id, std::move(pages), cache), std::move(*footer)});
  return std::shared_ptr<const Segment>(new Segment(std::move(impl)));
}

uint64_t Segment::id() const { return impl_->pages.id(); }
const SegmentFooter& Segment::footer() const { return impl_->footer; }

Result<std::vector<SegmentSeries>> Segment::select(std::span<const Matcher> matchers, Timestamp from,
                                                   Timestamp to) const {
  if (from > impl_->footer.max_time || to < impl_->footer.min_time) return std::vector<SegmentSeries>();
  return select_series(impl_->pages, matchers, from, to);
}

Result<std::vector<SegmentSeries>> Segment::all() const { return select_series(impl_->pages, {}, kMinTime, kMaxTime); }

Result<Labels> Segment::labels(const SegmentSeries& series) const {
  auto dictionary = Dictionary::open(impl_->pages);
  if (!dictionary) return dictionary.error();
  auto labels = dictionary->texts(series.difference);
  if (!labels) return labels.error();
  auto target = dictionary->texts(series.target);
  if (!target) return target.error();
  const size_t own = labels->size();
  for (auto& pair : *target) {
    const bool spoken = std::any_of(labels->begin(), labels->begin() + static_cast<ptrdiff_t>(own),
                                    [&](const auto& p) { return p.first == pair.first; });
    if (!spoken) labels->push_back(std::move(pair));
  }
  std::vector<Label> out;
  out.reserve(labels->size());
  for (auto& [name, value] : *labels) out.push_back({std::move(name), std::move(value)});
  return Labels(std::move(out));  // drops the marks
}

Result<std::vector<std::pair<std::string, std::string>>> Segment::list(uint32_t number) const {
  auto dictionary = Dictionary::open(impl_->pages);
  if (!dictionary) return dictionary.error();
  return dictionary->texts(number);
}

Result<> Segment::read(const SegmentSeries& series, Timestamp from, Timestamp to, Column& out) const {
  const auto pack = impl_->pages.get<PackPage>(PageKind::kPack, series.pack);
  if (!pack) return pack.error();
  if (series.place >= (*pack)->size()) {
    return impl_->pages.damaged(PageKind::kPack, series.pack, "a series of the index is missing");
  }
  thread_local std::vector<Timestamp> times;
  if (const auto read = read_group(impl_->pages, (*pack)->group(series.place), times); !read) return read;
  if ((*pack)->read(series.place, times, from, to, out)) return {};
  return impl_->pages.damaged(PageKind::kPack, series.pack,
                              fmt::format("series {} of it makes no sense", series.place));
}

Result<std::vector<std::string>> Segment::label_names() const {
  auto dictionary = Dictionary::open(impl_->pages);
  if (!dictionary) return dictionary.error();
  std::vector<std::string> names;
  for (const SymbolNumber symbol : dictionary->directory().label_names) {
    const auto text = dictionary->text(symbol);
    if (!text) return text.error();
    names.emplace_back(*text);
  }
  return names;
}

Result<std::vector<std::string>> Segment::label_values(std::string_view name) const {
  auto dictionary = Dictionary::open(impl_->pages);
  if (!dictionary) return dictionary.error();
  const auto symbol = dictionary->find(name);
  if (!symbol) return symbol.error();
  std::vector<std::string> texts;
  if (!*symbol) return texts;
  const auto values = dictionary->values(**symbol);
  if (!values) return values.error();
  if (!*values) return texts;
  for (const SymbolNumber value : **values) {
    const auto text = dictionary->text(value);
    if (!text) return text.error();
    texts.emplace_back(*text);
  }
  return texts;
}

Result<std::vector<SeriesExemplars>> Segment::exemplars() const {
  const auto directory = impl_->pages.get<Directory>(PageKind::kDirectory, 0);
  if (!directory) return directory.error();
  std::vector<SeriesExemplars> out;
  std::string raw;
  for (uint32_t page = 0; page < (*directory)->exemplar_pages; ++page) {
    if (const auto read = impl_->pages.raw(PageKind::kExemplars, page, raw); !read) return read.error();
    if (!read_exemplars(raw, out)) return impl_->pages.damaged(PageKind::kExemplars, page, "its bytes make no sense");
  }
  return out;
}

Result<std::vector<Timestamp>> Segment::times_of(uint32_t target) const {
  auto dictionary = Dictionary::open(impl_->pages);
  if (!dictionary) return dictionary.error();
  const auto list = dictionary->list(target);
  if (!list) return list.error();
  std::vector<Timestamp> times;
  if (list->target == nullptr || !list->target->group) return times;
  if (const auto read = read_group(impl_->pages, *list->target->group, times); !read) return read.error();
  return times;
}

std::vector<std::string> Segment::verify() const { return verify_pages(impl_->pages, impl_->footer); }

}  // namespace narthex::storage
