// Scratches of several targets that are committed together: all of them or none, and what is told of refusals.
#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "base/number.h"
#include "storage/core/open.h"
#include "tests/support/naive_store.h"
#include "tests/unit/storage/failing_env.h"
#include "tests/unit/storage/fixture.h"

namespace narthex::storage {
namespace {

using testing::dump;

constexpr Timestamp kStart = 1'700'000'000'000;

Labels target(int number) { return Labels{{"instance", std::to_string(number)}, {"job", "j"}}; }

Labels series(int number, const std::string& name) {
  return Labels{{"__name__", name}, {"instance", std::to_string(number)}, {"job", "j"}};
}

// Appenders and what is to be committed together.
class Together {
 public:
  explicit Together(Store& store, Timestamp now) : store_(store), now_(now) {}

  void add(int number, const std::string& name, Timestamp t, double value) {
    scratch(number).set_at(slot(number, name), t, value);
  }
  void add(int number, const std::string& name, Timestamp t, Histogram histogram) {
    scratch(number).set_histogram_at(slot(number, name), t, std::move(histogram));
  }
  void add(int number, const std::string& name, Exemplar exemplar) {
    scratch(number).add_exemplar(slot(number, name), std::move(exemplar));
  }
  Scratch& scratch(int number) { return *place(number).scratch; }
  Slot slot(int number, const std::string& name) {
    Place& p = place(number);
    return *p.appender->resolve(*p.scratch, series(number, name));
  }

  CommitResult commit(CommitMode mode) {
    std::vector<std::unique_ptr<Scratch>> scratches;
    for (auto& [number, place] : places_) scratches.push_back(std::move(place.scratch));
    std::promise<CommitResult> promise;
    store_.commit_all(std::move(scratches), mode, [&](CommitResult r) { promise.set_value(std::move(r)); });
    CommitResult result = promise.get_future().get();
    places_.clear();
    return result;
  }

 private:
  struct Place {
    std::shared_ptr<TargetAppender> appender;
    std::unique_ptr<Scratch> scratch;
  };
  Place& place(int number) {
    Place& place = places_[number];
    if (!place.scratch) {
      place.appender = store_.open_target(target(number));
      place.scratch = place.appender->begin(now_, now_);
    }
    return place;
  }

