// Segments as files of the database: what is valid, what is gone, and what a start finds.
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "storage/core/open.h"
#include "tests/unit/storage/database_fixture.h"
#include "tests/unit/storage/fixture.h"

namespace narthex::storage {
namespace {

TEST(SegmentFiles, AreSealedAndMergedAndStaySo) {
  OpenDatabase db;
  ASSERT_TRUE(db.open());
  for (int w = 1; w <= 3; ++w) ASSERT_TRUE(db.log().write({{w, "w" + std::to_string(w)}}));
  ASSERT_TRUE(db.seal("one", 2));
  EXPECT_EQ(db.dump(), "log 2:w2 3:w3 segments one");
  ASSERT_TRUE(db.seal("two", 3));
  ASSERT_TRUE(db.open());
  EXPECT_EQ(db.dump(), "log 3:w3 segments one two");
  ASSERT_TRUE(db.seal("day", 3, {1, 2}));
  EXPECT_EQ(db.dump(), "log 3:w3 segments day");
  EXPECT_EQ(db.pages()[0]->id(), 3u);
  ASSERT_TRUE(db.open());
  EXPECT_EQ(db.dump(), "log 3:w3 segments day");
  EXPECT_EQ(db.lines().text(), "");
}

TEST(SegmentFiles, KnowTheirSizeAndPlace) {
  OpenDatabase db;
  ASSERT_TRUE(db.open());
  ASSERT_TRUE(db.seal("one", 1));
  for (int round = 0; round < 2; ++round) {
    const SegmentPages& pages = *db.pages()[0];
    EXPECT_EQ(pages.bytes(), std::filesystem::file_size(pages.file()));
    EXPECT_GT(pages.bytes(), 30'000u);
    EXPECT_GT(db.segments().disk_bytes(), pages.bytes());
    ASSERT_TRUE(db.open());
  }
}

TEST(SegmentFiles, AMissingPageIsNotFound) {
  OpenDatabase db;
  ASSERT_TRUE(db.open());
  ASSERT_TRUE(db.seal("one", 1));
  std::string bytes;
  const auto read = db.pages()[0]->get(PageKind::kIndex, 7, bytes);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Code::kNotFound);
  EXPECT_NE(read.error().message.find(db.pages()[0]->file()), std::string::npos) << read.error().message;
}

TEST(SegmentFiles, ARetiredOneIsReadableUntilItsLastReaderGoesAndThenFreesTheDisk) {
  OpenDatabase db;
  ASSERT_TRUE(db.open());
  SegmentChange change;
  change.added.push_back(db.written("big", 3, 1 << 20));
  auto added = db.segments().apply(std::move(change));
  ASSERT_TRUE(added);
  auto reader = added->front();
  added->clear();
  ASSERT_TRUE(db.segments().apply({.added = {}, .removed = {reader->id()}}));
  reader->retire();
  EXPECT_EQ(OpenDatabase::name_of(*reader), "big");
  const auto before = db.files(".sst");
  const auto file = reader->file();
  EXPECT_TRUE(before.contains(file));
  const auto bytes = db.segments().disk_bytes();
  EXPECT_GT(bytes, 3u << 20);
  reader.reset();
  EXPECT_FALSE(std::filesystem::exists(file));
  EXPECT_LT(db.segments().disk_bytes(), bytes - (3 << 20));
}

TEST(SegmentFiles, OneThatIsNotAppliedLeavesNothingAndItsNumberIsNotUsedAgain) {
  OpenDatabase db;
  ASSERT_TRUE(db.open());
  uint64_t dropped = 0;
  {
    const auto file = db.written("dropped");
    ASSERT_NE(file, nullptr);
    dropped = file->id();
  }
  EXPECT_TRUE(std::filesystem::is_empty(db.folder() / "unfinished"));
  ASSERT_TRUE(db.open());
  ASSERT_TRUE(db.seal("next", 1));
  EXPECT_GT(db.pages()[0]->id(), dropped);
}

TEST(SegmentFiles, FilesThatAStartFindsAndMetaDoesNotKnowAreRemoved) {
  OpenDatabase db;
  ASSERT_TRUE(db.open());
  ASSERT_TRUE(db.seal("known", 1));
  // Files of a change cut short: what the folder held when it was ingested, put back afterwards.
  const auto copy = db.folder() / "copy";
  db.settings().at_point = [&](std::string_view point) {
    if (point != "apply.ingested") return;
    std::filesystem::copy(db.folder() / "db", copy);
    std::ofstream(db.folder() / "unfinished" / "7.sst") << "half";
  };
  ASSERT_TRUE(db.open());
  ASSERT_TRUE(db.seal("cut", 2));
  const uint64_t cut = db.pages().back()->id();
  const std::string file = db.pages().back()->file();
  db.close();
  std::filesystem::remove_all(db.folder() / "db");
  std::filesystem::rename(copy, db.folder() / "db");
  db.settings().at_point = {};
  EXPECT_TRUE(std::filesystem::exists(file));
  ASSERT_TRUE(db.open());
  EXPECT_EQ(db.dump(), "log segments known");
  EXPECT_FALSE(std::filesystem::exists(file));
  EXPECT_TRUE(std::filesystem::is_empty(db.folder() / "unfinished"));
  ASSERT_TRUE(db.seal("again", 2));
  EXPECT_GT(db.pages().back()->id(), cut);
}

TEST(SegmentFiles, KeepTombstones) {
  OpenDatabase db;
  ASSERT_TRUE(db.open());
  ASSERT_TRUE(db.segments().apply({.added = {}, .removed = {}, .tombstones_added = {{1, "x"}, {12, "y"}, {3, "z"}}}));
  ASSERT_TRUE(db.segments().apply({.added = {}, .removed = {}, .tombstones_removed = {3}}));
  for (int round = 0; round < 2; ++round) {
    const auto kept = db.segments().tombstones();
    ASSERT_EQ(kept.size(), 2u);
    EXPECT_EQ(std::to_string(kept[0].number) + kept[0].bytes, "1x");
    EXPECT_EQ(std::to_string(kept[1].number) + kept[1].bytes, "12y");
    ASSERT_TRUE(db.open());
  }
}

TEST(SegmentFiles, ASealedWindowNamedAgainIsRefusedAndPoisonsNothing) {
  OpenDatabase db;
  ASSERT_TRUE(db.open());
  ASSERT_TRUE(db.log().write({{1, "a"}, {2, "b"}}));
  ASSERT_TRUE(db.seal("one", 2));
  EXPECT_FALSE(db.log().write({{1, "late"}}));
  EXPECT_FALSE(db.log().create(1));
  EXPECT_TRUE(db.log().write({{2, "c"}}));
  EXPECT_EQ(db.dump(), "log 2:b,c segments one");
}

// Numbers of commits go on where they were, even if no log is left.
TEST(SegmentFiles, SealingEverythingDoesNotMakeNumbersBeginAnew) {
  OpenDatabase db;
  ASSERT_TRUE(db.open());
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(db.log().write({{1, "a"}}));
  ASSERT_TRUE(db.log().sync());
  ASSERT_TRUE(db.seal("one", 2));
  ASSERT_TRUE(db.open());
  ASSERT_TRUE(db.log().write({{2, "b"}}));
  uint64_t number = 0;
  db.log().read([&](uint64_t n, const auto&) { number = n; });
  EXPECT_EQ(number, 6u);
  EXPECT_EQ(db.lines().text(), "");
}

// Readers, a writer and a sealer at once.
TEST(SegmentFiles, AreReadWhileTheLogIsWrittenAndSegmentsChange) {
  OpenDatabase db;
  ASSERT_TRUE(db.open());
  ASSERT_TRUE(db.seal("base", 1));
  const auto base = db.pages()[0];
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      while (!stop) wrong += OpenDatabase::name_of(*base) != "base";
    });
  }
  threads.emplace_back([&] {
    for (int i = 0; !stop; ++i) wrong += !db.log().write({{1'000'000, std::to_string(i)}});
  });
  for (int i = 2; i < 20; ++i) {
    ASSERT_TRUE(db.log().create(i));
    ASSERT_TRUE(db.seal("s", i, i > 2 ? std::vector<uint64_t>{db.pages().back()->id()} : std::vector<uint64_t>{}));
  }
  stop = true;
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(db.pages().size(), 2u);
}

