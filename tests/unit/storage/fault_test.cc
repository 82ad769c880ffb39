// What happens when writing fails, when bytes flip, and when somebody else has the folder. Each test is a fault.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <thread>

#include "storage/core/open.h"
#include "storage/head/target.h"
#include "tests/support/naive_store.h"
#include "tests/support/scrape_generator.h"
#include "tests/unit/storage/database_fixture.h"
#include "tests/unit/storage/failing_env.h"
#include "tests/unit/storage/sealed.h"

namespace narthex::storage {
namespace {

using testing::dump;
using testing::NaiveStore;
using Mode = FailingFileSystem::Mode;

constexpr Timestamp kStart = 1'700'000'000'000;
const Labels kTarget{{"instance", "a"}, {"job", "node"}};

Labels metric(const std::string& name, const Labels& target = kTarget) {
  std::vector<Label> labels(target.begin(), target.end());
  labels.push_back({"__name__", name});
  return Labels(std::move(labels));
}

class Faults : public ::testing::TestWithParam<Mode> {
 protected:
  Faults() : folder_(options_) { folder_.close(); }

  void open() {
    auto opened = open_store(folder_.options(), system_clock(), null_log(), {.env = env_.get()});
    ASSERT_TRUE(opened) << opened.error().str();
    store_ = std::move(*opened);
    appender_ = store_->open_target(kTarget);
  }
  void close() {
    appender_.reset();
    store_.reset();
  }
  std::string shown() const { return dump(*store_->view()); }

