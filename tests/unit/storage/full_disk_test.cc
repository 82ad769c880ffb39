// Disks without space, real and pretended: nothing old is lost, nothing is shown that is not stored, and it goes on
// by itself.
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "tests/unit/storage/database_fixture.h"
#include "tests/unit/storage/failing_env.h"
#include "tests/unit/storage/fixture.h"

// The leak checker asks for it. What RocksDB 7.8 forgets when a flush of several families fails: the memtables that it
// had just begun, a few kilobytes per failure.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:rocksdb::DBImpl::AtomicFlushMemTables\n"; }

namespace narthex::storage {
namespace {

using Mode = FailingFileSystem::Mode;

// A file system of this size in memory. Needs the right to mount.
class SmallDisk {
 public:
  explicit SmallDisk(const std::string& size) {
    path_ = std::filesystem::temp_directory_path() / ("narthex-disk-" + std::to_string(::getpid()));
    std::filesystem::create_directories(path_);
    mounted_ = ::mount("tmpfs", path_.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
  }
  ~SmallDisk() {
    if (mounted_) ::umount(path_.c_str());
    std::filesystem::remove_all(path_);
  }
  bool mounted() const { return mounted_; }
  const std::filesystem::path& path() const { return path_; }
  void fill() {
    std::ofstream out(path_ / "filler", std::ios::app | std::ios::binary);
    const std::string block(4096, 'x');
    while (out.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
    }
  }
  void free() { std::filesystem::remove(path_ / "filler"); }

 private:
  std::filesystem::path path_;
  bool mounted_ = false;
};

// Milliseconds until `done` is true; 10 s at most.
int64_t until(const std::function<bool()>& done) {
  const auto begin = std::chrono::steady_clock::now();
  const auto passed = [&] {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin).count();
  };
  while (!done() && passed() < 10'000) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  return passed();
}

// Of some sizes, so that they end at all places of the log's blocks.
std::string batch(int number) {
  return OpenDatabase::page("b" + std::to_string(number), 0, static_cast<size_t>(number) * 7919 % 60'000);
}

// Everything acknowledged is there, in order; what failed may be.
void expect_batches(LogDb& log, const std::vector<int>& acknowledged) {
  std::vector<std::string> found;
  EXPECT_TRUE(log.read([&](uint64_t, const auto& batches) { found.emplace_back(batches[0].second); }).empty());
  auto at = found.begin();
  for (const int number : acknowledged) {
    at = std::find(at, found.end(), batch(number));
    ASSERT_NE(at, found.end()) << number << " of " << acknowledged.size() << " among " << found.size();
  }
}

TEST(FullDisk, OfARealKindLosesNothingAndGoesOnByItself) {
  SmallDisk disk("48m");
  if (!disk.mounted()) GTEST_SKIP() << "mounting a file system is not allowed here";
  OpenDatabase db;
  db.settings().folder = disk.path() / "data";
  ASSERT_TRUE(db.open());
  ASSERT_TRUE(db.seal("old", 1));
  std::vector<int> acknowledged;
  int number = 0;
  size_t sealed = 1;
  for (int round = 0; round < 3 * test_scale(); ++round) {
    const int64_t window = round + 1;
    const size_t before = acknowledged.size();
    for (int i = 0; i < 40; ++i) {
      ASSERT_TRUE(db.log().write({{window, batch(number)}}));
      acknowledged.push_back(number++);
    }
    disk.fill();
    std::string why;
    // RocksDB has some space reserved.
    for (int i = 0, failed = 0; i < 1000 && failed < 60; ++i) {
      const auto written = db.log().write({{window, batch(number)}});
      if (written) {
        acknowledged.push_back(number++);
        continue;
      }
      why = written.error().message;
      ++number;
      ++failed;
      (void)db.log().sync();
      ASSERT_EQ(OpenDatabase::name_of(*db.pages()[0]), "old") << "reading goes on";
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    EXPECT_NE(why.find("No space"), std::string::npos) << why;
    // Fails, unless trying to write has freed what was not needed.
    if (db.seal("tried", 1)) ++sealed;
    disk.free();
    const auto took = until([&] { return db.log().write({{window, batch(number++)}}).has_value(); });
    acknowledged.push_back(number - 1);
    EXPECT_LT(took, 2000) << "round " << round;
    ASSERT_TRUE(db.log().sync());
    expect_batches(db.log(), acknowledged);
    // Else the disk would really be full at last.
    SegmentChange emptied;
    emptied.logs_below = window;
    ASSERT_TRUE(db.segments().apply(std::move(emptied)));
    acknowledged.erase(acknowledged.begin(), acknowledged.begin() + static_cast<std::ptrdiff_t>(before));
  }
  ASSERT_TRUE(db.seal("new", 1));
  ASSERT_TRUE(db.open());
  expect_batches(db.log(), acknowledged);
  EXPECT_EQ(db.pages().size(), sealed + 1);
  for (const auto& pages : db.pages()) EXPECT_EQ(OpenDatabase::name_of(*pages).find('('), std::string::npos);
  EXPECT_EQ(db.lines().text(), "");
}

// The same with pretended faults, at each kind of file.
struct Fault {
  const char* name;
  Mode mode;
  const char* files;  // whose names contain this
};

class Faulty : public ::testing::TestWithParam<Fault> {};

// A change of segments fails at a step: what was valid stays so, also for a start at this moment, and the change can be
// made afterwards.
TEST_P(Faulty, AChangeOfSegmentsLeavesTheOldStateAndCanBeRepeated) {
  const auto files = std::make_shared<FailingFileSystem>();
  const std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(files);
  for (const char* step : {"create", "segment.written", "segment.synced", "apply.ingested"}) {
    OpenDatabase db;
    db.settings().env = env.get();
    std::string at = "nowhere";
    db.settings().at_point = [&](std::string_view point) {
      if (point == at) files->set(GetParam().mode, GetParam().files);
    };
    ASSERT_TRUE(db.open());
    ASSERT_TRUE(db.log().write({{1, "a"}}));
    ASSERT_TRUE(db.seal("old", 1));
    ASSERT_TRUE(db.log().write({{2, "b"}}));
    at = step;
    if (at == "create") files->set(GetParam().mode, GetParam().files);
    const bool sealed = db.seal("new", 2).has_value();
    const std::string expected = sealed ? "log 2:b segments old new" : "log 1:a 2:b segments old";
    EXPECT_EQ(db.dump(), expected) << step;
    at = "nowhere";
    files->set(Mode::kFine);
    ASSERT_LT(until([&] { return db.log().write({{2, "c"}}).has_value(); }), 2000) << step;
    EXPECT_EQ(db.dump(), (sealed ? "log 2:b,c segments old new" : "log 1:a 2:b,c segments old")) << step;
    ASSERT_TRUE(sealed || db.seal("new", 2)) << step;
    EXPECT_EQ(db.dump(), "log 2:b,c segments old new") << step;
    ASSERT_TRUE(db.open());
    EXPECT_EQ(db.dump(), "log 2:b,c segments old new") << step;
    EXPECT_EQ(db.lines().text().find("damaged"), std::string::npos) << db.lines().text();
  }
}

// The program ends while the disk fails.
TEST_P(Faulty, AStartAfterAFailedChangeFindsTheOldStateOrTheNewOne) {
  const auto files = std::make_shared<FailingFileSystem>();
  const std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(files);
  for (const char* step : {"create", "segment.written", "segment.synced", "apply.ingested"}) {
    OpenDatabase db;
    db.settings().env = env.get();
    std::string at = "nowhere";
    db.settings().at_point = [&](std::string_view point) {
      if (point == at) files->set(GetParam().mode, GetParam().files);
    };
    ASSERT_TRUE(db.open());
    ASSERT_TRUE(db.log().write({{1, "a"}, {2, "b"}}));
    at = step;
    if (at == "create") files->set(GetParam().mode, GetParam().files);
    (void)db.seal("new", 2);
    db.close();
    at = "nowhere";
    files->set(Mode::kFine);
    ASSERT_TRUE(db.open());
    const std::string found = db.dump();
    EXPECT_TRUE(found == "log 1:a 2:b segments" || found == "log 2:b segments new") << found << " " << step;
    EXPECT_EQ(db.lines().text().find("damaged"), std::string::npos) << db.lines().text();
  }
}

INSTANTIATE_TEST_SUITE_P(Files, Faulty,
                         ::testing::Values(Fault{"NoSpace", Mode::kNoSpace, ""}, Fault{"Broken", Mode::kBroken, ""},
                                           Fault{"Half", Mode::kHalf, ""}, Fault{"HalfTable", Mode::kHalf, ".sst"},
                                           Fault{"NoSpaceTable", Mode::kNoSpace, ".sst"},
                                           Fault{"HalfLog", Mode::kHalf, ".log"},
                                           Fault{"BrokenLog", Mode::kBroken, ".log"},
                                           Fault{"NoSpaceManifest", Mode::kNoSpace, "MANIFEST"},
                                           Fault{"BrokenManifest", Mode::kBroken, "MANIFEST"},
                                           Fault{"HalfManifest", Mode::kHalf, "MANIFEST"}),
                         [](const auto& param) { return param.param.name; });

}  // namespace
}  // namespace narthex::storage