TEST(Copy, IsAStoreThatASecondOneOpens) {
  OpenStore store(small_windows(60'000, 10'000));
  const auto copy = store.folder().string() + "-copy";
  std::filesystem::remove_all(copy);
  auto appender = store->open_target(Labels{{"instance", "a"}, {"job", "node"}});
  for (int i = 0; i < 20; ++i) {
    scrape(*appender, 1'700'000'000'000 + i * 10'000, {{Labels{{"__name__", "a"}}, i + 0.0}});
  }
  appender.reset();
  store.close();
  OpenDatabase db;
  db.settings().folder = store.folder();
  db.settings().window_ms = 60'000;
  ASSERT_TRUE(db.open());
  ASSERT_TRUE(db.seal("one", 1));
  ASSERT_TRUE(db.segments().copy_to(copy, true));
  EXPECT_FALSE(db.segments().copy_to(copy, true)) << "nothing is overwritten";
  const std::string before = db.dump();
  const std::string file = db.pages()[0]->file();
  db.settings().folder = copy;
  ASSERT_TRUE(db.open());
  EXPECT_EQ(db.dump(), before);
  EXPECT_EQ(std::filesystem::hard_link_count(db.pages()[0]->file()), 2u) << "linked, not copied";
  db.close();
  Options options = store.options();
  options.path = copy;
  auto second = Store::open(options, system_clock(), db.lines());
  ASSERT_TRUE(second) << second.error().str();
  ASSERT_TRUE(scrape(*(*second)->open_target(Labels{{"job", "x"}}), 1'700'001'000'000, {{Labels{{"__name__", "a"}}, 1}})
                  .status);
  const auto blocks = (*second)->blocks();
  EXPECT_EQ(std::count_if(blocks.begin(), blocks.end(), [](const BlockInfo& b) { return !b.damage.empty(); }), 1)
      << "it is no segment that this program knows";
  second->reset();
  std::filesystem::remove_all(copy);
}

}  // namespace
}  // namespace narthex::storage