  Store& store_;
  const Timestamp now_;
  std::map<int, Place> places_;
};

std::string text_of(const RefusedSample& r) {
  static constexpr const char* kNames[] = {"out of order", "duplicate", "out of bounds",  "too far ahead",
                                           "too old",      "malformed", "exemplar order", "exemplar length"};
  std::string out = fmt::format("{} {} {}:{}", kNames[static_cast<int>(r.why)], r.series.metric_str(),
                                r.timestamp - kStart, r.is_histogram ? "histogram" : float_general(r.value));
  if (r.why == Refusal::kDuplicate) {
    out += r.existing_is_histogram ? " existing histogram" : " existing " + float_general(r.existing);
  }
  return out;
}

std::vector<std::string> texts(const CommitResult& result) {
  std::vector<std::string> out;
  for (const RefusedSample& r : result.refused) out.push_back(text_of(r));
  return out;
}

Histogram histogram(uint64_t count) {
  Histogram h;
  h.count = count;
  h.zero_count = count;
  return h;
}

// Two samples and a histogram of target 1, at kStart.
void begin(Store& store) {
  Together first(store, kStart);
  first.add(1, "a", kStart, 1);
  first.add(1, "b", kStart, 2);
  first.add(1, "h", kStart, histogram(3));
  ASSERT_TRUE(first.commit(CommitMode::kPartial).status);
}

// Of each reason one, beside samples that are good.
void add_refused(Together& batch) {
  batch.add(1, "a", kStart - 1000, 5);
  batch.add(1, "b", kStart, 2);  // the same again: silent
  batch.add(1, "b", kStart, 7);
  batch.add(1, "h", kStart, 8);
  batch.add(1, "a", kStart, histogram(9));
  batch.add(2, "a", kStart - 7'200'000, 1);
  batch.add(2, "b", kStart + 3'600'000, 2);
  batch.add(2, "c", kStart + 1000, 3);
  Histogram spans = histogram(1);
  spans.positive.spans = {{0, 2}};
  batch.add(3, "h", kStart + 1000, spans);
  batch.add(3, "c", kStart + 1000, 4);
}

const std::vector<std::string> kRefused = {
    "out of order a{instance=\"1\", job=\"j\"} -1000:5",
    "duplicate b{instance=\"1\", job=\"j\"} 0:7 existing 2",
    "duplicate h{instance=\"1\", job=\"j\"} 0:8 existing histogram",
    "duplicate a{instance=\"1\", job=\"j\"} 0:histogram existing 1",
    "out of bounds a{instance=\"2\", job=\"j\"} -7200000:1",
    "too far ahead b{instance=\"2\", job=\"j\"} 3600000:2",
    "malformed h{instance=\"3\", job=\"j\"} 1000:histogram",
};

TEST(Together, PartialStoresAllButWhatIsRefusedAndTellsIt) {
  OpenStore store;
  begin(store.get());
  const std::string before = dump(*store->view());
  Together batch(store.get(), kStart);
  add_refused(batch);
  const CommitResult result = batch.commit(CommitMode::kPartial);
  EXPECT_TRUE(result.status);
  EXPECT_EQ(texts(result), kRefused);
  EXPECT_EQ(result.refused_samples(), kRefused.size());
  std::string expected = before;
  expected.insert(before.find("h{"),
                  "c{instance=\"2\", job=\"j\"} 1700000001000:3\n"
                  "c{instance=\"3\", job=\"j\"} 1700000001000:4\n");
  EXPECT_EQ(dump(*store->view()), expected);
}

TEST(Together, AllOrNothingStoresNothingIfOneIsRefused) {
  OpenStore store;
  begin(store.get());
  const std::string before = dump(*store->view());
  const Stats stats = store->stats();
  for (int i = 0; i < 2; ++i) {
    Together batch(store.get(), kStart);
    add_refused(batch);
    const CommitResult result = batch.commit(CommitMode::kAllOrNothing);
    ASSERT_FALSE(result.status);
    EXPECT_EQ(result.status.error().code, Code::kInvalid);
    EXPECT_EQ(texts(result), kRefused);
    EXPECT_EQ(dump(*store->view()), before);
    EXPECT_EQ(store->stats().series, stats.series);
    EXPECT_EQ(store->stats().samples_appended, stats.samples_appended);
  }
  store.reopen();
  EXPECT_EQ(dump(*store->view()), before);
  // Slots that were given back are used again.
  Together batch(store.get(), kStart);
  for (int n = 1; n < 4; ++n) batch.add(n, "later", kStart + 5000, n);
  EXPECT_TRUE(batch.commit(CommitMode::kAllOrNothing).status);
  EXPECT_EQ(store->stats().series, stats.series + 3);
}

TEST(Together, RefusedExemplarsAreToldAndAreNoReason) {
  OpenStore store;
  for (const Timestamp t : {kStart + 2000, kStart + 1000}) {
    Together batch(store.get(), kStart);
    batch.add(1, "a", t == kStart + 1000 ? kStart + 4000 : t, 1);
    batch.add(1, "a", Exemplar{Labels{{"id", "x"}}, 1, t});
    batch.add(1, "a", Exemplar{Labels{{"id", std::string(127, 'x')}}, 2, t});
    const CommitResult result = batch.commit(CommitMode::kAllOrNothing);
    EXPECT_TRUE(result.status);
    std::vector<std::string> expected = {"exemplar length a{instance=\"1\", job=\"j\"} 2000:2"};
    if (t == kStart + 1000) {
      expected = {"exemplar order a{instance=\"1\", job=\"j\"} 1000:1",
                  "exemplar length a{instance=\"1\", job=\"j\"} 1000:2"};
    }
    EXPECT_EQ(texts(result), expected);
  }
}

TEST(Together, EachSampleHasItsStart) {
  OpenStore store;
  Together batch(store.get(), kStart);
  batch.add(1, "a", kStart, 1);
  batch.add(1, "a", kStart + 1000, 2);
  batch.add(1, "a", kStart + 2000, 3);
  batch.scratch(1).set_start_at(batch.slot(1, "a"), kStart + 2000, kStart + 1500);
  batch.scratch(1).set_start_at(batch.slot(1, "a"), kStart, kStart - 500);
  EXPECT_TRUE(batch.commit(CommitMode::kAllOrNothing).status);
  EXPECT_EQ(dump(*store->view()),
            "a{instance=\"1\", job=\"j\"} 1699999999500>1700000000000:1 1700000001000:2 "
            "1700000001500>1700000002000:3\n");
}

TEST(Together, SeriesOfAScrapedTargetGoToTheirOwner) {
  OpenStore store;
  const auto scraped = store->open_target(Labels{{"instance", "1"}, {"job", "j"}, {"zone", "z"}});
  ASSERT_TRUE(scrape(*scraped, kStart, {{series(1, "a"), 1}}).status);  // honor_labels left no zone
  Together batch(store.get(), kStart);
  batch.add(1, "a", kStart + 1000, 2);
  batch.add(2, "a", kStart + 1000, 3);
  EXPECT_TRUE(batch.commit(CommitMode::kAllOrNothing).status);
  ASSERT_TRUE(scrape(*scraped, kStart + 2000, {{series(1, "a"), 4}}).status);
  Together late(store.get(), kStart);
  late.add(1, "a", kStart + 1500, 5);
  const CommitResult refused = late.commit(CommitMode::kAllOrNothing);
  EXPECT_EQ(texts(refused), std::vector<std::string>{"out of order a{instance=\"1\", job=\"j\"} 1500:5"});
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(dump(*store->view()),
              "a{instance=\"1\", job=\"j\"} 1700000000000:1 1700000001000:2 1700000002000:4\n"
              "a{instance=\"2\", job=\"j\"} 1700000001000:3\n");
    if (i == 0) store.reopen();
  }
}

// New series of each target, on both sides of a window's edge.
void add_step(Together& batch, int targets, int step) {
  const Timestamp edge = (kStart / 3'600'000 + 1) * 3'600'000;
  for (int n = 0; n < targets; ++n) {
    const std::string name = "x" + std::to_string(step);
    batch.add(n, name, edge - 1000, step);
    batch.add(n, name, edge + 1000, step);
  }
}

TEST(Together, AFailedWriteLeavesNothingOfThousandTargetsAndTwoWindows) {
  constexpr int kTargets = 1000;
  FailingFileSystem files;
  const auto file_system = std::shared_ptr<rocksdb::FileSystem>(&files, [](auto*) {});
  const auto env = rocksdb::NewCompositeEnv(file_system);
  OpenStore folder;
  folder.close();
  auto store = *open_store(folder.options(), system_clock(), null_log(), {.env = env.get()});
  const Timestamp now = kStart + 3'600'000;
  {
    Together good(*store, now);
    add_step(good, kTargets, 0);
    ASSERT_TRUE(good.commit(CommitMode::kAllOrNothing).status);
  }
  const std::string before = dump(*store->view());
  const uint64_t series_before = store->stats().series;
  for (const auto mode : {FailingFileSystem::Mode::kNoSpace, FailingFileSystem::Mode::kHalf}) {
    files.set(mode);
    Together failing(*store, now);
    add_step(failing, kTargets, 1);
    const CommitResult result = failing.commit(CommitMode::kPartial);
    ASSERT_FALSE(result.status);
    EXPECT_NE(result.status.error().code, Code::kInvalid);
    EXPECT_EQ(dump(*store->view()), before);
    EXPECT_EQ(store->stats().series, series_before);
    files.set(FailingFileSystem::Mode::kFine);
  }
  // The store looks for a disk that works again now and then.
  CommitResult result;
  do {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    Together again(*store, now);
    add_step(again, kTargets, 2);
    result = again.commit(CommitMode::kAllOrNothing);
  } while (!result.status && result.status.error().code != Code::kInvalid);
  EXPECT_TRUE(result.status) << result.status.error().str();
  const std::string after = dump(*store->view());
  EXPECT_EQ(store->stats().series, series_before + kTargets);
  store.reset();
  store = *open_store(folder.options(), system_clock(), null_log(), {.env = env.get()});
  EXPECT_EQ(dump(*store->view()), after);
}

TEST(Together, ReadersSeeAllOfABatchOrNothing) {
  OpenStore store;
  std::atomic<bool> done = false;
  std::thread reader([&] {
    while (!done) {
      const Matcher matchers[] = {Matcher::equal("__name__", "x")};
      const auto view = store->view();
      const auto set = *view->select(matchers, kMinTime, kMaxTime);
      std::set<size_t> counts;
      Column column;
      for (size_t i = 0; i < set->size(); ++i) {
        column.clear();
        ASSERT_TRUE(set->read(i, kMinTime, kMaxTime, column));
        counts.insert(column.size());
      }
      EXPECT_LE(counts.size(), 1u);
    }
  });
  for (int step = 0; step < 300; ++step) {
    Together batch(store.get(), kStart);
    for (int n = 0; n < 20; ++n) {
      batch.add(n, "x", kStart + step * 1000, step);
      batch.add(n, "x", kStart + step * 1000 + 500, step);
    }
    ASSERT_TRUE(batch.commit(CommitMode::kAllOrNothing).status);
  }
  done = true;
  reader.join();
}

}  // namespace
}  // namespace narthex::storage
