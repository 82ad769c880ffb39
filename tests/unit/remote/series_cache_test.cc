// Series and targets that the receiver keeps: what is looked up is right after slots moved, targets went and writes
// failed; and what is kept has bounds.
#include <thread>

#include "tests/unit/remote/fixture.h"

namespace narthex::remote {
namespace {

Pairs labels(int target, int number) {
  return {{"__name__", "m"}, {"instance", std::to_string(target)}, {"job", "j"}, {"n", std::to_string(number)}};
}

V1Request request(int target, int first, int last, Timestamp t) {
  V1Request out;
  for (int n = first; n < last; ++n) out.series(labels(target, n)).sample(t, n);
  return out;
}

TEST(KnownSeries, AreSplitByJobAndInstance) {
  ReceiverFixture receiver;
  for (int target = 0; target < 3; ++target) ASSERT_EQ(receiver.post(request(target, 0, 5, kNow)).status, 204);
  ASSERT_EQ(receiver.post(V1Request().series({{"__name__", "m"}}).sample(kNow, 1)).status, 204);
  EXPECT_EQ(receiver.receiver().stats().known_series, 16u);
  EXPECT_EQ(receiver.receiver().stats().known_targets, 4u);
  EXPECT_EQ(receiver.store()->stats().targets, 4u);
}

TEST(KnownSeries, AreFoundAfterACompactionMovedThem) {
  ReceiverFixture receiver;
  Timestamp t = kNow;
  const auto at = [&](int hours) {
    t = kNow + hours * 3'600'000;
    receiver.clock().set_wall_ns(t * 1'000'000);
  };
  ASSERT_EQ(receiver.post(request(0, 0, 40, t)).status, 204);
  // Those below 30 are dead after some hours, and make place.
  for (int hour = 1; hour < 6; ++hour) {
    at(hour);
    ASSERT_EQ(receiver.post(request(0, 30, 40, t)).status, 204);
    ASSERT_EQ(receiver.post(request(0, 30, 40, t + 1000)).status, 204);
  }
  EXPECT_EQ(receiver.receiver().stats().known_series, 10u);
  const auto view = receiver.store()->view();
  const auto set = *view->select({}, storage::kMinTime, storage::kMaxTime);
  ASSERT_EQ(set->size(), 40u);
  storage::Column column;
  for (size_t i = 0; i < set->size(); ++i) {
    column.clear();
    ASSERT_TRUE(set->read(i, storage::kMinTime, storage::kMaxTime, column));
    const double n = std::stod(std::string(set->label(i, "n")));
    EXPECT_EQ(column.size(), n < 30 ? 1u : 11u) << n;
    EXPECT_EQ(column.values, std::vector<double>(column.size(), n));
  }
}

TEST(KnownSeries, AreForgottenWithTheirIdleTargets) {
  ReceiverOptions options;
  options.idle_ms = 60'000;
  ReceiverFixture receiver(options);
  for (int target = 0; target < 3; ++target) ASSERT_EQ(receiver.post(request(target, 0, 5, kNow)).status, 204);
  receiver.clock().advance_ns(50'000'000'000);
  ASSERT_EQ(receiver.post(request(0, 0, 5, kNow + 50'000)).status, 204);
  receiver.clock().advance_ns(50'000'000'000);
  ASSERT_EQ(receiver.post(request(0, 0, 5, kNow + 100'000)).status, 204);
  EXPECT_EQ(receiver.receiver().stats().known_targets, 1u);
  EXPECT_EQ(receiver.receiver().stats().known_series, 5u);
  ASSERT_EQ(receiver.post(request(1, 3, 7, kNow + 100'000)).status, 204);
  EXPECT_EQ(receiver.receiver().stats().known_series, 9u);
  EXPECT_EQ(receiver.store()->stats().series, 17u);
}

TEST(KnownSeries, TargetsHaveALimit) {
  ReceiverOptions options;
  options.max_targets = 10;
  ReceiverFixture receiver(options);
  for (int target = 0; target < 2000; ++target) {
    receiver.clock().advance_ns(1'000'000);
    ASSERT_EQ(receiver.post(request(target % 500, 0, 2, kNow + target)).status, 204);
    ASSERT_LE(receiver.receiver().stats().known_targets, 10u);
  }
  EXPECT_EQ(receiver.store()->stats().series, 1000u);
  EXPECT_EQ(receiver.store()->stats().samples_appended, 4000u);
}

TEST(KnownSeries, OfARolledBackRequestAreNotKnown) {
  ReceiverFixture receiver;
  ASSERT_EQ(receiver.post(request(0, 0, 2, kNow)).status, 204);
  V1Request bad = request(0, 0, 5, kNow + 1000);
  bad.series(labels(0, 0)).sample(kNow - 1000, 7);
  ASSERT_EQ(receiver.post(bad).status, 400);
  EXPECT_EQ(receiver.receiver().stats().known_series, 2u);
  // Other series get the slots that were given back.
  ASSERT_EQ(receiver.post(request(0, 10, 13, kNow + 1000)).status, 204);
  ASSERT_EQ(receiver.post(request(0, 0, 5, kNow + 1000)).status, 204);
  EXPECT_EQ(receiver.store()->stats().series, 8u);
  EXPECT_EQ(receiver.store()->stats().samples_appended, 10u);
}

TEST(KnownSeries, ThatAScrapeOwnsAreWrittenBesideIt) {
  ReceiverFixture receiver;
  const auto scraped = receiver.store()->open_target(Labels{{"instance", "0"}, {"job", "j"}});
  const Labels series{{"__name__", "m"}, {"instance", "0"}, {"job", "j"}, {"n", "0"}};
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(storage::scrape(*scraped, kNow + i * 10'000, {{series, 1}}).status);
    ASSERT_EQ(receiver.post(request(0, 0, 1, kNow + i * 10'000 + 5000)).status, 204);
  }
  EXPECT_EQ(text_of(receiver.post(request(0, 0, 1, kNow))), "400 out of order sample");
  EXPECT_EQ(receiver.store()->stats().series, 1u);
  EXPECT_EQ(receiver.store()->stats().samples_appended, 10u);
}

TEST(KnownSeries, SeveralRequestsAtOnce) {
  constexpr int kThreads = 4;
  constexpr int kRequests = 50;
  ReceiverFixture receiver;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&receiver, thread] {
      for (int i = 0; i < kRequests; ++i) {
        // Series of the same targets, as the shards of one sender write them.
        V1Request out;
        for (int target = 0; target < 3; ++target) {
          for (int n = 0; n < 20; ++n) out.series(labels(target, thread * 100 + n)).sample(kNow + i * 1000, i);
        }
        ASSERT_EQ(receiver.post(out).status, 204);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(receiver.store()->stats().series, uint64_t{kThreads * 3 * 20});
  EXPECT_EQ(receiver.store()->stats().samples_appended, uint64_t{kThreads * 3 * 20 * kRequests});
}

}  // namespace
}  // namespace narthex::remote
