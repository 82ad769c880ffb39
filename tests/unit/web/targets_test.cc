// /api/v1/targets beyond what the reference does: filters and pages. And pieces: long lists are the same as short ones.
#include <gmock/gmock.h>

#include "tests/unit/web/app_fixture.h"

namespace narthex::web {
namespace {

using ::testing::HasSubstr;

scrape::TargetStatus target(const std::string& job, const std::string& name, scrape::Health health,
                            const std::string& error = "") {
  scrape::TargetStatus out;
  out.job = job;
  out.discovered_labels = {{"__address__", name + ":1"}, {"__meta_zone", "Z-" + name}};
  out.labels = {{"job", job}, {"instance", name}};
  out.url = "http://" + name + ":1/metrics";
  out.health = health;
  out.last_error = error;
  return out;
}

class TargetsTest : public AppTest {
 protected:
  TargetsTest() {
    using enum scrape::Health;
    pools_ = {{"a",
               {target("a", "one", kUp), target("a", "two", kDown, "Get \"x\": Connection Refused"),
                target("a", "three", kUnknown)},
               {{"a", {{"__address__", "gone"}}, "rule 1: of no use"}},
               1,
               {}},
              {"b", {target("b", "four", kUp)}, {{"b", {{"__address__", "lost"}}, "rule 2"}}, 1, {}}};
  }

  // The instances, and the addresses of dropped targets, in order: "one two -gone".
  static std::string names(const std::string& body) {
    std::string out;
    const std::string instance = "\"instance\":\"";
    const std::string dropped = "{\"discoveredLabels\":{\"__address__\":\"";
    const size_t border = body.find("],\"droppedTargets\":[");
    auto add = [&](size_t from, const std::string& before, const char* sign) {
      const size_t end = body.find('"', from + before.size());
      out +=
          (out.empty() ? "" : " ") + std::string(sign) + body.substr(from + before.size(), end - from - before.size());
    };
    for (size_t at = 0; (at = body.find(instance, at)) < border; ++at) add(at, instance, "");
    for (size_t at = border; (at = body.find(dropped, at)) != std::string::npos; ++at) add(at, dropped, "-");
    return out;
  }

  static std::string token(const std::string& body) {
    const size_t at = body.find("\"nextToken\":\"");
    return at == std::string::npos ? "" : body.substr(at + 13, 16);
  }

  std::string targets(const std::string& query) { return text_of(send("GET", "/api/v1/targets?" + query)); }
};

TEST_F(TargetsTest, Filters) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "one two three four -gone -lost"},
      {"scrapePool=a", "one two three -gone"},
      {"scrapePool=none", ""},
      {"state=Active", "one two three four"},
      {"state=dropped", "-gone -lost"},
      {"state=x", ""},
      {"health=up", "one four"},
      {"health=down&health=unknown", "two three"},
      {"health=up&scrapePool=b", "four"},
      {"search=REFUSED", "two"},
      {"search=z-f", "four"},
      {"search=http://t", "two three"},
      {"search=instance", "one two three four"},
      {"search=of+no+USE", "-gone"},
      {"search=lost", "-lost"},
      {"match[]={job=\"b\"}", "four"},
      {"match[]={instance=~\"o.*\"}&match[]={instance=\"two\"}", "one two"},
      {"match[]={__address__=\"gone\"}", "-gone"},
      {"match[]={job=\"a\"}&health=up&search=one", "one"},
  };
  for (const auto& [query, expected] : cases) EXPECT_EQ(names(targets(query)), expected) << query;
}

TEST_F(TargetsTest, OnlyTheUrlCounts) {
  const std::string body = text_of(send("GET", "/api/v1/targets", "scrapePool=b&limit=1"));
  EXPECT_EQ(names(body), "one two three four -gone -lost");
}

TEST_F(TargetsTest, PagesShowEveryTargetOnce) {
  for (const char* filter : {"", "&health=up", "&state=dropped", "&scrapePool=a", "&search=t"}) {
    const std::string whole = names(targets(std::string("x=y") + filter));
    for (int limit = 1; limit <= 7; ++limit) {
      std::string all;
      std::string next;
      int pages = 0;
      do {
        const std::string query =
            "limit=" + std::to_string(limit) + filter + (next.empty() ? "" : "&nextToken=" + next);
        const std::string body = targets(query);
        all += (all.empty() ? "" : " ") + names(body);
        next = token(body);
        ASSERT_LT(++pages, 10);
      } while (!next.empty());
      EXPECT_EQ(all, whole) << filter << " limit " << limit;
    }
  }
}