  Options options_ = small_windows(60'000, 10'000);
  std::shared_ptr<FailingFileSystem> files_ = std::make_shared<FailingFileSystem>();
  std::unique_ptr<rocksdb::Env> env_ = rocksdb::NewCompositeEnv(files_);
  OpenStore folder_;
  std::unique_ptr<Store> store_;
  std::shared_ptr<TargetAppender> appender_;
};

TEST_P(Faults, AFailedBatchShowsNothingAndWritingGoesOnAfterwards) {
  open();
  ASSERT_TRUE(scrape(*appender_, kStart, {{metric("a"), 1}}).status);
  const std::string before = shown();
  files_->set(GetParam());
  for (int i = 1; i <= 3; ++i) {
    const auto result = scrape(*appender_, kStart + i * 1000, {{metric("a"), 2}, {metric("new"), 3}});
    ASSERT_FALSE(result.status);
    EXPECT_NE(result.status.error().message.find("log"), std::string::npos) << result.status.error().message;
    EXPECT_EQ(shown(), before);
  }
  EXPECT_EQ(appender_->slot_count() == 0 ? Labels() : appender_->labels(1), Labels());
  files_->set(Mode::kFine);
  // Definitions that travelled with a failed batch travel again.
  bool written = false;
  for (int i = 0; i < 200 && !written; ++i) {
    written = scrape(*appender_, kStart + 10'000 + i, {{metric("a"), 4}, {metric("new"), 5}}).status.has_value();
    if (!written) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  ASSERT_TRUE(written);
  ASSERT_TRUE(scrape(*appender_, kStart + 20'000, {{metric("a"), 4}, {metric("new"), 6}}).status);
  const std::string after = shown();
  EXPECT_NE(after.find("new"), std::string::npos);
  close();
  open();
  // What failed may have reached the disk; what was acknowledged must be there.
  const std::string again = shown();
  for (const char* sample : {"1700000000000:1", "1700000020000:4", "1700000020000:6"}) {
    EXPECT_NE(again.find(sample), std::string::npos) << again;
  }
  ASSERT_TRUE(scrape(*appender_, kStart + 30'000, {{metric("a"), 7}}).status);
}

TEST_P(Faults, AWindowThatCannotBeginIsAnErrorToo) {
  open();
  ASSERT_TRUE(scrape(*appender_, kStart, {{metric("a"), 1}}).status);
  files_->set(GetParam());
  EXPECT_FALSE(scrape(*appender_, kStart + 200'000, {{metric("a"), 2}}).status);
  files_->set(Mode::kFine);
  bool written = false;
  for (int i = 0; i < 200 && !written; ++i) {
    written = scrape(*appender_, kStart + 200'001 + i, {{metric("a"), 3}}).status.has_value();
    if (!written) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_TRUE(written);
  const std::string before = shown();
  close();
  open();
  EXPECT_EQ(shown(), before);
}

// The thread that syncs, too, meets a log whose last write failed, and perhaps before it was ever synced.
TEST_P(Faults, SyncingMeetsTheFailureToo) {
  options_.sync_interval_ms = 1;
  folder_.set_options(options_);
  open();
  ASSERT_TRUE(scrape(*appender_, kStart, {{metric("a"), 1}}).status);
  files_->set(GetParam());
  for (int i = 1; i <= 50; ++i) {
    EXPECT_FALSE(scrape(*appender_, kStart + i * 1000, {{metric("a"), 2}}).status);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  files_->set(Mode::kFine);
  bool written = false;
  for (int i = 0; i < 200 && !written; ++i) {
    written = scrape(*appender_, kStart + 100'000 + i, {{metric("a"), 3}}).status.has_value();
    if (!written) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_TRUE(written);
}

// A log that could not be opened again after a failed write says so to the housekeeping, too.
TEST_P(Faults, ALogThatIsNotOpenAnswersWithAnError) {
  auto database =
      Database::open({.folder = folder_.folder(), .window_ms = options_.window_ms, .env = env_.get()}, null_log());
  ASSERT_TRUE(database) << database.error().str();
  LogDb db(*database);
  ASSERT_TRUE(db.write({{1, "x"}}));
  files_->set(GetParam());
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(db.write({{1, "y"}}));
  EXPECT_FALSE(db.create(2));
  EXPECT_FALSE(db.sync());
}

INSTANTIATE_TEST_SUITE_P(
    Modes, Faults, ::testing::Values(Mode::kNoSpace, Mode::kBroken, Mode::kHalf), [](const auto& param) {
      return std::string(param.param == Mode::kNoSpace ? "NoSpace" : param.param == Mode::kBroken ? "Broken" : "Half");
    });

TEST(Folder, InUseByAnotherIsAPlainError) {
  OpenStore store;
  const auto second = Store::open(store.options(), system_clock(), null_log());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::kUnavailable);
  EXPECT_NE(second.error().message.find(store.folder().string() + "\" is in use by another process"), std::string::npos)
      << second.error().message;
  EXPECT_TRUE(scrape(*store->open_target(kTarget), kStart, {{metric("a"), 1}}).status) << "the first one goes on";
}

TEST(Folder, OfANewerVersionIsRefusedAndNotTouched) {
  OpenStore store;
  store.close();
  std::ofstream(store.folder() / "FORMAT") << "narthex-store 4\n";
  std::filesystem::remove_all(store.folder() / "db");
  const auto opened = Store::open(store.options(), system_clock(), null_log());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::kUnsupported);
  EXPECT_NE(opened.error().message.find("has format 4, written by a newer version"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(store.folder() / "db"));
}

// Records of older versions are as they were.
TEST(Folder, OfAnOlderVersionIsReadAndBecomesOneOfThis) {
  for (const char* version : {"1", "2"}) {
    OpenStore store;
    ASSERT_TRUE(scrape(*store->open_target(kTarget), kStart, {{metric("m"), 1}}).status);
    const std::string before = dump(*store->view());
    store.close();
    std::ofstream(store.folder() / "FORMAT") << "narthex-store " << version << "\n";
    store.open();
    EXPECT_EQ(dump(*store->view()), before);
    std::string line;
    std::getline(std::ifstream(store.folder() / "FORMAT"), line);
    EXPECT_EQ(line, "narthex-store 3");
  }
}

TEST(Folder, WithADatabaseOfSomebodyElseIsRefused) {
  OpenStore store;
  store.close();
  std::filesystem::remove(store.folder() / "FORMAT");
  EXPECT_FALSE(Store::open(store.options(), system_clock(), null_log()));
}

TEST(Folder, WithoutItsCurrentFileIsRefusedAndNotTouched) {
  OpenStore store;
  ASSERT_TRUE(scrape(*store->open_target(kTarget), kStart, {{metric("a"), 1}}).status);
  const std::string before = dump(*store->view());
  store.close();
  const auto current = store.folder() / "db" / "CURRENT", away = store.folder() / "away";
  std::filesystem::rename(current, away);
  const auto opened = Store::open(store.options(), system_clock(), null_log());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::kCorruption);
  EXPECT_NE(opened.error().message.find(current.string() + "\" is missing"), std::string::npos)
      << opened.error().message;
  std::filesystem::rename(away, current);
  store.open();
  EXPECT_EQ(dump(*store->view()), before);
}

// RocksDB's message file breaks on a full disk, and its library aborts when it writes there again.
TEST(Folder, HoldsNoMessageFileOfTheLibrary) {
  OpenStore store;
  EXPECT_TRUE(std::filesystem::exists(store.folder() / "db" / "CURRENT"));
  EXPECT_FALSE(std::filesystem::exists(store.folder() / "db" / "LOG"));
}

TEST(Folder, KeepsTheWindowsThatItWasMadeWith) {
  OpenStore store;
  store.close();
  Options other = store.options();
  const int64_t made_with = other.window_ms;
  other.window_ms /= 2;
  auto opened = Store::open(other, system_clock(), null_log());
  ASSERT_TRUE(opened) << opened.error().str();
  EXPECT_EQ(static_cast<StoreImpl&>(**opened).shared().windows.start_of(1), made_with);
}

std::filesystem::path newest_wal(const std::filesystem::path& folder) {
  std::filesystem::path newest;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "db")) {
    if (entry.path().extension() == ".log" && entry.file_size() > 0) newest = std::max(newest, entry.path());
  }
  return newest;
}

void flip_byte(const std::filesystem::path& file, std::streamoff at) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekg(at);
  const auto byte = static_cast<char>(stream.get() ^ 0x40);
  stream.seekp(at);
  stream.put(byte);
}

// Whatever byte flips: it is noticed, the store opens, and what it shows was written.
TEST(FlippedByte, InTheWriteAheadLogIsReportedAndCostsLittle) {
  for (const int percent : {10, 50, 90}) {
    OpenStore store(small_windows(600'000, 60'000));
    auto appender = store->open_target(kTarget);
    for (int i = 0; i < 400; ++i) {
      std::vector<Line> lines = {{metric("a"), i + 1.0}};
      for (int k = 0; k < 40; ++k) lines.push_back({metric("b" + std::to_string(k)), std::sqrt(i * 40 + k + 2)});
      ASSERT_TRUE(scrape(*appender, kStart + i * 1000, lines).status);
    }
    const std::string whole = dump(*store->view());
    appender.reset();
    store.close();
    const auto wal = newest_wal(store.folder());
    flip_byte(wal, static_cast<std::streamoff>(std::filesystem::file_size(wal) * static_cast<size_t>(percent) / 100));
    Lines lines;
    const auto opened = Store::open(store.options(), system_clock(), lines);
    ASSERT_TRUE(opened) << opened.error().str();
    EXPECT_NE(lines.text().find("damaged"), std::string::npos) << percent;
    Column column;
    auto set = (*opened)->view()->select(std::vector<Matcher>{Matcher::equal("__name__", "a")}, kMinTime, kMaxTime);
    ASSERT_EQ((*set)->size(), 1u);
    ASSERT_TRUE((*set)->read(0, kMinTime, kMaxTime, column));
    EXPECT_GT(column.size(), 100u) << percent;
    EXPECT_LT(column.size(), 400u) << percent;
    for (size_t i = 0; i < column.size(); ++i) {
      EXPECT_EQ(column.values[i], static_cast<double>((column.timestamps[i] - kStart) / 1000 + 1));
    }
    ASSERT_TRUE(scrape(*(*opened)->open_target(kTarget), kStart + 500'000, {{metric("a"), 1}}).status);
  }
}

// The same where the log is full of histograms.
TEST(FlippedByte, AmongHistogramsIsReportedAndCostsLittle) {
  const auto counted = [](uint64_t count) {
    Histogram h;
    h.count = count;
    h.positive.spans = {{0, 40}};
    for (uint64_t i = 0; i < 40; ++i) h.positive.integers.push_back(static_cast<int64_t>(count * count * i));
    return h;
  };
  for (const int percent : {10, 50, 90}) {
    OpenStore store(small_windows(600'000, 60'000));
    auto appender = store->open_target(kTarget);
    for (uint64_t i = 0; i < 400; ++i) {
      auto scratch = appender->begin(kStart + static_cast<int64_t>(i) * 1000, kStart + 1'000'000);
      for (int k = 0; k < 4; ++k) {
        const Slot slot = *appender->resolve(*scratch, metric("h" + std::to_string(k)));
        scratch->set_histogram(slot, counted(i));
        scratch->set_start(slot, kStart);
      }
      std::promise<void> done;
      appender->commit(std::move(scratch), [&](CommitResult) { done.set_value(); });
      done.get_future().wait();
    }
    appender.reset();
    store.close();
    const auto wal = newest_wal(store.folder());
    flip_byte(wal, static_cast<std::streamoff>(std::filesystem::file_size(wal) * static_cast<size_t>(percent) / 100));
    Lines lines;
    const auto opened = Store::open(store.options(), system_clock(), lines);
    ASSERT_TRUE(opened) << opened.error().str();
    EXPECT_NE(lines.text().find("damaged"), std::string::npos) << percent;
    Column column;
    auto set = (*opened)->view()->select(std::vector<Matcher>{Matcher::equal("__name__", "h2")}, kMinTime, kMaxTime);
    ASSERT_EQ((*set)->size(), 1u);
    ASSERT_TRUE((*set)->read(0, kMinTime, kMaxTime, column));
    EXPECT_GT(column.histograms.size(), 100u) << percent;
    EXPECT_LT(column.histograms.size(), 400u) << percent;
    EXPECT_EQ(column.size(), 0u);
    for (const HistogramSample& h : column.histograms) {
      EXPECT_TRUE(same_bits(*h.histogram, counted(static_cast<uint64_t>((h.timestamp - kStart) / 1000))));
      EXPECT_EQ(h.start, kStart);
    }
  }
}

// A series that comes back while the templates of dead series are swept: its slot was reserved after the sweep looked
// at the target, and the scrape is on its way.
TEST(Compaction, ASeriesThatReturnsDuringASweepKeepsItsTemplate) {
  Options options = small_windows(60'000, 10'000);
  options.max_past_ms = 60'000;
  Store* open = nullptr;
  std::shared_ptr<TargetAppender> appender;
  std::unique_ptr<Scratch> returned;
  bool dead = false;  // "dead" has no slot any more, and its template waits for the sweep
  options.at_point = [&](std::string_view point) {
    if (point != "sweep.gathered" || !dead || returned != nullptr) return;
    const Timestamp at = open->stats().max_time + 1;
    returned = appender->begin(at, at);
    returned->set(*appender->resolve(*returned, metric("dead")), 7);
  };
  OpenStore store(options);
  open = &store.get();
  appender = store->open_target(kTarget);
  auto other = store->open_target(Labels{{"job", "other"}});
  ASSERT_TRUE(scrape(*appender, kStart, {{metric("a"), 1}, {metric("dead"), 1}}).status);
  for (int i = 1; i < 40 && returned == nullptr; ++i) {
    ASSERT_TRUE(scrape(*other, kStart + i * 15'000, {{Labels{{"__name__", "up"}, {"job", "other"}}, 1}}).status);
    settle_all(store.get());
    dead = dead || appender->take_remap() != nullptr;
  }
  ASSERT_NE(returned, nullptr);
  std::promise<CommitResult> done;
  appender->commit(std::move(returned), [&](CommitResult result) { done.set_value(std::move(result)); });
  ASSERT_TRUE(done.get_future().get().status);
  const auto shows_it = [&] { return dump(*store->view()).find("dead{") != std::string::npos; };
  EXPECT_TRUE(shows_it());
  appender.reset(), other.reset();
  store.reopen();
  EXPECT_TRUE(shows_it());
}

TEST(Compaction, RemapsSlotsAndForgetsDeadSeries) {
  Options options = small_windows(60'000, 10'000);
  options.max_past_ms = 60'000;
  options.limits.retention_ms = 240'000;
  OpenStore store(options);
  auto appender = store->open_target(kTarget);
  std::vector<Line> many = {{metric("a"), 1}};
  for (int i = 0; i < 20; ++i) many.push_back({metric("dead_" + std::to_string(i)), 1});
  many.push_back({metric("z"), 1});
  ASSERT_TRUE(scrape(*appender, kStart, many).status);
  EXPECT_EQ(appender->slot_count(), 22u);
  std::unique_ptr<Remap> remap;
  for (int i = 1; i < 40; ++i) {
    if (auto moved = appender->take_remap()) remap = std::move(moved);
    auto scratch = appender->begin(kStart + i * 15'000, kStart + i * 15'000);
    for (const char* name : {"a", "z"}) scratch->set(*appender->resolve(*scratch, metric(name)), i);
    std::promise<void> done;
    appender->commit(std::move(scratch), [&](CommitResult) { done.set_value(); });
    done.get_future().wait();
  }
  ASSERT_NE(remap, nullptr);
  EXPECT_EQ((*remap)[0], 0u);
  EXPECT_EQ((*remap)[1], kNoSlot);
  EXPECT_EQ((*remap)[21], 1u);
  EXPECT_EQ(appender->slot_count(), 2u);
  EXPECT_EQ(appender->labels(1), metric("z"));
  EXPECT_EQ(store->stats().series, 2u);
  settle_all(store.get());
  // Windows that waited to be sealed held them: the next ones to close let go.
  for (int i = 40; i < 52; ++i)
    ASSERT_TRUE(scrape(*appender, kStart + i * 15'000, {{metric("a"), 1}, {metric("z"), 1}}).status);
  settle_all(store.get());
  EXPECT_LT(store->stats().templates, 10u) << "templates of dead series are swept";
  const std::string before = dump(*store->view());
  appender.reset();
  store.reopen();
  EXPECT_EQ(dump(*store->view()), before);
}

}  // namespace
}  // namespace narthex::storage
