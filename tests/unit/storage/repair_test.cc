// A database that cannot be opened is built anew from its files, and the old one stays as it was.
#include "storage/repair.h"

#include <gtest/gtest.h>

#include <fstream>

#include "storage/log/wal_reader.h"
#include "tests/unit/storage/database_fixture.h"

namespace narthex::storage {
namespace {

namespace fs = std::filesystem;

class Repair : public ::testing::Test {
 protected:
  // A merged segment, one of a window, tombstones, and commits in a table, an older log, and the newest one.
  Repair() {
    EXPECT_TRUE(db_.open());
    for (int w = 1; w <= 3; ++w) EXPECT_TRUE(db_.log().write({{w, "w" + std::to_string(w)}, {4, "x"}}));
    EXPECT_TRUE(db_.seal("one", 2));
    EXPECT_TRUE(db_.seal("two", 3));
    EXPECT_TRUE(db_.seal("day", 3, {1, 2}));
    EXPECT_TRUE(db_.seal("three", 4));
    EXPECT_TRUE(db_.segments().apply({.added = {}, .removed = {}, .tombstones_added = {{5, "gone"}}}));
    EXPECT_TRUE(db_.open());
    EXPECT_TRUE(db_.log().write({{4, "in the log"}, {5, "only there"}}));
    EXPECT_TRUE(db_.log().sync());
    whole_ = db_.dump();
    EXPECT_EQ(whole_, "log 4:x,x,x,in the log 5:only there segments day three");
    segment_ = db_.pages()[0]->file();
    db_.close();
    for (const auto& entry : fs::directory_iterator(db_.folder() / "db")) {
      before_[entry.path().filename()] = bytes_of(entry.path());
    }
  }

