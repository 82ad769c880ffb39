// Samples that come late, with an out-of-order window and without; and series that there is no memory for.
#include <atomic>
#include <chrono>
#include <thread>

#include "tests/unit/remote/fixture.h"

namespace narthex::remote {
namespace {

const Pairs kA = {{"__name__", "m"}, {"a", "b"}};
const Pairs kB = {{"__name__", "m"}, {"a", "c"}};
constexpr char kSeries[] = " for series {__name__=\"m\", a=\"b\"}";
constexpr char kDump[] = "m{a=\"b\"}";
constexpr Timestamp kMinute = 60'000;
constexpr Timestamp kHour = 60 * kMinute;

template <class Request>
Request sample(Timestamp t, double value) {
  Request request;
  request.series(kA).sample(t, value);
  return request;
}

TEST(LateSamples, AreJudgedByTheWindow) {
  struct Case {
    const char* name;
    Timestamp window;
    Timestamp t;
    std::string refusal;  // empty: it is stored
  };
  const Case cases[] = {
      {"no window", 0, kNow - 1, "out of order sample"},
      {"no window, too old", 0, kNow - 2 * kHour, "out of bounds"},
      {"within", kMinute, kNow - kMinute, ""},
      {"behind the window", kMinute, kNow - kMinute - 1, "too old sample"},
      {"far behind", kMinute, kNow - 2 * kHour, "too old sample"},
      {"far behind, within", 3 * kHour, kNow - 2 * kHour, ""},
  };
  for (const Case& c : cases) {
    ReceiverFixture one;
    ReceiverFixture two;
    for (ReceiverFixture* receiver : {&one, &two}) {
      receiver->store()->set_limits({.out_of_order_window_ms = c.window});
      EXPECT_EQ(text_of(receiver->post(sample<V1Request>(kNow, 1))), "204");
    }
    const bool stored = c.refusal.empty();
    EXPECT_EQ(text_of(one.post(sample<V1Request>(c.t, 2))), stored ? "204" : "400 " + c.refusal) << c.name;
    EXPECT_EQ(text_of(two.post(sample<V2Request>(c.t, 2))), stored ? "204 1/0/0" : "400 0/0/0 " + c.refusal + kSeries)
        << c.name;
    const std::string late = stored ? " " + std::to_string(c.t) + ":2" : "";
    EXPECT_EQ(one.stored(), kDump + late + " 1700000000000:1\n") << c.name;
    EXPECT_EQ(two.stored(), one.stored()) << c.name;
    one.reopen();
    EXPECT_EQ(one.stored(), two.stored()) << c.name;
  }
}

TEST(LateSamples, GoWithTheirRequest) {
  ReceiverFixture one;
  ReceiverFixture two;
  for (ReceiverFixture* receiver : {&one, &two}) {
    receiver->store()->set_limits({.out_of_order_window_ms = kMinute});
    EXPECT_EQ(text_of(receiver->post(sample<V1Request>(kNow, 1))), "204");
  }
  V1Request all_or_nothing = sample<V1Request>(kNow - 2, 2);
  all_or_nothing.series(kB).sample(kNow, 3).series(kA).sample(kNow - kHour, 4);
  EXPECT_EQ(text_of(one.post(all_or_nothing)), "400 too old sample");
  EXPECT_EQ(one.stored(), std::string(kDump) + " 1700000000000:1\n");
  EXPECT_EQ(one.store()->stats().series, 1u);
  V2Request partial = sample<V2Request>(kNow - 2, 2);
  partial.series(kB).sample(kNow, 3).series(kA).sample(kNow - kHour, 4);
  EXPECT_EQ(text_of(two.post(partial)), std::string("400 2/0/0 too old sample") + kSeries);
  EXPECT_EQ(two.stored(), std::string(kDump) + " 1699999999998:2 1700000000000:1\nm{a=\"c\"} 1700000000000:3\n");
}

TEST(NewSeries, AreSentAgainWhenThereIsMemory) {
  constexpr int64_t kBudget = 16 << 20;
  std::atomic<uint64_t> resident{1};
  storage::Options options;
  options.memory_budget = kBudget;
  options.resident_bytes = [&resident] { return resident.load(); };
  ReceiverFixture receiver({}, std::move(options));
  EXPECT_EQ(text_of(receiver.post(sample<V1Request>(kNow, 1))), "204");
  resident = kBudget;
  V1Request one;
  one.series(kA).sample(kNow + 1, 2).series(kB).sample(kNow + 1, 3);
  WriteAnswer answer;
  for (int i = 0; i < 2000; ++i) {
    // Until the store has measured it, a new series of another name is accepted.
    answer = receiver.post(V1Request().series({{"__name__", "probe"}, {"n", std::to_string(i)}}).sample(kNow, 1));
    if (answer.status != 204) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(answer.status, 500);
  EXPECT_NE(answer.text, "");
  const std::string before = receiver.stored();
  EXPECT_EQ(text_of(receiver.post(one)), "500 " + answer.text);
  V2Request two;
  two.series(kA).sample(kNow + 1, 2).series(kB).sample(kNow + 1, 3);
  EXPECT_EQ(text_of(receiver.post(two)), "500 " + answer.text);
  EXPECT_EQ(receiver.stored(), before);
  EXPECT_EQ(text_of(receiver.post(sample<V2Request>(kNow + 1, 2))), "204 1/0/0") << "a known series";
  EXPECT_EQ(receiver.receiver().stats().failed_requests, 3u);
}

}  // namespace
}  // namespace narthex::remote
