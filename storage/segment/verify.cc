#include "storage/segment/verify.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>

#include "storage/segment/dictionary.h"
#include "storage/segment/page/exemplar_page.h"
#include "storage/segment/page/index_page.h"
#include "storage/segment/page/number_page.h"
#include "storage/segment/page/pack_page.h"
#include "storage/segment/page/steps.h"
#include "storage/segment/page/times_page.h"

namespace narthex::storage {
namespace {

// Of its own, so that what is read comes from the disk and queries keep what they have.
constexpr size_t kCacheBytes = 16 << 20;
// Damaged counts can name any number of pages that are not there: after so many sentences it is enough.
constexpr size_t kMostFound = 1000;

// From a series' first sample to its last one.
struct Range {
  Timestamp first;
  Timestamp last;
  friend bool operator==(const Range&, const Range&) = default;
};

Range range_of(const Column& column) {
  Range range{kMaxTime, kMinTime};
  const auto include = [&](Timestamp first, Timestamp last) {
    range = {std::min(range.first, first), std::max(range.last, last)};
  };
  if (column.size() > 0) include(column.timestamps.front(), column.timestamps.back());
  if (!column.histograms.empty()) include(column.histograms.front().timestamp, column.histograms.back().timestamp);
  return range;
}

class Verifier {
 public:
  Verifier(const PageReader& pages, const SegmentFooter& footer)
      : cache_(kCacheBytes), pages_(pages.with(cache_)), footer_(footer) {}

  std::vector<std::string> run() {
    auto dictionary = Dictionary::open(pages_);
    if (dictionary) {
      dictionary_.emplace(std::move(*dictionary));
      directory_ = &dictionary_->directory();
      symbols();
      lists();
      labels();
      times();
      index();
      exemplars();
      expect(directory_->packs == footer_.packs, PageKind::kDirectory, 0, "it counts other packs than the footer");
    } else {
      say(dictionary.error());
    }
    packs();
    totals();
    return std::move(found_);
  }

 private:
  void say(const Error& error) {
    if (!full()) found_.push_back(error.message);
  }
  bool full() const { return found_.size() >= kMostFound; }
  bool expect(bool holds, PageKind kind, uint64_t number, std::string_view otherwise) {
    if (!holds) say(pages_.damaged(kind, number, otherwise));
    return holds;
  }
  // Null, and what is wrong is told.
  template <class Page>
  std::shared_ptr<const Page> get(PageKind kind, uint64_t number) {
    auto page = pages_.get<Page>(kind, number);
    if (page) return std::move(*page);
    say(page.error());
    return nullptr;
  }
  static uint64_t pages_for(uint64_t things, uint64_t per_page) { return (things + per_page - 1) / per_page; }
  static uint64_t on_page(uint64_t things, uint64_t per_page, uint64_t page) {
    return std::min(per_page, things - page * per_page);
  }

  void symbols() {
    const auto& firsts = directory_->first_symbols;
    const uint64_t count = pages_for(directory_->symbols, kSymbolsPerPage);
    if (!expect(count == firsts.size(), PageKind::kDirectory, 0, "it counts other symbols than it has pages")) return;
    std::string last;
    for (uint64_t p = 0; p < count && !full(); ++p) {
      const auto page = get<SymbolPage>(PageKind::kSymbols, p);
      if (!page || !expect(page->size() == on_page(directory_->symbols, kSymbolsPerPage, p), PageKind::kSymbols, p,
                           "it has too few or too many texts")) {
        continue;
      }
      expect(page->text(0) == firsts[p], PageKind::kSymbols, p, "it begins with another text than the directory says");
      expect(p == 0 ? page->text(0).empty() : page->text(0) > last, PageKind::kSymbols, p, "its texts do not ascend");
      last = page->text(page->size() - 1);
    }
  }

  void lists() {
    const uint64_t count = pages_for(directory_->lists, kListsPerPage);
    for (uint64_t p = 0; p < count && !full(); ++p) {
      const auto page = get<ListPage>(PageKind::kLists, p);
      if (!page || !expect(page->size() == on_page(directory_->lists, kListsPerPage, p), PageKind::kLists, p,
                           "it has too few or too many lists")) {
        continue;
      }
      bool sound = true;
      for (size_t i = 0; i < page->size(); ++i) {
        for (const NumberedPair& pair : page->pairs(i)) {
          sound = sound && std::max(pair.name, pair.value) < directory_->symbols;
        }
        const TargetTimes* target = page->target(i);
        sound = sound && (target == nullptr || !target->group || *target->group < directory_->groups);
      }
      expect(sound, PageKind::kLists, p, "it names things that do not exist");
    }
  }

  void labels() {
    for (size_t p = 0; p < directory_->label_names.size(); ++p) {
      const auto page = get<NumberPage>(PageKind::kLabels, p);
      if (!page) continue;
      expect(
          !page->numbers.empty() && page->numbers.front() != kEmptySymbol && page->numbers.back() < directory_->symbols,
          PageKind::kLabels, p, "it names texts that do not exist");
      expect(directory_->label_names[p] < directory_->symbols, PageKind::kDirectory, 0, "a label has no name");
    }
  }