TEST_F(TargetsTest, TheTokenOutlivesScrapesAndOtherTargets) {
  const std::string next = token(targets("limit=2"));
  pools_[0].active[2].health = scrape::Health::kDown;
  pools_[0].active[2].last_error = "new";
  pools_[0].active.erase(pools_[0].active.begin());
  EXPECT_EQ(names(targets("limit=1&nextToken=" + next)), "three");
  pools_[0].active.erase(pools_[0].active.begin() + 1);
  EXPECT_EQ(
      targets("limit=1&nextToken=" + next),
      bad("invalid parameter \\\"nextToken\\\": no target has the token \\\"" + next + "\\\". were targets changed?"));
}

TEST_F(TargetsTest, BadParameters) {
  const std::pair<const char*, std::string> cases[] = {
      {"health=UP", parameter("health", "not supported value \\\"UP\\\"")},
      {"limit=x", parameter("limit", "strconv.Atoi: parsing \\\"x\\\": invalid syntax")},
      {"limit=-1", parameter("limit", "limit must be non-negative")},
      {"match[]=up(", parameter("match[]", "1:3: parse error: unexpected \\\"(\\\"")},
      {"match[]={}", parameter("match[]", "match[] must contain at least one non-empty matcher")},
      {"nextToken=zz", parameter("nextToken", "no target has the token \\\"zz\\\". were targets changed?")},
  };
  for (const auto& [query, body] : cases) {
    const auto response = send("GET", "/api/v1/targets?" + std::string(query));
    EXPECT_EQ(response.status, 400) << query;
    EXPECT_EQ(response.body, body) << query;
  }
}

TEST_F(TargetsTest, LongListsComeInPieces) {
  constexpr int kMany = 3000;
  pools_[0].active.clear();
  pools_[0].dropped.clear();
  std::string expected;
  for (int i = 0; i < kMany; ++i) {
    pools_[0].active.push_back(target("a", std::to_string(i), scrape::Health::kUp));
    pools_[0].dropped.push_back({"a", {{"__address__", "d" + std::to_string(i)}}, "r"});
    expected += std::to_string(i) + " ";
  }
  expected += "four";
  for (int i = 0; i < kMany; ++i) expected += " -d" + std::to_string(i);
  const auto response = send("GET", "/api/v1/targets");
  ASSERT_TRUE(response.stream);
  EXPECT_EQ(response.body, "");
  const std::string body = text_of(response);
  EXPECT_EQ(names(body), expected + " -lost");
  EXPECT_TRUE(body.ends_with(R"(],"droppedTargetCounts":{"a":1,"b":1}}})")) << body.substr(body.size() - 100);
  EXPECT_EQ(body.find("]{"), std::string::npos);
  EXPECT_EQ(body.find("}{"), std::string::npos);
  EXPECT_EQ(body.find(",,"), std::string::npos);
}

TEST_F(TargetsTest, MetadataOfManyTargetsComesInPieces) {
  using List = std::vector<scrape::MetricMetadata>;
  const auto metrics = std::make_shared<const List>(List(20, {"m", exposition::MetricType::kGauge, "H.", ""}));
  for (int i = 0; i < 1000; ++i) metadata_.push_back({"a", {{"instance", std::to_string(i)}}, metrics});
  const auto response = send("GET", "/api/v1/targets/metadata?limit=19990");
  ASSERT_TRUE(response.stream);
  const std::string body = text_of(response);
  size_t count = 0;
  for (size_t at = 0; (at = body.find("{\"target\":", at)) != std::string::npos; ++at) ++count;
  EXPECT_EQ(count, 20'000u) << "a target is never cut";
  EXPECT_EQ(body.find("}{"), std::string::npos);
  EXPECT_TRUE(body.ends_with("}]}"));
}

}  // namespace
}  // namespace narthex::web
