// Native histograms, start timestamps and exemplars through the store's own door. Each test reads, closes, reads again.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/histograms.h"
#include "tests/support/naive_store.h"
#include "tests/unit/storage/fixture.h"

namespace narthex::storage {
namespace {

using testing::dump;
using testing::dump_exemplars;

constexpr Timestamp kStart = 1'700'000'000'000;
const Labels kTarget{{"instance", "a"}, {"job", "node"}};

Labels metric(const std::string& name) { return Labels{{"__name__", name}, {"instance", "a"}, {"job", "node"}}; }

Histogram counted(uint64_t count) {
  Histogram h;
  h.count = h.zero_count = count;
  h.zero_threshold = 0.5;
  return h;
}
std::string shown(uint64_t count) {
  return fmt::format("{{integer schema=0 hint=0 zero={0}@3fe0000000000000 count={0} sum=0 +[|] -[|] bounds=[]}}",
                     count);
}

class Beside : public ::testing::Test {
 protected:
  Beside() { open(); }

  void open() { appender_ = store_->open_target(kTarget); }
  // `fill(scratch, slot of "m")`.
  template <class Fill>
  CommitResult scrape_at(Timestamp at, Fill fill) {
    appender_->take_remap();
    auto scratch = appender_->begin(at, at);
    fill(*scratch, *appender_->resolve(*scratch, metric("m")));
    std::promise<CommitResult> promise;
    appender_->commit(std::move(scratch), [&](CommitResult r) { promise.set_value(std::move(r)); });
    return promise.get_future().get();
  }
  CommitResult put(int second, const Histogram& h) {
    return scrape_at(kStart + second * 1000, [&](Scratch& s, Slot m) { s.set_histogram(m, h); });
  }
  CommitResult put(int second, double value) {
    return scrape_at(kStart + second * 1000, [&](Scratch& s, Slot m) { s.set(m, value); });
  }
  CommitResult put(int second, std::vector<Exemplar> exemplars) {
    return scrape_at(kStart + second * 1000, [&](Scratch& s, Slot m) {
      s.set(m, second);
      for (Exemplar& e : exemplars) s.add_exemplar(m, std::move(e));
    });
  }
  // What the store shows, without the common parts, now and when it was opened again.
  std::string samples() {
    const std::string before = dump(*store_->view());
    reopen();
    EXPECT_EQ(dump(*store_->view()), before);
    return short_form(before);
  }
  std::string exemplars() {
    const std::string before = dump_exemplars(store_.get());
    reopen();
    EXPECT_EQ(dump_exemplars(store_.get()), before);
    return short_form(before);
  }
  void reopen() {
    appender_.reset();
    store_.reopen();
    open();
  }

  OpenStore store_;
  std::shared_ptr<TargetAppender> appender_;