  void times() {
    const auto& firsts = directory_->first_groups;
    std::vector<Timestamp> times;
    for (size_t p = 0; p < firsts.size(); ++p) {
      const auto page = get<TimesPage>(PageKind::kTimes, p);
      const uint32_t end = p + 1 < firsts.size() ? firsts[p + 1] : directory_->groups;
      if (!page || !expect(firsts[p] + page->size() == end, PageKind::kTimes, p, "it has too few or too many groups")) {
        continue;
      }
      for (uint32_t group = firsts[p]; group < end; ++group) {
        const auto read = read_group(pages_, group, times);
        if (!read) say(read.error());
        if (read)
          expect(!times.empty() && std::ranges::is_sorted(times, std::less_equal<>()), PageKind::kTimes, p,
                 "its timestamps do not ascend");
      }
    }
  }

  // The range of each series, by pack and place, for when the packs are read.
  void index() {
    const auto& firsts = directory_->first_metrics;
    for (size_t p = 0; p < firsts.size(); ++p) {
      const auto page = get<IndexPage>(PageKind::kIndex, p);
      if (!page) continue;
      const bool begins = !page->sections().empty() && page->sections().front().metric == firsts[p] &&
                          page->sections().back().metric < directory_->symbols;
      if (!expect(begins, PageKind::kIndex, p, "it has other metrics than the directory says")) continue;
      for (const IndexPage::Section& section : page->sections()) {
        SectionReader rows(page->section(section));
        IndexRow row;
        bool sound = true;
        while (rows.next(row)) sound = add(row) && sound;
        expect(rows.ok() && sound, PageKind::kIndex, p, "a metric's series make no sense");
      }
    }
  }

  bool add(const IndexRow& row) {
    ++series_;
    if (std::max(row.difference, row.target) >= directory_->lists || row.pack >= footer_.packs) return false;
    std::vector<Range>& ranges = ranges_[row.pack];
    if (row.place != ranges.size()) return false;
    const auto list = dictionary_->list(row.target);
    const bool known = list && list->target != nullptr;
    if (known) {
      ranges.push_back({after_step(list->target->first, row.first), step_between(row.last, list->target->last)});
    }
    return known;
  }

  void packs() {
    const bool index_sound = found_.empty();
    for (uint64_t p = 0; p < footer_.packs && !full(); ++p) {
      const auto page = get<PackPage>(PageKind::kPack, p);
      if (!page) continue;
      // After damage in the dictionary or the index these say nothing.
      const auto known = index_sound ? ranges_.find(static_cast<uint32_t>(p)) : ranges_.end();
      const size_t size = known == ranges_.end() ? 0 : known->second.size();
      expect(!index_sound || page->size() == size, PageKind::kPack, p, "the index has other series of it");
      for (size_t i = 0; i < page->size(); ++i) column(*page, p, i, i < size ? &known->second[i] : nullptr);
    }
  }

  void column(const PackPage& page, uint64_t p, size_t i, const Range* range) {
    const auto group = read_group(pages_, page.group(i), group_);
    if (!group) return say(group.error());
    column_.clear();
    if (!expect(page.read(i, group_, kMinTime, kMaxTime, column_), PageKind::kPack, p,
                fmt::format("series {} of it makes no sense", i))) {
      return;
    }
    if (range != nullptr) {
      expect(range_of(column_) == *range, PageKind::kPack, p,
             fmt::format("series {} of it has other times than the index says", i));
    }
    samples_ += column_.size() + column_.histograms.size();
    histograms_ += column_.histograms.size();
  }

  void totals() {
    if (!found_.empty()) return;  // the sums are wrong, then
    expect(series_ == footer_.series && samples_ == footer_.samples && histograms_ == footer_.histograms &&
               exemplars_ == footer_.exemplars,
           PageKind::kFooter, 0, "it counts other series or samples than there are");
  }

  void exemplars() {
    for (uint32_t p = 0; p < directory_->exemplar_pages && !full(); ++p) {
      std::string raw;
      std::vector<SeriesExemplars> read;
      const auto got = pages_.raw(PageKind::kExemplars, p, raw);
      if (!got) say(got.error());
      if (got) expect(read_exemplars(raw, read), PageKind::kExemplars, p, "its bytes make no sense");
      for (const SeriesExemplars& series : read) exemplars_ += series.exemplars.size();
    }
  }

  PageCache cache_;
  const PageReader pages_;
  const SegmentFooter& footer_;
  std::optional<Dictionary> dictionary_;
  const Directory* directory_ = nullptr;
  boost::unordered_flat_map<uint32_t, std::vector<Range>> ranges_;
  std::vector<std::string> found_;
  std::vector<Timestamp> group_;
  Column column_;
  uint64_t series_ = 0;
  uint64_t samples_ = 0;
  uint64_t histograms_ = 0;
  uint64_t exemplars_ = 0;
};

}  // namespace

std::vector<std::string> verify_pages(const PageReader& pages, const SegmentFooter& footer) {
  return Verifier(pages, footer).run();
}

}  // namespace narthex::storage
