#include "storage/segment/builder.h"

#include <algorithm>

#include "storage/segment/dictionary_builder.h"
#include "storage/segment/footer_codec.h"
#include "storage/segment/page/body.h"
#include "storage/segment/page/directory.h"
#include "storage/segment/page/exemplar_page.h"
#include "storage/segment/page/index_page.h"
#include "storage/segment/page/number_page.h"
#include "storage/segment/page/pack_page.h"
#include "storage/segment/page/steps.h"
#include "storage/segment/page/times_page.h"
#include "storage/segment/time_groups.h"

namespace narthex::storage {
namespace {

// A pack is full when it has this many bytes or series; reading one series unpacks all of it.
constexpr size_t kPackBytes = 32 << 10;
constexpr size_t kPackSeries = 128;
// A metric that begins opens a new pack if the one before has this much.
constexpr size_t kSharedPackBytes = 16 << 10;
// Other pages, before they are compressed.
constexpr size_t kPageBytes = 16 << 10;
constexpr size_t kExemplarPageBytes = 64 << 10;

// Timestamps of numbers and histograms together.
std::span<const Timestamp> times_of(const Column& samples, std::vector<Timestamp>& merged) {
  if (samples.histograms.empty()) return samples.timestamps;
  merged.clear();
  for (const HistogramSample& h : samples.histograms) merged.push_back(h.timestamp);
  const auto middle = static_cast<ptrdiff_t>(merged.size());
  merged.insert(merged.end(), samples.timestamps.begin(), samples.timestamps.end());
  std::inplace_merge(merged.begin(), merged.begin() + middle, merged.end());
  return merged;
}

// A metric's part of the index, until all is known that comes before the index.
struct Section {
  std::string metric;
  std::string bytes;
};

}  // namespace

struct SegmentBuilder::Impl {
  PageSink& sink;
  SegmentFooter footer;
  DictionaryBuilder dictionary = {};
  TimeGroups groups = {};
  PageWriter writer = {};

  PackWriter pack = {};
  std::string metric = {};  // the one being written
  SectionWriter section = {};
  std::vector<Section> sections = {};
  CodecCount counts[kValueCodecs + 1] = {};  // the last one is of histograms
  Directory directory = {};
  ExemplarPageWriter exemplars = {};
  std::vector<std::string> exemplar_pages = {};  // compressed
  std::vector<Timestamp> merged = {};

  Result<> put(PageKind kind, uint64_t number, std::string_view raw) {
    return sink.put(kind, number, writer.close(raw));
  }

  Result<> begin_metric(std::string_view name) {
    if (!section.empty() && name == metric) return {};
    if ((!section.empty() || !sections.empty()) && name <= metric) {
      return Error{Code::kInternal, "a segment got its metrics in disorder: " + std::string(name) + " after " + metric};
    }
    end_metric();
    metric = name;
    return pack.bytes() >= kSharedPackBytes ? put_pack() : Result<>();
  }
  void end_metric() {
    if (!section.empty()) sections.push_back({metric, section.take()});
  }

  Result<> put_pack() {
    if (pack.size() == 0) return {};
    const auto result = put(PageKind::kPack, directory.packs++, pack.raw());
    pack.clear();
    return result;
  }

  void count(const Column& samples, const ValuesCoded& coded, std::span<const Timestamp> times) {
    footer.min_time = footer.series == 0 ? times.front() : std::min(footer.min_time, times.front());
    footer.max_time = footer.series == 0 ? times.back() : std::max(footer.max_time, times.back());
    ++footer.series;
    ++footer.columns;
    footer.samples += times.size();
    footer.histograms += samples.histograms.size();
    const auto add = [](CodecCount& to, size_t size, size_t bytes) {
      ++to.columns;
      to.samples += size;
      to.bytes += bytes;
    };
    if (coded.codec) add(counts[static_cast<size_t>(*coded.codec)], samples.size(), coded.value_bytes);
    if (!samples.histograms.empty()) add(counts[kValueCodecs], samples.histograms.size(), coded.histogram_bytes);
  }

  Result<> add(ListNumber target, ListNumber difference, const Column& samples) {
    const auto times = storage::times_of(samples, merged);
    if (times.empty()) return Error{Code::kInternal, "a segment got a series without samples"};
    if (const auto begun = begin_metric(dictionary.metric(target, difference)); !begun) return begun;
    const ColumnTimes placed = groups.place(target, times);
    const TargetTimes& range = groups.range_of(target);
    section.add({difference, target, directory.packs, static_cast<uint32_t>(pack.size()),
                 step_between(range.first, times.front()), step_between(times.back(), range.last)});
    count(samples, pack.add(placed, samples), times);
    dictionary.see(target, difference);
    return pack.bytes() >= kPackBytes || pack.size() >= kPackSeries ? put_pack() : Result<>();
  }

  void add_exemplars(const SeriesExemplars& series) {
    footer.exemplars += series.exemplars.size();
    exemplars.add(series);
    if (exemplars.raw().size() >= kExemplarPageBytes) end_exemplar_page();
  }
  void end_exemplar_page() {
    if (exemplars.raw().empty()) return;
    exemplar_pages.emplace_back(writer.close(exemplars.raw()));
    exemplars.clear();
  }

