// Windows become segments, segments of a day become one; what fails is tried again; what is damaged is told.
#include <gmock/gmock.h>

#include <cmath>
#include <fstream>
#include <mutex>

#include "storage/core/open.h"
#include "storage/seal/merge.h"
#include "tests/support/naive_store.h"
#include "tests/unit/storage/lines.h"
#include "tests/unit/storage/sealed.h"

namespace narthex::storage {
namespace {

using testing::dump;

constexpr Timestamp kStart = 1'700'000'160'000;  // where four windows of a minute begin
const Labels kTarget{{"instance", "a"}, {"job", "node"}};

Labels metric(const std::string& name) {
  std::vector<Label> labels(kTarget.begin(), kTarget.end());
  labels.push_back({"__name__", name});
  return Labels(std::move(labels));
}

// Segment files of which a step fails some times.
struct Faults {
  std::mutex mutex;
  std::string step;
  int times = 0;

  Result<> at(std::string_view name) {
    std::lock_guard lock(mutex);
    if (name != step || times == 0) return {};
    --times;
    return Error{Code::kIo, "no space left on the disk"};
  }
};

class FaultyFile final : public SegmentFile {
 public:
  FaultyFile(std::unique_ptr<SegmentFile> file, Faults& faults) : file_(std::move(file)), faults_(faults) {}
  uint64_t id() const override { return file_->id(); }
  Result<> put(PageKind kind, uint64_t number, std::string_view bytes) override {
    if (auto failed = faults_.at("put"); !failed) return failed;
    return file_->put(kind, number, bytes);
  }
  Result<uint64_t> close() override {
    if (auto failed = faults_.at("close"); !failed) return failed.error();
    return file_->close();
  }
  std::unique_ptr<SegmentFile> take() { return std::move(file_); }

 private:
  std::unique_ptr<SegmentFile> file_;
  Faults& faults_;
};

class FaultyFiles final : public SegmentFiles {
 public:
  FaultyFiles(std::shared_ptr<SegmentFiles> files, Faults& faults) : files_(std::move(files)), faults_(faults) {}
  Result<std::unique_ptr<SegmentFile>> create() override {
    if (auto failed = faults_.at("create"); !failed) return failed.error();
    auto file = files_->create();
    if (!file) return file.error();
    return std::unique_ptr<SegmentFile>(std::make_unique<FaultyFile>(std::move(*file), faults_));
  }
  Result<std::vector<std::shared_ptr<const SegmentPages>>> apply(SegmentChange change) override {
    if (auto failed = faults_.at(change.removed.empty() ? "apply" : "apply merge"); !failed) return failed.error();
    for (auto& file : change.added) file = static_cast<FaultyFile&>(*file).take();
    return files_->apply(std::move(change));
  }
  std::vector<std::shared_ptr<const SegmentPages>> segments() const override { return files_->segments(); }
  std::vector<StoredTombstone> tombstones() const override { return files_->tombstones(); }
  Result<> copy_to(const std::string& folder, bool with_log) const override {
    return files_->copy_to(folder, with_log);
  }
  uint64_t disk_bytes() const override { return files_->disk_bytes(); }

 private:
  const std::shared_ptr<SegmentFiles> files_;
  Faults& faults_;
};

class Seal : public ::testing::Test {
 protected:
  Options options_ = small_windows(60'000, 10'000);
  Lines lines_;
  Faults faults_;
  std::unique_ptr<OpenStore> folder_;
  std::unique_ptr<Store> store_;
  std::shared_ptr<TargetAppender> appender_;
  int step_ = 0;
  int extra_ = 0;  // series more, of values that do not compress