 private:
  static std::string short_form(std::string text) {
    for (const std::string_view part : {"m{instance=\"a\", job=\"node\"} ", "1700000"}) {
      for (size_t at; (at = text.find(part)) != std::string::npos;) text.erase(at, part.size());
    }
    return text;
  }
};

TEST_F(Beside, NumbersAndHistogramsShareASeriesAndAMarkerEndsBoth) {
  put(1, counted(1));
  put(2, 7.0);
  put(3, counted(1));
  put(4, counted(2));
  put(5, kStaleMarker);
  put(6, 8.0);
  EXPECT_EQ(samples(), "001000:" + shown(1) + " 002000:7 003000:" + shown(1) + " 004000:" + shown(2) +
                           " 005000:7ff0000000000002 006000:8\n");
  EXPECT_EQ(store_->stats().histograms_appended, 0u) << "since start";
}

TEST_F(Beside, OfOneTimestampEqualIsSilentAndOtherIsADuplicate) {
  ASSERT_TRUE(put(1, counted(3)).status);
  EXPECT_EQ(put(1, counted(3)).duplicate_timestamp, 0u);
  EXPECT_EQ(put(1, counted(4)).duplicate_timestamp, 1u);
  EXPECT_EQ(put(1, 0.0).duplicate_timestamp, 1u) << "another kind";
  EXPECT_EQ(put(0, counted(3)).out_of_order, 1u);
  EXPECT_EQ(put(-90'000, counted(3)).out_of_bounds, 1u);
  EXPECT_EQ(samples(), "001000:" + shown(3) + "\n");
  EXPECT_EQ(put(1, counted(3)).duplicate_timestamp, 0u) << "after a restart, too";
  EXPECT_EQ(put(1, counted(4)).duplicate_timestamp, 1u);
  ASSERT_TRUE(put(2, 0.0).status);
  EXPECT_EQ(put(2, Histogram{}).duplicate_timestamp, 1u);
}

TEST_F(Beside, WithinAScrapeTheFirstOneWins) {
  scrape_at(kStart + 1000, [](Scratch& s, Slot m) {
    EXPECT_TRUE(s.set_histogram(m, counted(1)));
    EXPECT_FALSE(s.set(m, 2));
    EXPECT_FALSE(s.set_histogram(m, counted(3)));
  });
  scrape_at(kStart + 9000, [](Scratch& s, Slot m) {
    s.set_at(m, kStart + 2000, 4);
    s.set_histogram_at(m, kStart + 2000, counted(5));
    s.set_histogram_at(m, kStart + 3000, counted(6));
    s.set_at(m, kStart + 3000, 7);
    s.set_at(m, kStart + 4000, 8);
    s.set_histogram_at(m, kStart + 3500, counted(9));
  });
  EXPECT_EQ(samples(), "001000:" + shown(1) + " 002000:4 003000:" + shown(6) + " 004000:8\n");
}

TEST_F(Beside, AMalformedHistogramIsRefusedAloneAndCounted) {
  Histogram broken = counted(1);
  broken.positive.spans = {{0, 7}};
  const auto result = scrape_at(kStart + 1000, [&](Scratch& s, Slot m) {
    s.set_histogram(m, broken);
    s.set_histogram_at(m, kStart + 500, broken);
    s.set(*appender_->resolve(s, metric("other")), 1);
  });
  ASSERT_TRUE(result.status);
  EXPECT_EQ(result.malformed_histograms, 2u);
  EXPECT_EQ(samples(), "other{instance=\"a\", job=\"node\"} 001000:1\n");
}

TEST_F(Beside, StartsGoWithTheSamplesOfTheirScrape) {
  const auto with_start = [](Timestamp start, double value) {
    return [=](Scratch& s, Slot m) { s.set(m, value), s.set_start(m, start); };
  };
  scrape_at(kStart + 1000, with_start(kStart, 1));
  scrape_at(kStart + 2000, with_start(kStart, 1));
  put(3, 1.0);
  scrape_at(kStart + 4000, with_start(kStart + 10, 1));
  scrape_at(kStart + 5000, [](Scratch& s, Slot m) {
    s.set_histogram(m, counted(1));
    s.set_start(m, 5);
    s.set_start(m, kStart + 20);  // the last one holds
  });
  scrape_at(kStart + 9000, [](Scratch& s, Slot m) {
    s.set_start(m, kStart + 30);
    s.set_at(m, kStart + 6000, 1);
    s.set_at(m, kStart + 7000, 1);
  });
  scrape_at(kStart + 10'000, [](Scratch& s, Slot m) { s.set_start(m, kStart); });  // without a sample
  EXPECT_EQ(samples(), "000000>001000:1 000000>002000:1 003000:1 000010>004000:1 000020>005000:" + shown(1) +
                           " 000030>006000:1 000030>007000:1\n");
}

Exemplar exemplar(int second, double value, std::string id = "x") {
  return {Labels{{"id", std::move(id)}}, value, kStart + second * 1000};
}

TEST_F(Beside, ExemplarsAreCheckedAgainstTheNewestOfTheirSeries) {
  const struct {
    const char* what;
    std::vector<Exemplar> given;
    uint64_t refused;
    const char* shown;
  } steps[] = {
      {"sorted", {exemplar(2, 1), exemplar(1, 1)}, 0, "001000:1{id=\"x\"} 002000:1{id=\"x\"}\n"},
      {"the newest again", {exemplar(2, 1)}, 0, "001000:1{id=\"x\"} 002000:1{id=\"x\"}\n"},
      {"both again", {exemplar(1, 1), exemplar(2, 1)}, 0, "001000:1{id=\"x\"} 002000:1{id=\"x\"}\n"},
      {"an old one alone", {exemplar(1, 1)}, 1, "001000:1{id=\"x\"} 002000:1{id=\"x\"}\n"},
      {"a smaller value of the same time", {exemplar(2, 0)}, 1, "001000:1{id=\"x\"} 002000:1{id=\"x\"}\n"},
      {"too long", {exemplar(3, 1, std::string(127, 'a'))}, 0, "001000:1{id=\"x\"} 002000:1{id=\"x\"}\n"},
      {"a larger value of the same time",
       {exemplar(2, 2)},
       0,
       "001000:1{id=\"x\"} 002000:1{id=\"x\"} 002000:2{id=\"x\"}\n"},
      {"without labels",
       {{{}, -0.0, kStart + 3000}},
       0,
       "001000:1{id=\"x\"} 002000:1{id=\"x\"} 002000:2{id=\"x\"} 003000:8000000000000000{}\n"},
  };
  int second = 10;
  for (const auto& step : steps) {
    EXPECT_EQ(put(++second, step.given).exemplar_out_of_order, step.refused) << step.what;
    EXPECT_EQ(exemplars(), step.shown) << step.what;
  }
  std::string umlauts;
  for (int i = 0; i < 126; ++i) umlauts += "ü";  // code points count, not bytes
  put(++second, {exemplar(4, 1, umlauts)});
  EXPECT_NE(exemplars().find("ü"), std::string::npos);
}

TEST_F(Beside, ExemplarsNeedNoSampleAndMayBeRefusedWithTheirScrape) {
  const auto alone = [](Scratch& s, Slot m) { s.add_exemplar(m, exemplar(1, 1)); };
  ASSERT_TRUE(scrape_at(kStart + 1000, alone).status);
  EXPECT_EQ(exemplars(), "001000:1{id=\"x\"}\n");
  put(2, 1.0);
  scrape_at(kStart - 90'000'000, [](Scratch& s, Slot m) { s.add_exemplar(m, exemplar(5, 1)); });
  EXPECT_EQ(exemplars(), "001000:1{id=\"x\"}\n") << "out of bounds";
}

TEST_F(Beside, TheOldestExemplarsGoFirst) {
  Options options = store_.options();
  options.max_exemplars = 3;
  appender_.reset();
  store_.close();
  store_.set_options(options);
  store_.open();
  open();
  for (int i = 1; i <= 5; ++i) put(i, {exemplar(i, i)});
  EXPECT_EQ(exemplars(), "003000:3{id=\"x\"} 004000:4{id=\"x\"} 005000:5{id=\"x\"}\n");
  EXPECT_EQ(store_->stats().exemplars, 3u);
  EXPECT_EQ(store_->stats().exemplar_series, 1u);
  EXPECT_GT(store_->stats().exemplar_bytes, 300u);
  store_->set_max_exemplars(1);
  EXPECT_EQ(store_->stats().exemplars, 1u);
  store_->set_max_exemplars(0);
  EXPECT_EQ(store_->stats().exemplar_series, 0u);
  EXPECT_EQ(store_->stats().exemplar_bytes, 0u);
  put(6, {exemplar(6, 6)});
  EXPECT_EQ(store_->stats().exemplars, 0u);
}

TEST_F(Beside, ExemplarsAreFoundByAnyOfTheMatcherSetsAndByTime) {
  scrape_at(kStart + 9000, [&](Scratch& s, Slot m) {
    s.add_exemplar(m, exemplar(1, 1));
    s.add_exemplar(m, exemplar(2, 2));
    s.add_exemplar(*appender_->resolve(s, metric("b")), exemplar(3, 3));
  });
  const std::vector<Matcher> m = {Matcher::equal("__name__", "m"), Matcher::equal("job", "node")};
  const std::vector<Matcher> b = {Matcher::equal("__name__", "b")};
  const std::vector<Matcher> none = {Matcher::equal("__name__", "m"), Matcher::equal("job", "x")};
  const auto found = [&](std::vector<std::vector<Matcher>> sets, int from, int to) {
    std::string out;
    for (const auto& s : store_->exemplars(sets, kStart + from * 1000, kStart + to * 1000)) {
      out += std::string(s.series.get("__name__")) + std::to_string(s.exemplars.size());
    }
    return out;
  };
  EXPECT_EQ(found({m}, 0, 9), "m2");
  EXPECT_EQ(found({m, b}, 0, 9), "b1m2");
  EXPECT_EQ(found({m, m}, 2, 9), "m1");
  EXPECT_EQ(found({m, b}, 2, 2), "m1");
  EXPECT_EQ(found({none}, 0, 9), "");
  EXPECT_EQ(found({}, 0, 9), "");
  EXPECT_EQ(found({{}}, 4, 9), "");
}

TEST(BesideCompaction, SlotsMoveWithWhatLiesBeside) {
  Options options = small_windows(60'000, 10'000);
  options.max_past_ms = 60'000;
  OpenStore store(options);
  auto appender = store->open_target(kTarget);
  bool moved = false;
  for (int i = 0; i < 40; ++i) {
    moved = appender->take_remap() != nullptr || moved;
    const Timestamp at = kStart + i * 15'000;
    auto scratch = appender->begin(at, at);
    for (int dead = 0; i == 0 && dead < 20; ++dead) {
      scratch->set_histogram(*appender->resolve(*scratch, metric("dead_" + std::to_string(dead))), counted(1));
    }
    const Slot slot = *appender->resolve(*scratch, metric("m"));
    scratch->set_histogram(slot, counted(static_cast<uint64_t>(i / 3)));
    scratch->set_start(slot, kStart);
    std::promise<void> done;
    appender->commit(std::move(scratch), [&](CommitResult) { done.set_value(); });
    done.get_future().wait();
  }
  EXPECT_TRUE(moved);
  EXPECT_EQ(appender->slot_count(), 1u);
  const std::string before = dump(*store->view());
  appender.reset();
  store.reopen();
  EXPECT_EQ(dump(*store->view()), before);
  Column column;
  auto set = store->view()->select(std::vector<Matcher>{Matcher::equal("__name__", "m")}, kMinTime, kMaxTime);
  ASSERT_TRUE((*set)->read(0, kMinTime, kMaxTime, column));
  ASSERT_EQ(column.histograms.size(), 40u);
  for (size_t i = 0; i < 40; ++i) {
    EXPECT_EQ(column.histograms[i].histogram->count, i / 3);
    EXPECT_EQ(column.histograms[i].start, kStart);
  }
}

}  // namespace
}  // namespace narthex::storage