  static std::string bytes_of(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  static void damage(const fs::path& file) { std::ofstream(file, std::ios::binary) << "nonsense"; }
  fs::path manifest() const {
    for (const auto& [name, bytes] : before_) {
      if (name.starts_with("MANIFEST")) return db_.folder() / "db" / name;
    }
    return {};
  }

  OpenDatabase db_;
  std::string whole_, segment_;
  std::map<std::string, std::string> before_;
};

TEST_F(Repair, WithoutManifestOrCurrentFindsEverything) {
  for (const fs::path& file : {manifest(), db_.folder() / "db" / "CURRENT"}) {
    damage(file);
    ASSERT_FALSE(db_.open());
    const auto report = repair(db_.folder(), null_log());
    ASSERT_TRUE(report) << report.error().str();
    EXPECT_EQ(report->segments, 2u);
    EXPECT_EQ(report->commits, 4u);
    EXPECT_EQ(report->lost, std::vector<std::string>{});
    db_.lines().clear();
    ASSERT_TRUE(db_.open());
    EXPECT_EQ(db_.dump(), whole_);
    EXPECT_EQ(db_.segments().tombstones().size(), 1u);
    EXPECT_EQ(db_.lines().text(), "");
    // It is a store like any other.
    ASSERT_TRUE(db_.log().write({{5, "more"}}));
    ASSERT_TRUE(db_.seal("four", 5));
    EXPECT_GT(db_.pages().back()->id(), 4u);
    ASSERT_TRUE(db_.open());
    EXPECT_EQ(db_.dump(), "log 5:only there,more segments day three four");
    // Once more, with the old one put back.
    db_.close();
    fs::remove_all(db_.folder() / "db");
    fs::rename(report->kept, db_.folder() / "db");
    for (const auto& [name, bytes] : before_) {
      const fs::path there = db_.folder() / "db" / name;
      EXPECT_EQ(bytes_of(there), there == file ? "nonsense" : bytes) << name;
      std::ofstream(db_.folder() / "db" / name, std::ios::binary) << bytes;
    }
  }
}

TEST_F(Repair, OfASoundStoreChangesNothing) {
  const auto report = repair(db_.folder(), null_log());
  ASSERT_TRUE(report) << report.error().str();
  EXPECT_EQ(report->lost, std::vector<std::string>{});
  ASSERT_TRUE(db_.open());
  EXPECT_EQ(db_.dump(), whole_);
}

TEST_F(Repair, WithoutMetaGoesByTheFootersOfTheSegments) {
  // All that is written of meta since the last start is in the log.
  for (const auto& [name, bytes] : before_) {
    if (!name.ends_with(".sst") || bytes.size() > 5000) continue;
    damage(db_.folder() / "db" / name);
  }
  const auto report = repair(db_.folder(), null_log());
  ASSERT_TRUE(report) << report.error().str();
  EXPECT_EQ(report->segments, 2u);
  EXPECT_FALSE(report->lost.empty());
  ASSERT_TRUE(db_.open());
  EXPECT_TRUE(db_.dump().ends_with(" segments day three")) << db_.dump();
}

TEST_F(Repair, TellsWhatIsLost) {
  damage(manifest());
  damage(segment_);
  const auto report = repair(db_.folder(), null_log());
  ASSERT_TRUE(report) << report.error().str();
  EXPECT_EQ(report->segments, 1u);
  ASSERT_EQ(report->lost.size(), 2u);
  EXPECT_TRUE(report->lost[0].starts_with(fs::path(segment_).string())) << report->lost[0];
  EXPECT_TRUE(report->lost[1].starts_with("segment 3, of ")) << report->lost[1];
  EXPECT_TRUE(fs::exists(fs::path(report->kept) / fs::path(segment_).filename()));
  ASSERT_TRUE(db_.open());
  EXPECT_EQ(db_.dump(), "log 4:x,x,x,in the log 5:only there segments three");
}

TEST_F(Repair, OfADamagedLogKeepsTheRest) {
  damage(manifest());
  for (const auto& [name, bytes] : before_) {
    const size_t at = bytes.find("in the log");
    if (!name.ends_with(".log") || at == std::string::npos) continue;
    std::ofstream(db_.folder() / "db" / name, std::ios::binary) << bytes.substr(0, at) << 'I' << bytes.substr(at + 1);
  }
  const auto report = repair(db_.folder(), null_log());
  ASSERT_TRUE(report) << report.error().str();
  EXPECT_EQ(report->segments, 2u);
  ASSERT_EQ(report->lost.size(), 1u);
  EXPECT_NE(report->lost[0].find(".log: 1 damaged blocks"), std::string::npos) << report->lost[0];
  ASSERT_TRUE(db_.open());
  EXPECT_EQ(db_.dump(), "log 4:x,x,x segments day three");
}

TEST_F(Repair, IsRefusedWhereItWouldHarm) {
  EXPECT_EQ(repair(db_.folder() / "elsewhere", null_log()).error().code, Code::kNotFound);
  ASSERT_TRUE(db_.open());
  const auto used = repair(db_.folder(), null_log());
  ASSERT_FALSE(used);
  EXPECT_EQ(used.error().code, Code::kUnavailable);
  db_.close();
  std::ofstream(db_.folder() / "FORMAT") << "narthex-store 4\n";
  EXPECT_EQ(repair(db_.folder(), null_log()).error().code, Code::kUnsupported);
  std::ofstream(db_.folder() / "FORMAT") << "nonsense\n";
  ASSERT_TRUE(repair(db_.folder(), null_log())) << "a FORMAT file that is damaged is mended, too";
  ASSERT_TRUE(db_.open());
  EXPECT_EQ(db_.dump(), whole_);
}

// All sizes of batches that end near the end of a block, against RocksDB's own writer.
TEST(WalReader, ReadsWhatRocksDbWrites) {
  OpenDatabase db;
  ASSERT_TRUE(db.open());
  std::vector<std::string> written;
  for (size_t i = 0; i < 60; ++i) {
    written.push_back(OpenDatabase::page("b" + std::to_string(i), 0, 32'640 + i * 2 + i % 3 * 20'000));
    ASSERT_TRUE(db.log().write({{1, written.back()}}));
  }
  ASSERT_TRUE(db.log().sync());
  std::vector<std::string> found;
  for (const auto& file : db.files(".log")) {
    const auto damaged = read_wal(file, [&](const std::string& batch) {
      const size_t at = batch.find("b" + std::to_string(found.size()) + "/0 ");
      if (at != std::string::npos) found.push_back(batch.substr(at));
    });
    ASSERT_TRUE(damaged);
    EXPECT_EQ(*damaged, 0u);
  }
  EXPECT_EQ(found.size(), written.size());
  EXPECT_EQ(found, written);
}

}  // namespace
}  // namespace narthex::storage
