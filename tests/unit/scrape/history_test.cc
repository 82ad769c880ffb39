// What is told of attempts afterwards: class, phase and place of failures; the failure log.
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "scrape/loop/request_failure.h"
#include "tests/unit/scrape/scrape_fixture.h"

namespace narthex::scrape {
namespace {

class HistoryTest : public ScrapeTest {
 protected:
  TargetHistory history() const { return manager_->history({}).at(0); }
  // What the first `count` attempts came to, oldest first.
  std::vector<AttemptRecord> attempts(size_t count) {
    EXPECT_TRUE(wait_for([&] { return history().attempts.size() >= count; }));
    auto all = history().attempts;
    std::reverse(all.begin(), all.end());
    all.resize(count);
    return all;
  }
  static std::string text_of(const AttemptRecord& attempt) {
    std::string out(class_name(attempt.failure));
    if (attempt.failed_in) out += " in " + std::string(phase_name(*attempt.failed_in));
    return out;
  }
};

TEST_F(HistoryTest, SaysWhatCameAndWhereTheTimeWent) {
  play<std::string>(job(), {"a 1\nb 2\n", "a 1\n"});
  const auto seen = attempts(2);
  EXPECT_EQ(seen[0].status, 200);
  EXPECT_EQ(seen[0].body_bytes, 8);
  EXPECT_EQ(seen[0].wire_bytes, 8);
  EXPECT_EQ(seen[0].samples, 2u);
  EXPECT_EQ(seen[1].samples, 1u);
  EXPECT_EQ(text_of(seen[0]), "");
  EXPECT_EQ(seen[0].error, "");
  EXPECT_LT(seen[0].start_ns, seen[1].start_ns);
  const auto spent = [&](size_t i, Phase phase) { return seen[i].phase_ns[static_cast<size_t>(phase)]; };
  EXPECT_GE(spent(0, Phase::kConnect), 0);
  EXPECT_EQ(spent(0, Phase::kTls), -1);
  EXPECT_EQ(spent(1, Phase::kConnect), -1) << "the connection was kept";
  for (size_t i : {0, 1}) {
    EXPECT_GE(spent(i, Phase::kFirstByte), 0);
    EXPECT_GE(spent(i, Phase::kParse), 0);
    EXPECT_GE(spent(i, Phase::kAppend), 0);
    EXPECT_GE(seen[i].duration_ns, spent(i, Phase::kParse) + spent(i, Phase::kAppend));
  }
}

struct BadAnswer {
  const char* what;
  Answer answer;
  const char* text;  // class and phase
  int line;          // of the kept body; 0: none
  int column;
};

TEST_F(HistoryTest, SaysWhyAndWhere) {
  JobOptions options = job();
  options.limits.label_name_length = 8;
  options.limits.samples = 3;
  options.limits.body_size = 100;
  options.timeout = Duration::milliseconds(500);  // of the test's time, not the manager's
  const BadAnswer cases[] = {
      {"good", answer("a 1\n"), "", 0, 0},
      {"status", answer("sorry\n", "500 No"), "status", 0, 0},
      {"content type", answer("<html>", "200 OK", "text/html"), "content_type", 0, 0},
      {"parse", answer("a 1\nb{x=1} 2\n"), "parse in parse", 2, 5},
      {"name", answer("a 1\na 2\n{\"\"} 2\n"), "invalid_sample in parse", 3, 1},
      {"label limit", answer("a 1\na{long_name=\"1\"} 2\n"), "label_limit in parse", 2, 1},
      {"sample limit", answer("a 1\nb 1\nc 1\nd 1\n"), "sample_limit in parse", 0, 0},
      {"body size", answer(std::string(100, '#')), "body_size_limit in body", 0, 0},
      {"cut off",
       {"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 50", "a 1\n"},
       "timeout in body",
       0,
       0},
      {"no HTTP", {"what?", ""}, "connection in first_byte", 0, 0},
      {"good again", answer("a 1\n"), "", 0, 0},
  };
  for (const BadAnswer& bad : cases) {
    SCOPED_TRACE(bad.what);
    target_.script(std::vector<Answer>{bad.answer});
    start(options);
    const auto seen = attempts(1);
    EXPECT_EQ(text_of(seen[0]), bad.text) << seen[0].error;
    EXPECT_EQ(seen[0].error.empty(), std::string(bad.text).empty());
    const auto body = history().failed_body;
    EXPECT_EQ(body ? body->line : 0, bad.line);
    EXPECT_EQ(body ? body->column : 0, bad.column);
    if (bad.line > 0 && body) {
      EXPECT_EQ(body->text, bad.answer.body);
    }
    manager_ = nullptr;
  }
}

TEST_F(HistoryTest, KeepsTheLastBodyThatFailedWhileOthersWork) {
  play<Answer>(job(), {answer("a 1\n"), answer("a 1\nb\n"), answer("a 3\n"), answer("a 4\n")});
  attempts(4);
  ASSERT_TRUE(history().failed_body);
  EXPECT_EQ(history().failed_body->text, "a 1\nb\n");
  EXPECT_EQ(history().failed_body->line, 2);
}

TEST_F(HistoryTest, ABodyInProtobufHasAPlaceButNoLines) {
  // A message that is announced to be longer than what follows, behind a good one with newlines in it.
  const std::string body(
      "\x0b\x0a\x01"
      "a\x12\x02\n\n\x22\x02\x12\x00"
      "\x7f\x0a",
      14);
  play<Answer>(job(), {answer(body, "200 OK", "application/vnd.google.protobuf")});
  attempts(1);
  EXPECT_EQ(text_of(history().attempts.back()), "parse in parse") << history().attempts.back().error;
  ASSERT_TRUE(history().failed_body);
  EXPECT_EQ(history().failed_body->offset, 12u);
  EXPECT_EQ(history().failed_body->line, 0);
  EXPECT_EQ(history().failed_body->text, body);
}

TEST_F(HistoryTest, AsksForJobAndTarget) {
  play<std::string>(job(), {"a 1\n"});
  const std::string url = "http://" + target_.address() + "/metrics";
  EXPECT_EQ(manager_->history({"j", "", 50}).size(), 1u);
  EXPECT_EQ(manager_->history({"other", "", 50}).size(), 0u);
  EXPECT_EQ(manager_->history({"", "i", 50}).size(), 1u);
  EXPECT_EQ(manager_->history({"", url, 50}).size(), 1u);
  EXPECT_EQ(manager_->history({"", "nobody", 50}).size(), 0u);
  attempts(3);
  EXPECT_EQ(manager_->history({"", "", 2}).at(0).attempts.size(), 2u);
}

TEST(RequestFailure, TimeoutsAreTimeoutsWhereverTheyHappen) {
  for (const auto phase : {net::FailedPhase::kConnect, net::FailedPhase::kTls, net::FailedPhase::kBody}) {
    const net::Failure failure{phase, Error{Code::kTimeout, "context deadline exceeded"}, {}, 0};
    EXPECT_EQ(classify(failure).failure, FailureClass::kTimeout);
    EXPECT_TRUE(classify(failure).failed_in.has_value());
  }
}

class FailureLogTest : public HistoryTest {
 protected:
  ~FailureLogTest() override { std::filesystem::remove_all(folder_); }
  std::vector<std::string> lines(const std::string& file) const {
    std::ifstream in(folder_ / file);
    std::vector<std::string> out;
    for (std::string line; std::getline(in, line);) out.push_back(line);
    return out;
  }
  JobOptions job_with_log() const {
    JobOptions options = job();
    options.failure_log_file = (folder_ / "failures.log").string();
    return options;
  }
  const std::filesystem::path folder_ = [] {
    char name[] = "/tmp/narthex-failure-log-XXXXXX";
    return std::filesystem::path(::mkdtemp(name));
  }();
};

TEST_F(FailureLogTest, HasRequestsThatFailedAndNothingElse) {
  play<Answer>(job_with_log(), {answer("a 1\n"), answer("", "404 Gone"), answer("a{\n"), answer("x", "200 OK", "x/y"),
                                answer("", "500 Oh \"no\"")});
  attempts(5);
  const auto logged = lines("failures.log");
  ASSERT_GE(logged.size(), 2u);
  for (const char* part : {"\"level\":\"ERROR\"", "\"msg\":\"server returned HTTP status 404 Gone\"",
                           "\"job_name\":\"j\"", "\"source\":", "\"time\":\""}) {
    EXPECT_NE(logged[0].find(part), std::string::npos) << logged[0];
  }
  EXPECT_NE(logged[0].find("\"target\":\"http://" + target_.address() + "/metrics\""), std::string::npos) << logged[0];
  EXPECT_NE(logged[1].find("500 Oh \\\"no\\\""), std::string::npos) << logged[1];
}

TEST_F(FailureLogTest, IsReopenedByAReload) {
  target_.script(std::vector<Answer>{answer("", "404 Gone")});
  start(job_with_log());
  attempts(1);
  std::filesystem::rename(folder_ / "failures.log", folder_ / "moved.log");
  const size_t moved = history().attempts.size();
  ASSERT_TRUE(wait_for([&] { return history().attempts.size() > moved; }));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "failures.log"));
  ASSERT_TRUE(manager_->apply({job_with_log()}));
  EXPECT_TRUE(wait_for([&] { return !lines("failures.log").empty(); }));
  EXPECT_FALSE(lines("moved.log").empty());
}

TEST_F(FailureLogTest, OneThatCannotBeOpenedStopsTheReloadAndNothingElse) {
  play<std::string>(job(), {"a 1\n"});
  JobOptions bad = job();
  bad.failure_log_file = (folder_ / "no" / "such" / "folder.log").string();
  const auto applied = manager_->apply({bad});
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().message, "scrape config \"j\": scrape_failure_log_file: open " + bad.failure_log_file +
                                         ": No such file or directory");
  const int before = scrapes();
  EXPECT_TRUE(wait_for([&] { return scrapes() > before; }));
}

}  // namespace
}  // namespace narthex::scrape
