// One byte flips, in each kind of file that the database has: it is found, told, and costs no more than its block; or
// the start is refused with the file's name and the remedy, and nothing is touched.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "tests/unit/storage/database_fixture.h"

namespace narthex::storage {
namespace {

namespace fs = std::filesystem;

void flip(const fs::path& file, uint64_t at) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(at));
  const auto byte = static_cast<char>(stream.get() ^ 0x10);
  stream.seekp(static_cast<std::streamoff>(at));
  stream.put(byte);
}

// Some places of a file: dense at its end, where the indexes are.
std::vector<uint64_t> places(const fs::path& file, uint64_t count) {
  const uint64_t size = fs::file_size(file);
  std::vector<uint64_t> at;
  for (uint64_t i = 0; i < count; ++i) at.push_back(i * size / count);
  for (uint64_t i = 0; i < count; ++i) at.push_back(size - 1 - std::min(size - 1, i * 41));
  return at;
}

class FlippedByteIn : public ::testing::Test {
 protected:
  // Two segments; commits of window 3 in a table, in an older write-ahead log, and in the newest one.
  FlippedByteIn() {
    EXPECT_TRUE(db_.open());
    EXPECT_TRUE(db_.log().write({{1, "a"}, {2, "b"}}));
    EXPECT_TRUE(db_.seal("one", 2));
    EXPECT_TRUE(db_.seal("two", 3));
    std::set<std::string> before = db_.files(".sst");
    write(1, 40);
    EXPECT_TRUE(db_.database().change("flushing", [](Handles& handles) {
      return handles.db->Flush({}, {handles.logs.at(3), handles.meta});
    }));
    for (const auto& file : db_.files(".sst")) {
      if (!before.contains(file) && fs::file_size(file) > 50'000) log_table_ = fs::path(file).filename();
    }
    write(41, 80);
    EXPECT_TRUE(db_.database().change("beginning a new log", [](Handles& handles) {
      const auto status = handles.db->Put({}, handles.meta, "test", "x");
      return status.ok() ? handles.db->Flush({}, handles.meta) : status;
    }));
    EXPECT_TRUE(db_.log().sync());
    write(81, 120);
    EXPECT_TRUE(db_.log().sync());
    segment_ = fs::path(db_.pages()[0]->file()).filename();
    whole_ = db_.dump();
    db_.close();
    for (const auto& log : db_.files(".log")) {
      if (fs::file_size(log) > 50'000) logs_.push_back(fs::path(log).filename());
    }
    fs::copy(db_.folder(), kept_, fs::copy_options::recursive);
  }
  ~FlippedByteIn() override { fs::remove_all(kept_); }

  void write(int first, int last) {
    for (int i = first; i <= last; ++i) {
      EXPECT_TRUE(db_.log().write({{3, OpenDatabase::page("c" + std::to_string(i), 0, 3000)}}));
    }
  }
  // As it was before any byte flipped.
  void put_back() {
    db_.close();
    fs::remove_all(db_.folder());
    fs::copy(kept_, db_.folder(), fs::copy_options::recursive);
    db_.lines().clear();
  }
  // Numbers of the commits of window 3 that are right.
  std::vector<int> commits() {
    std::vector<int> found;
    damage_ = db_.log().read([&](uint64_t, const auto& batches) {
      for (const auto& [window, bytes] : batches) {
        if (window != 3) continue;
        found.push_back(std::stoi(std::string(bytes.substr(1, bytes.find('/') - 1))));
        EXPECT_EQ(bytes, OpenDatabase::page("c" + std::to_string(found.back()), 0, 3000));
      }
    });
    return found;
  }
  std::string told() const {
    std::string text = db_.lines().text();
    for (const auto& sentence : damage_) text += sentence + "\n";
    return text;
  }

  OpenDatabase db_;
  const fs::path kept_ = db_.folder().string() + "-kept";
  fs::path segment_, log_table_;
  std::vector<fs::path> logs_;  // older one first
  std::string whole_;
  std::vector<std::string> damage_;
};

TEST_F(FlippedByteIn, APageOfASegmentCostsThatPage) {
  std::ifstream stream(kept_ / "db" / segment_, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(stream)), {});
  for (int page = 0; page < 3; ++page) {
    const size_t begin = bytes.find("one/" + std::to_string(page) + " ");
    ASSERT_NE(begin, std::string::npos);
    for (const size_t inside : {0, 5000, 9999}) {
      put_back();
      flip(db_.folder() / "db" / segment_, begin + inside);
      ASSERT_TRUE(db_.open());
      EXPECT_EQ(db_.pages().size(), 2u);
      for (int i = 0; i < 3; ++i) {
        std::string read;
        const auto got = db_.pages()[0]->get(PageKind::kPack, static_cast<uint64_t>(i), read);
        EXPECT_EQ(got.has_value(), i != page);
        if (got) {
          EXPECT_EQ(read, OpenDatabase::page("one", static_cast<uint64_t>(i), 10'000));
          continue;
        }
        EXPECT_EQ(got.error().code, Code::kCorruption);
        EXPECT_NE(got.error().message.find(segment_), std::string::npos) << got.error().message;
      }
      EXPECT_EQ(OpenDatabase::name_of(*db_.pages()[1]), "two");
      EXPECT_EQ(commits().size(), 120u);
    }
  }
}

TEST_F(FlippedByteIn, TheIndexOfASegmentCostsThatSegment) {
  size_t lost = 0;
  const uint64_t size = fs::file_size(kept_ / "db" / segment_);
  for (uint64_t at = size - 1; at > size - 1100; at -= 29) {
    put_back();
    flip(db_.folder() / "db" / segment_, at);
    ASSERT_TRUE(db_.open()) << at;
    EXPECT_EQ(commits().size(), 120u) << at;
    EXPECT_EQ(OpenDatabase::name_of(*db_.pages().back()), "two") << at;
    if (db_.pages().size() == 2) continue;  // said nothing that matters, or its footer's page
    ++lost;
    EXPECT_NE(told().find(segment_.string() + " to="), std::string::npos) << told();
    EXPECT_TRUE(fs::exists(db_.folder() / "damaged-1" / segment_)) << "it is kept";
    ASSERT_TRUE(db_.seal("next", 3)) << at;
    db_.lines().clear();
    ASSERT_TRUE(db_.open()) << at;
    EXPECT_EQ(db_.pages().size(), 2u);
    EXPECT_TRUE(db_.lines().text().starts_with("The file of a segment is missing segment=1 ")) << db_.lines().text();
    EXPECT_FALSE(fs::exists(db_.folder() / "damaged-2"));
  }
  EXPECT_GT(lost, 10u);
}

TEST_F(FlippedByteIn, ATableOfTheLogCostsItsBlock) {
  const uint64_t size = fs::file_size(kept_ / "db" / log_table_);
  for (uint64_t at = 100; at < size - 2000; at += size / 20) {
    put_back();
    flip(db_.folder() / "db" / log_table_, at);
    ASSERT_TRUE(db_.open()) << at;
    EXPECT_GE(commits().size(), 117u) << at;
    EXPECT_NE(told().find(log_table_), std::string::npos) << told();
  }
  size_t lost = 0;
  for (uint64_t at = size - 1; at > size - 1100; at -= 43) {
    put_back();
    flip(db_.folder() / "db" / log_table_, at);
    ASSERT_TRUE(db_.open()) << at;
    if (commits().size() == 120) continue;  // said nothing that matters
    ++lost;
    EXPECT_EQ(commits().size(), 80u) << "what it held, and nothing of other tables and logs";
    EXPECT_NE(told().find("A part of the log is lost"), std::string::npos) << told();
    ASSERT_TRUE(db_.log().write({{3, "more"}}));
    db_.lines().clear();
    ASSERT_TRUE(db_.open()) << at;
    EXPECT_EQ(db_.lines().text(), "");
  }
  EXPECT_GT(lost, 10u);
}

// RocksDB gives up the 32 kB in which it meets a wrong checksum.
TEST_F(FlippedByteIn, AWriteAheadLogCostsItsBlock) {
  ASSERT_EQ(logs_.size(), 2u);
  for (const fs::path& log : logs_) {
    for (const uint64_t at : places(kept_ / "db" / log, 12)) {
      put_back();
      flip(db_.folder() / "db" / log, at);
      ASSERT_TRUE(db_.open()) << at;
      const size_t found = commits().size();
      EXPECT_GE(found, 120 - 12u) << at;
      EXPECT_NE(told().find("damaged"), std::string::npos) << told();
      EXPECT_TRUE(fs::exists(db_.folder() / "damaged-1" / log)) << "it is kept";
      EXPECT_EQ(db_.pages().size(), 2u);
      ASSERT_TRUE(db_.log().write({{3, OpenDatabase::page("c121", 0, 3000)}}));
      ASSERT_TRUE(db_.log().sync());
      db_.lines().clear();
      ASSERT_TRUE(db_.open()) << at;
      EXPECT_EQ(db_.lines().text(), "") << "it is told once";
      EXPECT_EQ(commits().size(), found + 1) << at;
    }
  }
}

TEST_F(FlippedByteIn, WhatTheDatabaseIsMadeOfIsRefusedAndNamed) {
  for (const auto& entry : fs::directory_iterator(kept_ / "db")) {
    const fs::path file = entry.path().filename();
    if (!file.string().starts_with("MANIFEST") && file != "CURRENT") continue;
    size_t refused = 0;
    const uint64_t size = entry.file_size();
    for (uint64_t at = 0; at < size; at += std::max<uint64_t>(1, size / 60)) {
      put_back();
      flip(db_.folder() / "db" / file, at);
      const auto opened = db_.open();
      if (opened) {  // the record that it ended with is read as torn, and said nothing that matters
        EXPECT_EQ(commits().size(), 120u);
        EXPECT_EQ(db_.pages().size(), 2u);
        continue;
      }
      ++refused;
      (void)db_.open();
      EXPECT_FALSE(fs::exists(db_.folder() / "damaged-2")) << "it is kept once";
      EXPECT_EQ(opened.error().code, Code::kCorruption);
      EXPECT_NE(opened.error().message.find(file == "CURRENT" ? "CURRENT" : "/db/"), std::string::npos);
      EXPECT_NE(opened.error().message.find("`narthex tsdb repair " + db_.folder().string() + "`"), std::string::npos)
          << opened.error().message;
      for (const fs::path& kept : {segment_, log_table_, logs_[0], logs_[1]}) {
        EXPECT_TRUE(fs::exists(db_.folder() / "db" / kept) || fs::exists(db_.folder() / "damaged-1" / kept)) << kept;
      }
    }
    EXPECT_GT(refused, file == "CURRENT" ? 5u : 50u) << file;
  }
}

TEST_F(FlippedByteIn, WhatNobodyReadsCostsNothing) {
  for (const auto& entry : fs::directory_iterator(kept_ / "db")) {
    const fs::path file = entry.path().filename();
    if (!file.string().starts_with("OPTIONS") && file != "IDENTITY") continue;
    for (const uint64_t at : places(entry.path(), 3)) {
      put_back();
      flip(db_.folder() / "db" / file, at);
      ASSERT_TRUE(db_.open()) << file << at;
      EXPECT_EQ(db_.dump(), whole_);
      EXPECT_EQ(db_.lines().text(), "");
    }
  }
}

TEST_F(FlippedByteIn, FormatIsRefusedOrHealed) {
  for (uint64_t at = 0; at < 15; ++at) {
    put_back();
    flip(db_.folder() / "FORMAT", at);
    const auto opened = db_.open();
    EXPECT_FALSE(opened) << at;
    EXPECT_NE(opened.error().message.find(db_.folder()), std::string::npos);
  }
}

TEST_F(FlippedByteIn, CommittedIsNoAlarm) {
  for (uint64_t at = 0; at < 42; ++at) {
    put_back();
    flip(db_.folder() / "COMMITTED", at);
    ASSERT_TRUE(db_.open());
    EXPECT_EQ(db_.lines().text(), "");
  }
}

class MissingFile : public FlippedByteIn {};

TEST_F(MissingFile, OfTheLogIsNoticed) {
  for (const fs::path& log : logs_) {
    put_back();
    fs::remove(db_.folder() / "db" / log);
    ASSERT_TRUE(db_.open());
    EXPECT_EQ(commits().size(), 80u);
    EXPECT_NE(told().find(log == logs_[0] ? "Missing WAL" : "The log is shorter than it was"), std::string::npos)
        << told();
    ASSERT_TRUE(db_.log().write({{3, "more"}}));
    ASSERT_TRUE(db_.log().sync());
    db_.lines().clear();
    ASSERT_TRUE(db_.open());
    EXPECT_EQ(db_.lines().text(), "") << "it is told once";
  }
  put_back();
  fs::remove(db_.folder() / "db" / log_table_);
  ASSERT_TRUE(db_.open());
  EXPECT_EQ(commits().size(), 80u);
  EXPECT_NE(told().find(log_table_), std::string::npos) << told();
}

TEST_F(MissingFile, OfASegmentCostsThatSegment) {
  put_back();
  fs::remove(db_.folder() / "db" / segment_);
  ASSERT_TRUE(db_.open());
  EXPECT_EQ(commits().size(), 120u);
  ASSERT_EQ(db_.pages().size(), 1u);
  EXPECT_EQ(OpenDatabase::name_of(*db_.pages()[0]), "two");
  EXPECT_NE(told().find(segment_), std::string::npos) << told();
}

TEST_F(MissingFile, ThatTheDatabaseIsMadeOfIsRefused) {
  for (const auto& entry : fs::directory_iterator(kept_ / "db")) {
    const fs::path file = entry.path().filename();
    if (!file.string().starts_with("MANIFEST") && file != "CURRENT") continue;
    put_back();
    fs::remove(db_.folder() / "db" / file);
    const auto opened = db_.open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Code::kCorruption);
    EXPECT_NE(opened.error().message.find(file), std::string::npos) << opened.error().message;
    EXPECT_NE(opened.error().message.find("narthex tsdb repair"), std::string::npos) << opened.error().message;
  }
}

}  // namespace
}  // namespace narthex::storage