  static double extra_value(int series, int step) { return std::sin(series * 1000.0 + step); }
  void SetUp() override {
    options_.merge_windows = 4;
    folder_ = std::make_unique<OpenStore>(options_);
    folder_->close();
    open();
  }
  void TearDown() override { close(); }
  void open() {
    Options options = options_;
    options.path = folder_->folder();
    auto opened =
        open_store(options, system_clock(), lines_, {.wrap_files = [this](std::shared_ptr<SegmentFiles> files) {
                     return std::make_shared<FaultyFiles>(std::move(files), faults_);
                   }});
    ASSERT_TRUE(opened) << opened.error().str();
    store_ = std::move(*opened);
    appender_ = store_->open_target(kTarget);
  }
  void close() {
    appender_.reset();
    store_.reset();
  }
  // Four scrapes per window.
  void scrape_until(int step) {
    for (; step_ < step; ++step_) {
      const Timestamp at = kStart + step_ * 15'000;
      std::vector<Line> lines = {{metric("a"), step_ + 0.0}, {metric("b"), 1}};
      for (int i = 0; i < extra_; ++i) lines.push_back({metric("x_" + std::to_string(i)), extra_value(i, step_)});
      ASSERT_TRUE(scrape(*appender_, at, lines).status);
    }
  }
  void settle_it() { settle_all(*store_); }
  std::string shown() const { return dump(*store_->view()); }
  std::string expected() const {
    testing::NaiveStore naive;
    for (int i = 0; i < step_; ++i) {
      naive.add(metric("a"), kStart + i * 15'000, i + 0.0);
      naive.add(metric("b"), kStart + i * 15'000, 1);
      for (int k = 0; k < extra_; ++k)
        naive.add(metric("x_" + std::to_string(k)), kStart + i * 15'000, extra_value(k, i));
    }
    return dump(*naive.view());
  }
  // "first-last:samples" of each segment, an asterisk if it is late.
  std::string blocks() const {
    std::string out;
    const int64_t first = kStart / 60'000;
    for (const BlockInfo& b : store_->blocks()) {
      out += std::to_string(b.footer.first_window - first) + "-" + std::to_string(b.footer.last_window - first) + ":" +
             std::to_string(b.footer.samples) + (b.footer.late ? "* " : " ");
    }
    return out;
  }
};

TEST_F(Seal, ClosedWindowsBecomeSegmentsAndTheirLogGoes) {
  scrape_until(10);
  settle_it();
  EXPECT_EQ(blocks(), "0-0:8 1-1:8 ");
  EXPECT_EQ(shown(), expected());
  const Stats stats = store_->stats();
  EXPECT_EQ(stats.segments, 2u);
  EXPECT_EQ(stats.windows, 1u);
  EXPECT_EQ(stats.seals, 2u);
  EXPECT_EQ(stats.min_time, kStart);
  EXPECT_GT(stats.segment_bytes, 0u);
  ASSERT_FALSE(stats.codecs.empty());
  uint64_t columns = 0;
  for (const CodecCount& codec : stats.codecs) columns += codec.columns;
  EXPECT_EQ(columns, 4u);
  close();
  open();
  EXPECT_EQ(store_->stats().windows, 1u) << "the log of what was sealed is gone";
  EXPECT_EQ(shown(), expected());
}

TEST_F(Seal, ADayBecomesOneSegmentAndLateOnesJoinItWithTheNext) {
  scrape_until(22);
  settle_it();
  EXPECT_EQ(blocks(), "0-3:32 4-4:8 ");
  EXPECT_EQ(store_->stats().merges, 1u);
  // Late samples, into windows that are part of the merged segment.
  const Timestamp late = kStart + 50'000;
  ASSERT_TRUE(scrape(*appender_, kStart + 22 * 15'000, {{metric("late"), 7, late}, {metric("a"), 22}, {metric("b"), 1}})
                  .status);
  step_ = 23;
  scrape_until(28);
  settle_it();
  EXPECT_EQ(blocks(), "0-3:32 0-0:1* 4-4:8 5-5:8 ");
  EXPECT_EQ(store_->stats().late_segments, 1u);
  const std::string with_late = shown();
  EXPECT_NE(with_late.find("late{instance=\"a\", job=\"node\"} " + std::to_string(late) + ":7\n"), std::string::npos);
  EXPECT_EQ(with_late.substr(0, with_late.find("late{")), expected());
  scrape_until(38);
  settle_it();
  EXPECT_EQ(blocks(), "0-3:33 4-7:32 8-8:8 ");
  for (const BlockInfo& b : store_->blocks())
    EXPECT_EQ(b.footer.parents.empty(), b.footer.first_window == b.footer.last_window);
  close();
  open();
  EXPECT_EQ(shown().substr(0, shown().find("late{")), expected());
}

// The log says nothing of it any more.
TEST_F(Seal, ASeriesIsKeptInOrderAcrossAStartThatOnlySegmentsTellOf) {
  const Timestamp last = kStart + 50'000;
  ASSERT_TRUE(scrape(*appender_, last, {{metric("gone"), 5}}).status);
  step_ = 5;
  scrape_until(15);
  settle_it();
  close();
  open();
  const std::string before = shown();
  const auto at = [&](Timestamp t, double value) {
    step_ += 1;
    return scrape(*appender_, kStart + 15 * 15'000 + step_, {{metric("gone"), value, t}});
  };
  EXPECT_EQ(at(last - 10'000, 1).out_of_order, 1u);
  EXPECT_EQ(at(last, 6).duplicate_timestamp, 1u);
  EXPECT_EQ(at(last, 5).duplicate_timestamp, 0u) << "the same sample again";
  EXPECT_EQ(shown(), before);
  EXPECT_EQ(at(last + 10'000, 7).out_of_order, 0u) << "late, and newer";
  EXPECT_NE(shown().find("gone{instance=\"a\", job=\"node\"} 1700000210000:5 1700000220000:7\n"), std::string::npos);
}

class SealFaults : public Seal, public ::testing::WithParamInterface<const char*> {};

TEST_P(SealFaults, AreTriedAgainAndNothingIsMissingMeanwhile) {
  {
    std::lock_guard lock(faults_.mutex);
    faults_.step = GetParam();
    faults_.times = 3;
  }
  scrape_until(10);
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(shown(), expected());
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  settle_it();
  EXPECT_THAT(store_->troubles(), ::testing::IsEmpty()) << "over";
  EXPECT_EQ(shown(), expected());
  EXPECT_EQ(blocks(), "0-0:8 1-1:8 ");
  const Stats stats = store_->stats();
  EXPECT_EQ(stats.seal_failures, 3u);
  EXPECT_NE(stats.last_seal_error.find("no space left"), std::string::npos);
  EXPECT_EQ(lines_.text(), "Sealing failed err=no space left on the disk\n") << "told once";
}

TEST_P(SealFaults, AClosedStoreGoesOnWithThemAfterwards) {
  {
    std::lock_guard lock(faults_.mutex);
    faults_.step = GetParam();
    faults_.times = 1'000'000;
  }
  scrape_until(10);
  settle(*store_);
  while (store_->stats().seal_failures < 2) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_THAT(store_->troubles(), ::testing::ElementsAre("Sealing failed: no space left on the disk"));
  close();
  {
    std::lock_guard lock(faults_.mutex);
    faults_.times = 0;
  }
  open();
  settle_it();
  EXPECT_EQ(shown(), expected());
  EXPECT_EQ(blocks(), "0-0:8 1-1:8 ");
}

INSTANTIATE_TEST_SUITE_P(Steps, SealFaults, ::testing::Values("create", "put", "close", "apply"),
                         [](const auto& param) { return std::string(param.param); });

TEST_F(Seal, AMergeThatFailsLeavesWhatThereWas) {
  {
    std::lock_guard lock(faults_.mutex);
    faults_.step = "apply merge";
    faults_.times = 1;
  }
  scrape_until(18);
  settle_it();
  EXPECT_EQ(shown(), expected());
  EXPECT_EQ(blocks(), "0-0:8 1-1:8 2-2:8 3-3:8 ");
  EXPECT_EQ(store_->stats().seal_failures, 1u);
  scrape_until(22);
  settle_it();
  EXPECT_EQ(blocks(), "0-3:32 4-4:8 ") << "tried again after the next window";
  EXPECT_EQ(shown(), expected());
}

TEST_F(Seal, AMergeThatNeedsTooMuchMemoryIsRefused) {
  options_.merge_windows = 1000;
  close();
  open();
  scrape_until(22);
  settle_it();
  Shared& shared = static_cast<StoreImpl&>(*store_).shared();
  const std::atomic<bool> stopping{false};
  const SealContext context{*shared.segment_files,
                            *shared.catalog,
                            shared.windows,
                            shared.core.identity,
                            shared.exemplars,
                            shared.page_cache,
                            shared.options,
                            system_clock(),
                            lines_,
                            stopping};
  const std::string before = blocks();
  const auto merged = merge_segments(context, shared.catalog->segments(), 100);
  ASSERT_FALSE(merged);
  EXPECT_EQ(merged.error().code, Code::kLimit);
  EXPECT_NE(merged.error().message.find("the 1 series of the metric \"a\""), std::string::npos)
      << merged.error().message;
  EXPECT_EQ(blocks(), before);
  EXPECT_TRUE(merge_segments(context, shared.catalog->segments(), 1 << 20));
  EXPECT_EQ(blocks(), "0-4:40 ");
  EXPECT_EQ(shown(), expected());
}

TEST_F(Seal, ClosingAbandonsAMerge) {
  close();
  std::atomic<bool> begun{false};
  std::atomic<bool> may_go_on{false};
  options_.at_point = [&](std::string_view point) {
    if (point != "merge.begin") return;
    begun = true;
    while (!may_go_on) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  };
  open();
  scrape_until(22);
  while (!begun) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  std::thread closing([this] { close(); });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  may_go_on = true;
  closing.join();
  options_.at_point = {};
  EXPECT_EQ(lines_.text(), "") << "no failure";
  open();
  EXPECT_EQ(shown(), expected());
  settle_it();
  EXPECT_EQ(blocks(), "0-3:32 4-4:8 ") << "done at the next start";
  EXPECT_EQ(shown(), expected());
}

void flip_byte(const std::string& file, std::streamoff at) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekg(at);
  const char byte = static_cast<char>(stream.get() ^ 0x10);
  stream.seekp(at);
  stream.put(byte);
}

// Wherever the byte is: the file is named, and the others are read.
TEST_F(Seal, ADamagedSegmentIsToldWithItsFileAndCostsNothingElse) {
  extra_ = 1000;
  scrape_until(16);
  settle_it();
  ASSERT_EQ(blocks(), "0-0:4008 1-1:4008 2-2:4008 ");
  const std::string file = store_->blocks()[1].file;
  const std::string name = std::filesystem::path(file).filename();
  const auto size = static_cast<std::streamoff>(std::filesystem::file_size(file));
  close();
  const auto copy = folder_->folder().string() + "-copy";
  std::filesystem::copy(folder_->folder(), copy, std::filesystem::copy_options::recursive);
  std::vector<std::streamoff> places;
  for (std::streamoff at = 0; at < size; at += size / 20 + 1) places.push_back(at);
  for (std::streamoff at = size - 4000; at < size; at += 250) places.push_back(at);
  int told_to_reader = 0;
  for (const std::streamoff at : places) {
    std::filesystem::remove_all(folder_->folder());
    std::filesystem::copy(copy, folder_->folder(), std::filesystem::copy_options::recursive);
    flip_byte(file, at);
    open();
    Column column;
    const Matcher a[] = {Matcher::equal("__name__", "a")};
    const auto around = store_->view()->select(a, kStart, kStart + 59'999);
    ASSERT_TRUE(around);
    ASSERT_TRUE((*around)->read(0, kStart, kStart + 59'999, column));
    EXPECT_EQ(column.size(), 4u) << "the window before is whole";
    const std::string all = shown();
    const bool told = all.find("error: ") != std::string::npos;
    told_to_reader += told;
    if (told) {
      EXPECT_NE(all.find(name), std::string::npos) << at << all.substr(all.find("error: "));
    } else if (all != expected()) {
      EXPECT_NE(lines_.text().find(name), std::string::npos) << at << lines_.text();
    }
    close();
  }
  std::filesystem::remove_all(copy);
  EXPECT_GT(told_to_reader, 0);
}

// A day in which every hour a tenth of the series gives way to others.
TEST(Churn, ASimulatedDayLeavesTwoWindowsWorthAlive) {
  constexpr int kTargets = 4;
  constexpr int kSeries = 100;
  constexpr int kEvery = 300;  // seconds
  Options options;
  options.merge_windows = 6;
  OpenStore store(options);
  std::vector<std::shared_ptr<TargetAppender>> appenders;
  for (int t = 0; t < kTargets; ++t) {
    appenders.push_back(store->open_target(Labels{{"instance", std::to_string(t)}, {"job", "churn"}}));
  }
  uint64_t early = 0;
  for (int hour = 0; hour < 24; ++hour) {
    for (int i = 0; i < 3600 / kEvery; ++i) {
      const Timestamp at = kStart + (hour * 3600 + i * kEvery) * 1000LL;
      for (int t = 0; t < kTargets; ++t) {
        std::vector<Line> lines;
        for (int s = 0; s < kSeries; ++s) {
          const int born = hour - (hour + 10 - s % 10) % 10;  // each has an hour in ten in which it is replaced
          lines.push_back({Labels{{"__name__", "m"},
                                  {"id", std::to_string(t) + "-" + std::to_string(s) + "-" + std::to_string(born)},
                                  {"instance", std::to_string(t)},
                                  {"job", "churn"}},
                           static_cast<double>(at)});
        }
        ASSERT_TRUE(scrape(*appenders[static_cast<size_t>(t)], at, lines).status);
      }
    }
    settle_all(store.get());
    const Stats stats = store->stats();
    // Every series has a template of its own here. Those that died in the window before are still known.
    EXPECT_LE(stats.templates, kTargets * kSeries * 2u + kTargets + 10) << "hour " << hour;
    EXPECT_LE(stats.series, kTargets * kSeries * 13u / 10) << "hour " << hour;
    EXPECT_LE(stats.windows, 2u);
    if (hour == 5) early = stats.index_bytes + stats.column_bytes;
    if (hour > 5) {
      EXPECT_LE(stats.index_bytes + stats.column_bytes, early * 5 / 4) << "hour " << hour;
    }
  }
  const auto set = *store->view()->select({}, kMinTime, kMaxTime);
  EXPECT_GT(set->size(), kTargets * kSeries * 3u) << "history has them all";
}

}  // namespace
}  // namespace narthex::storage
