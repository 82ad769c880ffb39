#include "scrape/loop/attempt_log.h"

#include <gtest/gtest.h>

namespace narthex::scrape {
namespace {

AttemptRecord attempt(int64_t number, std::string error = "") {
  AttemptRecord record;
  record.start_ns = number * 1'000'000;
  record.samples = static_cast<uint64_t>(number);
  record.error = std::move(error);
  return record;
}

TEST(AttemptLog, GivesTheNewestFirstAndKeepsFifty) {
  AttemptLog log;
  for (int64_t i = 1; i <= 120; ++i) {
    log.add(attempt(i));
    const auto kept = log.newest(1000);
    ASSERT_EQ(kept.size(), std::min<size_t>(static_cast<size_t>(i), kKeptAttempts)) << i;
    ASSERT_EQ(kept.front().samples, static_cast<uint64_t>(i));
    ASSERT_EQ(kept.back().samples, static_cast<uint64_t>(i) - kept.size() + 1);
  }
  EXPECT_EQ(log.newest(3).size(), 3u);
  EXPECT_EQ(log.newest(0).size(), 0u);
}

TEST(AttemptLog, KeepsWhatARecordSays) {
  AttemptRecord record;
  record.start_ns = 1'767'225'600'123'456'000;
  record.late_ns = 7'000;
  record.duration_ns = 3'000'320'000;
  record.phase_ns = {-1, 0, 2'000, 2'047'000, 2'048'000, 4'095'000, -1};  // told exactly
  record.status = 503;
  record.wire_bytes = 4'000'000'000;
  record.body_bytes = -1;
  record.samples = 12345;
  record.failure = FailureClass::kBodySizeLimit;
  record.failed_in = Phase::kBody;
  record.error = "body size limit exceeded";
  AttemptLog log;
  log.add(record);
  const AttemptRecord kept = log.newest(1).at(0);
  EXPECT_EQ(kept.start_ns, record.start_ns);
  EXPECT_EQ(kept.late_ns, record.late_ns);
  EXPECT_EQ(kept.duration_ns, record.duration_ns);
  EXPECT_EQ(kept.phase_ns, record.phase_ns);
  EXPECT_EQ(kept.status, 503);
  EXPECT_EQ(kept.wire_bytes, record.wire_bytes);
  EXPECT_EQ(kept.body_bytes, -1);
  EXPECT_EQ(kept.samples, 12345u);
  EXPECT_EQ(kept.failure, FailureClass::kBodySizeLimit);
  EXPECT_EQ(kept.failed_in, Phase::kBody);
  EXPECT_EQ(kept.error, record.error);
}

TEST(AttemptLog, AnAttemptMayHaveAWarningBesideItsError) {
  AttemptLog log;
  for (int64_t i = 1; i <= 300; ++i) {
    AttemptRecord record = attempt(i, i % 3 == 0 ? "" : "error " + std::to_string(i));
    record.warning = i % 5 == 0 ? "" : "warning " + std::to_string(i);
    log.add(record);
  }
  for (const AttemptRecord& kept : log.newest(kKeptAttempts)) {
    const std::string number = std::to_string(kept.samples);
    EXPECT_EQ(kept.error, kept.samples % 3 == 0 ? "" : "error " + number);
    EXPECT_EQ(kept.warning, kept.samples % 5 == 0 ? "" : "warning " + number);
  }
}

TEST(ShortTime, TellsAnyTimeToATwoThousandth) {
  for (int64_t ns = 1'000; ns < 3'600'000'000'000; ns += ns / 7 + 1'000) {
    const int64_t told = ShortTime::of(ns).ns();
    EXPECT_LE(told, ns);
    EXPECT_LT(ns - told, std::max<int64_t>(ns / 2'000, 1'000)) << ns;
  }
  EXPECT_EQ(ShortTime::of(-5).ns(), -1);
  EXPECT_EQ(ShortTime::of(0).ns(), 0);
  EXPECT_GT(ShortTime::of(INT64_MAX).ns(), 1'000'000'000'000'000);
}

TEST(AttemptLog, EachErrorTextStandsOnce) {
  AttemptLog log;
  const std::string text(1000, 'x');
  for (int64_t i = 1; i <= 200; ++i) log.add(attempt(i, text));
  EXPECT_LT(log.memory_bytes(), 8'000u);
  EXPECT_EQ(log.newest(1).at(0).error, text);
}

TEST(AttemptLog, TextsOfForgottenAttemptsMakeRoom) {
  AttemptLog log;
  for (int64_t i = 1; i <= 1000; ++i) {
    log.add(attempt(i, "error " + std::to_string(i)));
    log.add(attempt(i));
  }
  const auto kept = log.newest(kKeptAttempts);
  for (size_t i = 0; i < kept.size(); ++i) {
    const std::string expected = "error " + std::to_string(kept[i].samples);
    EXPECT_EQ(kept[i].error, i % 2 == 0 ? "" : expected);
  }
  EXPECT_LT(log.memory_bytes(), 8'000u);
}

FailedBody facts(size_t offset) {
  FailedBody body;
  body.offset = offset;
  return body;
}

TEST(BodyKeeper, GivesTheBodyBack) {
  BodyKeeper keeper;
  std::string body;
  for (int i = 0; i < 1000; ++i) body += "metric_" + std::to_string(i) + " 1\n";
  const auto kept = keeper.keep(facts(17), body, nullptr);
  ASSERT_TRUE(kept);
  EXPECT_LT(kept->compressed.size(), body.size() / 2);
  const FailedBody got = kept->unpack();
  EXPECT_EQ(got.text, body);
  EXPECT_EQ(got.size, body.size());
  EXPECT_EQ(got.first, 0u);
  EXPECT_EQ(got.offset, 17u);
}

TEST(BodyKeeper, KeepsALongBodyAroundItsError) {
  std::string body(3 << 20, 'a');
  for (const size_t at : {size_t{0}, size_t{1000}, body.size() / 2, body.size() - 1}) {
    BodyKeeper keeper;
    body[at] = '!';
    const FailedBody got = keeper.keep(facts(at), body, nullptr)->unpack();
    body[at] = 'a';
    ASSERT_EQ(got.text.size(), BodyKeeper::kKeptBytes) << at;
    ASSERT_GE(at, got.first);
    EXPECT_EQ(got.text.at(at - got.first), '!') << at;
    EXPECT_EQ(got.size, body.size());
  }
}

TEST(BodyKeeper, TheOldestGoesWhenThereIsNoRoom) {
  BodyKeeper keeper(300);
  std::string body(100, ' ');
  for (size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>(i * 37 % 251);
  AttemptLog targets[4];
  for (AttemptLog& target : targets) target.set_failed_body(keeper.keep(facts(0), body, nullptr));
  EXPECT_FALSE(targets[0].failed_body());
  EXPECT_TRUE(targets[3].failed_body());
  EXPECT_LE(keeper.bytes(), 300u);
}

TEST(BodyKeeper, ANewBodyTakesThePlaceOfTheOneBefore) {
  BodyKeeper keeper;
  AttemptLog target;
  for (int i = 0; i < 100; ++i) {
    const auto before = target.failed_body();
    target.set_failed_body(keeper.keep(facts(0), "body " + std::to_string(i), before));
  }
  EXPECT_EQ(target.failed_body()->unpack().text, "body 99");
  EXPECT_LT(keeper.bytes(), 200u);
}

}  // namespace
}  // namespace narthex::scrape
