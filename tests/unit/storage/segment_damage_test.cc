// Damaged pages of segments: nothing crashes, what is damaged is named, and costs what it holds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <xxhash.h>

#include "storage/segment/footer_codec.h"
#include "storage/segment/page_reader.h"
#include "tests/support/naive_store.h"
#include "tests/support/scrape_generator.h"
#include "tests/unit/storage/fixture.h"
#include "tests/unit/storage/segment_fixture.h"
#include "tests/unit/storage/segment_questions.h"

namespace narthex::storage {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::NaiveStore;
using ::testing::Not;
using testing::ScrapeGenerator;

// Notices changes, as the files of segments do.
class CheckedPages final : public PageSource {
 public:
  explicit CheckedPages(const MapPages& pages) : pages_(pages) {
    for (const auto& [key, page] : pages.pages) sums_.emplace(key, XXH3_64bits(page.data(), page.size()));
  }
  Result<> get(PageKind kind, uint64_t number, std::string& out) const override {
    if (const auto got = pages_.get(kind, number, out); !got) return got;
    if (XXH3_64bits(out.data(), out.size()) == sums_.at({kind, number})) return {};
    return Error{Code::kCorruption, "wrong checksum"};
  }

 private:
  const MapPages& pages_;
  std::map<MapPages::Key, uint64_t> sums_;
};

// Numbers, histograms, starts, exemplars, gaps; several pages of most kinds.
std::shared_ptr<MapPages> some_pages() {
  Options options;
  options.max_exemplars = 200;
  NaiveStore naive(options);
  ScrapeGenerator generator({.seed = 31, .series_per_target = 100, .beside = true}, {&naive});
  for (int step = 0; step < 60; ++step) EXPECT_EQ(generator.step(), "");
  const std::vector<Matcher> all[1];
  return build(series_of(*naive.view()), {.exemplars = naive.exemplars(all, kMinTime, kMaxTime)});
}

class SegmentDamage : public ::testing::TestWithParam<PageKind> {
 protected:
  std::vector<MapPages::Key> of_kind() const {
    std::vector<MapPages::Key> keys;
    for (const auto& [key, page] : pages_->pages) {
      if (key.first == GetParam()) keys.push_back(key);
    }
    return keys;
  }
  std::shared_ptr<MapPages> pages_ = some_pages();
};

TEST_P(SegmentDamage, AFlippedBitIsFoundAndNamed) {
  ASSERT_FALSE(of_kind().empty());
  const auto checked = std::make_shared<CheckedPages>(*pages_);
  for (const auto& [kind, number] : of_kind()) {
    std::string& page = pages_->pages[{kind, number}];
    page[page.size() / 2] ^= 4;
    PageCache cache(1 << 20);
    const auto segment = Segment::open(1, checked, cache);
    const auto found = segment ? (*segment)->verify() : std::vector<std::string>{segment.error().message};
    EXPECT_THAT(found,
                Contains(HasSubstr(kind == PageKind::kFooter ? "wrong checksum" : name_of(kind, number) + ": ")));
    page[page.size() / 2] ^= 4;
  }
}

TEST_P(SegmentDamage, AMissingPageIsFoundAndNamed) {
  for (const auto& [kind, number] : of_kind()) {
    const std::string page = pages_->pages[{kind, number}];
    pages_->pages.erase({kind, number});
    PageCache cache(1 << 20);
    const auto segment = Segment::open(1, pages_, cache);
    const auto found = segment ? (*segment)->verify() : std::vector<std::string>{segment.error().message};
    EXPECT_THAT(found, Contains(HasSubstr(name_of(kind, number) + " is ")));
    EXPECT_EQ(ask_everything(pages_), "");
    pages_->pages[{kind, number}] = page;
  }
}

TEST_P(SegmentDamage, NothingCrashesWithoutChecksums) {
  std::mt19937_64 random(41);
  const auto keys = of_kind();
  for (int i = 0; i < 60 * test_scale(); ++i) {
    std::string& page = pages_->pages[keys[random() % keys.size()]];
    const std::string sound = page;
    for (uint64_t left = 1 + random() % 3; left > 0; --left)
      page[random() % page.size()] ^= static_cast<char>(1u << random() % 8);
    if (i % 4 == 0) page.resize(random() % page.size());
    EXPECT_EQ(ask_everything(pages_), "");
    page = sound;
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, SegmentDamage,
                         ::testing::Values(PageKind::kPack, PageKind::kTimes, PageKind::kIndex, PageKind::kLists,
                                           PageKind::kSymbols, PageKind::kLabels, PageKind::kExemplars,
                                           PageKind::kDirectory, PageKind::kFooter),
                         [](const auto& param) { return "Kind" + std::to_string(static_cast<int>(param.param)); });

TEST(SegmentDamageOfAPack, CostsItsSeriesOnly) {
  const auto pages = some_pages();
  PageCache cache(0);
  const auto segment = open(pages, cache);
  ASSERT_GE(segment->footer().packs, 3u);
  pages->pages[{PageKind::kPack, 1}] = "nonsense";
  size_t lost = 0;
  const auto all = *segment->all();
  for (const SegmentSeries& s : all) {
    Column column;
    const auto read = segment->read(s, kMinTime, kMaxTime, column);
    EXPECT_EQ(read.has_value(), s.pack != 1);
    if (read) continue;
    ++lost;
    EXPECT_EQ(read.error().code, Code::kCorruption);
    EXPECT_THAT(read.error().message, HasSubstr("segment 1: pack 1 is damaged"));
    EXPECT_TRUE(column.empty());
  }
  EXPECT_GT(lost, 0u);
  EXPECT_LT(lost, all.size() / 2);
  EXPECT_THAT(segment->verify(), Not(IsEmpty()));
}

TEST(SegmentVersion, ANewerOneIsRefusedWithASentence) {
  const auto pages = some_pages();
  SegmentFooter footer = *decode_footer(pages->pages[{PageKind::kFooter, 0}]);
  footer.version = 2;
  pages->pages[{PageKind::kFooter, 0}] = encode(footer) + "and what else it may have";
  PageCache cache(1 << 20);
  const auto segment = Segment::open(7, pages, cache);
  ASSERT_FALSE(segment);
  EXPECT_EQ(segment.error().code, Code::kUnsupported);
  EXPECT_EQ(segment.error().message,
            "segment 7: format version 2; this program knows versions up to 1: a newer narthex wrote it");
}

TEST(SegmentVersion, WhatIsNoFooterIsDamaged) {
  for (const std::string& page : {std::string(), std::string(1, '\0'), std::string(40, '\xff'), std::string("\1\2")}) {
    const auto footer = decode_footer(page);
    ASSERT_FALSE(footer);
    EXPECT_EQ(footer.error().code, Code::kCorruption) << page;
  }
}

}  // namespace
}  // namespace narthex::storage
