// Samples that are refused one by one: what is counted, and what is not (scrape spec, sections 6.2, 8 and 9).
#include "tests/unit/storage/fixture.h"

namespace narthex::storage {
namespace {

constexpr Timestamp kStart = 1'767'225'600'000;

// A scrape of two series, the second one written quietly.
CommitResult scrape_both(TargetAppender& appender, Timestamp at, double value, Timestamp now) {
  auto scratch = appender.begin(at, now);
  scratch->set(*appender.resolve(*scratch, Labels{{"__name__", "loud"}}), value);
  scratch->set_quietly(*appender.resolve(*scratch, Labels{{"__name__", "quiet"}}), value);
  std::promise<CommitResult> promise;
  appender.commit(std::move(scratch), [&](CommitResult r) { promise.set_value(std::move(r)); });
  return promise.get_future().get();
}

TEST(Refusal, WhatWasWrittenQuietlyIsNotCounted) {
  OpenStore store;
  auto first = store->open_target({});
  EXPECT_EQ(scrape_both(*first, kStart, 1, kStart).out_of_order, 0u);
  // Another producer of the same series goes through the side path, one by one.
  auto second = store->open_target({});
  for (TargetAppender* appender : {first.get(), second.get()}) {
    const CommitResult older = scrape_both(*appender, kStart - 1000, 2, kStart);
    EXPECT_EQ(older.out_of_order, 1u);
    const CommitResult again = scrape_both(*appender, kStart, 3, kStart);
    EXPECT_EQ(again.duplicate_timestamp, 1u);
    const CommitResult ahead = scrape_both(*appender, kStart + 3'600'000, 4, kStart);
    EXPECT_EQ(ahead.out_of_bounds, 1u);
  }
}

TEST(Refusal, TheFirstSampleOfAStoreCannotBeOlderThanTheRetentionTime) {
  OpenStore store;
  auto target = store->open_target({});
  const Labels a{{"__name__", "a"}};
  const Timestamp ancient[] = {-(int64_t{1} << 62), 0, kStart - store.options().limits.retention_ms - 1};
  for (const Timestamp t : ancient) {
    EXPECT_EQ(scrape(*target, kStart, {{a, 1, t == 0 ? 1 : t}}, kStart).out_of_bounds, 1u) << t;
  }
  EXPECT_EQ(scrape(*target, kStart, {{a, 1, kStart - 60'000}}, kStart).out_of_bounds, 0u);
}

}  // namespace
}  // namespace narthex::storage
