// /api/v1/admin/tsdb: HTTP API spec, section 9.
#include "tests/unit/web/app_fixture.h"

namespace narthex::web {
namespace {

class AdminTest : public AppTest {
 protected:
  AdminTest() : admin_app_(enabled(settings())) { admin_app_.ready(sources()); }

  static Settings enabled(Settings settings) {
    settings.admin = true;
    return settings;
  }
  net::ServerResponse post(const std::string& target, const std::string& form = "") {
    return send_to(admin_app_, "POST", "/api/v1/admin/tsdb/" + target, form);
  }
  std::string jobs() { return text_of(send_to(admin_app_, "GET", "/api/v1/label/job/values")); }

  App admin_app_;
};

TEST_F(AdminTest, DisabledUnlessAskedFor) {
  for (const char* target : {"delete_series?match[]=up", "clean_tombstones", "snapshot"}) {
    const auto response = send("POST", std::string("/api/v1/admin/tsdb/") + target);
    EXPECT_EQ(response.status, 500) << target;
    EXPECT_EQ(response.body, R"({"status":"error","errorType":"unavailable","error":"admin APIs disabled"})");
  }
}

TEST_F(AdminTest, DeletesWhatIsNamed) {
  EXPECT_EQ(jobs(), ok(R"(["a","b"])"));
  const auto response = post("delete_series?match[]=up{job=\"b\"}");
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.body, "");
  EXPECT_EQ(jobs(), ok(R"(["a"])"));
}

TEST_F(AdminTest, DeletesFromStartToEnd) {
  EXPECT_EQ(post("delete_series", "match[]=up&match[]=ticks_total&start=0&end=90").status, 204);
  const std::string left = text_of(send_to(admin_app_, "GET", "/api/v1/query?query=ticks_total[200s]&time=100"));
  EXPECT_NE(left.find(R"("values":[[100,"100"]])"), std::string::npos) << left;
}

TEST_F(AdminTest, BadRequests) {
  const std::pair<const char*, std::string> cases[] = {
      {"delete_series", bad("no match[] parameter provided")},
      {"delete_series?match[]=up&start=x",
       parameter("start", R"(invalid time value for 'start': cannot parse \"x\" to a valid timestamp)")},
      {"snapshot?skip_head=maybe",
       parameter("skip_head", R"(unable to parse boolean: strconv.ParseBool: parsing \"maybe\": invalid syntax)")},
  };
  for (const auto& [target, body] : cases) {
    const auto response = post(target);
    EXPECT_EQ(response.status, 400) << target;
    EXPECT_EQ(response.body, body) << target;
  }
  EXPECT_EQ(send_to(admin_app_, "GET", "/api/v1/admin/tsdb/snapshot").status, 405);
}

}  // namespace
}  // namespace narthex::web
