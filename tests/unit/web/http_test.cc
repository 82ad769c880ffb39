#include <gtest/gtest.h>

#include "base/regex.h"
#include "web/api/global_url.h"
#include "web/api/label_name.h"
#include "web/http/cors.h"
#include "web/http/router.h"
#include "web/ui/index.h"

namespace narthex::web {
namespace {

TEST(Router, Paths) {
  const struct {
    std::string pattern, path, expected;
  } cases[] = {
      {"/a", "/a", ""},
      {"/a", "/a/", "no"},
      {"/l/:n/values", "/l/x/values", "x"},
      {"/l/:n/values", "/l//values", "no"},
      {"/l/:n/values", "/l/values", "no"},
      {"/l/:n/values", "/l/x/y/values", "no"},
      {"/l/:n", "/l/x", "x"},
      {"/l/:n", "/l/", "no"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(match_path(c.pattern, c.path).value_or("no"), c.expected) << c.pattern << " " << c.path;
  }
}

TEST(Router, AllowHeader) {
  EXPECT_EQ(allow_header(kGet), "GET, OPTIONS");
  EXPECT_EQ(allow_header(kGet | kPost), "GET, OPTIONS, POST");
  EXPECT_EQ(allow_header(kGet | kHead), "GET, HEAD, OPTIONS");
}

TEST(LabelName, ValuesEscaping) {
  const std::pair<std::string, std::string> cases[] = {
      {"job", "job"},       {"U__a_2e_b", "a.b"},     {"U__a__b", "a_b"},           {"U__a_1f600_", "a😀"},
      {"U__a_b", "U__a_b"}, {"U__a_zz_", "U__a_zz_"}, {"U__a_d800_", "U__a_d800_"}, {"U__a_", "U__a_"},
  };
  for (const auto& [name, expected] : cases) EXPECT_EQ(unescape_label_name(name), expected) << name;
}

TEST(GlobalUrl, LocalHostsBecomeReachable) {
  const struct {
    std::string url, expected;
  } cases[] = {
      {"http://127.0.0.1:9100/metrics", "http://mon.example:9100/metrics"},
      {"http://localhost:9090/metrics?a=b", "https://mon.example/metrics?a=b"},
      {"http://[::1]:9100/metrics", "http://mon.example:9100/metrics"},
      {"http://other:9100/metrics", "http://other:9100/metrics"},
      {"http://localhost/metrics", "http://localhost/metrics"},
      {"not a url", "not a url"},
  };
  for (const auto& c : cases) EXPECT_EQ(global_url(c.url, "https://mon.example", 9090), c.expected);
  EXPECT_EQ(global_url("http://localhost:1/m", "http://box:9090", 1), "http://box:9090/m");
}

net::ServerResponse cors(const std::string& origin, const std::string& allowed) {
  net::ServerRequest request;
  if (!origin.empty()) request.headers.emplace_back("Origin", origin);
  net::ServerResponse response;
  add_cors(request, compile_anchored(allowed)->get(), response);
  return response;
}

std::string header(const net::ServerResponse& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "";
}

TEST(Cors, OriginIsEchoedWhenTheWholeOfItMatches) {
  auto allowed = cors("https://a.example", ".*");
  EXPECT_EQ(header(allowed, "Access-Control-Allow-Origin"), "https://a.example");
  EXPECT_EQ(header(allowed, "Access-Control-Allow-Methods"), "GET, POST, OPTIONS");
  EXPECT_EQ(header(allowed, "Vary"), "Origin");
  auto other = cors("https://a.example.evil", "https://a\\.example");
  EXPECT_EQ(header(other, "Access-Control-Allow-Origin"), "");
  EXPECT_EQ(header(other, "Access-Control-Expose-Headers"), "Date");
  auto none = cors("", ".*");
  EXPECT_EQ(header(none, "Access-Control-Allow-Methods"), "");
  EXPECT_EQ(header(none, "Vary"), "Origin");
}

TEST(Index, TitleIsText) {
  std::string page = index_page({"<b>&\"", "/p", true, 1, 2});
  EXPECT_NE(page.find("&lt;b&gt;&amp;&#34;"), std::string::npos);
  EXPECT_EQ(page.find("<b>"), std::string::npos);
  EXPECT_NE(page.find("href=\"/p/metrics\""), std::string::npos);
  EXPECT_NE(page.find("1 of 2 targets"), std::string::npos);
}

}  // namespace
}  // namespace narthex::web