  Result<> put_times() {
    TimesPageWriter page;
    for (uint32_t group = 0; group < groups.size(); ++group) {
      if (page.size() == 0) directory.first_groups.push_back(group);
      page.add(groups.bytes(group));
      if (page.bytes() < kPageBytes && group + 1 < groups.size()) continue;
      if (const auto done = put(PageKind::kTimes, directory.first_groups.size() - 1, page.raw()); !done) return done;
      page.clear();
    }
    directory.groups = groups.size();
    return {};
  }

  Result<> put_index() {
    std::string page;
    SymbolNumber last = 0;
    for (size_t i = 0; i < sections.size(); ++i) {
      const SymbolNumber symbol = dictionary.find(sections[i].metric);
      if (page.empty()) directory.first_metrics.push_back(symbol);
      put_varint(page, symbol - last);
      put_text(page, sections[i].bytes);
      last = symbol;
      sections[i] = {};
      if (page.size() < kPageBytes && i + 1 < sections.size()) continue;
      if (const auto done = put(PageKind::kIndex, directory.first_metrics.size() - 1, page); !done) return done;
      page.clear();
      last = 0;
    }
    return {};
  }

  Result<> put_lists() {
    ListPageWriter page;
    directory.lists = dictionary.lists();
    for (uint32_t list = 0; list < directory.lists; ++list) {
      page.add(dictionary.pairs(list), groups.target(list));
      if ((list + 1) % kListsPerPage != 0 && list + 1 < directory.lists) continue;
      if (const auto done = put(PageKind::kLists, list / kListsPerPage, page.raw()); !done) return done;
      page.clear();
    }
    return {};
  }

  Result<> put_symbols() {
    std::string page;
    directory.symbols = dictionary.symbols();
    for (uint32_t symbol = 0; symbol < directory.symbols; ++symbol) {
      const std::string_view text = dictionary.text(symbol);
      const bool first = symbol % kSymbolsPerPage == 0;
      if (first) directory.first_symbols.emplace_back(text);
      append_symbol(page, first ? std::string_view() : dictionary.text(symbol - 1), text);
      if ((symbol + 1) % kSymbolsPerPage != 0 && symbol + 1 < directory.symbols) continue;
      if (const auto done = put(PageKind::kSymbols, symbol / kSymbolsPerPage, page); !done) return done;
      page.clear();
    }
    return {};
  }

  Result<> put_labels() {
    for (const auto& [name, values] : dictionary.values()) {
      std::string page;
      append_ascending(page, values);
      if (const auto done = put(PageKind::kLabels, directory.label_names.size(), page); !done) return done;
      directory.label_names.push_back(name);
    }
    return {};
  }

  Result<> put_exemplars() {
    end_exemplar_page();
    for (const std::string& page : exemplar_pages) {
      if (const auto done = sink.put(PageKind::kExemplars, directory.exemplar_pages++, page); !done) return done;
    }
    return {};
  }

  Result<> put_footer() {
    if (const auto done = put(PageKind::kDirectory, 0, directory.raw()); !done) return done;
    footer.version = kSegmentVersion;
    footer.packs = directory.packs;
    for (size_t i = 0; i <= kValueCodecs; ++i) {
      counts[i].codec = i < kValueCodecs ? name_of(static_cast<ValueCodec>(i)) : "histogram";
      if (counts[i].columns > 0) footer.codecs.push_back(counts[i]);
    }
    return sink.put(PageKind::kFooter, 0, encode(footer));
  }
};

SegmentBuilder::SegmentBuilder(PageSink& sink, SegmentFooter footer)
    : impl_(new Impl{.sink = sink,
                     .footer = {.first_window = footer.first_window,
                                .last_window = footer.last_window,
                                .late = footer.late,
                                .deletions = footer.deletions,
                                .parents = std::move(footer.parents)}}) {}
SegmentBuilder::~SegmentBuilder() = default;

ListNumber SegmentBuilder::list(std::span<const PairView> pairs) { return impl_->dictionary.list(pairs); }

void SegmentBuilder::expect_times(ListNumber target, std::span<const Timestamp> timestamps) {
  impl_->groups.expect(target, timestamps);
}

Result<> SegmentBuilder::add(ListNumber target, ListNumber difference, const Column& samples) {
  return impl_->add(target, difference, samples);
}

void SegmentBuilder::add_exemplars(const SeriesExemplars& exemplars) { impl_->add_exemplars(exemplars); }

Result<SegmentFooter> SegmentBuilder::finish() {
  if (const auto done = impl_->put_pack(); !done) return done.error();
  impl_->end_metric();
  impl_->dictionary.sort();
  for (const auto step : {&Impl::put_times, &Impl::put_index, &Impl::put_lists, &Impl::put_symbols, &Impl::put_labels,
                          &Impl::put_exemplars, &Impl::put_footer}) {
    if (const auto done = (impl_.get()->*step)(); !done) return done.error();
  }
  return impl_->footer;
}

}  // namespace narthex::storage
