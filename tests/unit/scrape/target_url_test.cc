#include "scrape/target_url.h"

#include <gtest/gtest.h>

namespace narthex::scrape {
namespace {

std::string url_of(Labels labels, Params params = {}) { return target_url(labels, params); }

Labels with_path(std::string path) {
  return {{"__scheme__", "http"}, {"__address__", "h:1"}, {"__metrics_path__", path}};
}

TEST(TargetUrl, EscapesThePath) {
  const std::pair<const char*, const char*> cases[] = {
      {"/metrics", "http://h:1/metrics"},
      {"metrics", "http://h:1/metrics"},
      {"", "http://h:1"},
      {"*", "http://h:1/*"},
      {"/a?b", "http://h:1/a%3Fb"},
      {"/a b", "http://h:1/a%20b"},
      {"/a%2Fb", "http://h:1/a%252Fb"},
      {"/a,b=c&d", "http://h:1/a,b=c&d"},
      {"/a;b:c@d$e+f", "http://h:1/a;b:c@d$e+f"},
      {"/a[b]*", "http://h:1/a%5Bb%5D%2A"},
      {"/\xc3\xa9", "http://h:1/%C3%A9"},
      {"/#x", "http://h:1/%23x"},
  };
  for (const auto& [path, expected] : cases) EXPECT_EQ(url_of(with_path(path)), expected) << path;
}

TEST(TargetUrl, TakesTheAddressVerbatim) {
  const std::pair<Labels, const char*> cases[] = {
      {{{"__scheme__", "https"}, {"__address__", "host"}, {"__metrics_path__", "/metrics"}}, "https://host/metrics"},
      {{{"__scheme__", "http"}, {"__address__", "[::1]:9100"}, {"__metrics_path__", "/m"}}, "http://[::1]:9100/m"},
      {{{"__address__", "h:1"}, {"__metrics_path__", "/x"}}, "//h:1/x"},
      {{{"__scheme__", "http"}, {"__address__", "a b:80"}, {"__metrics_path__", "/x"}}, "http://a%20b:80/x"},
  };
  for (const auto& [labels, expected] : cases) EXPECT_EQ(url_of(labels), expected);
}

TEST(TargetUrl, ReplacesOnlyTheFirstValueOfAParam) {
  Labels labels{{"__scheme__", "http"}, {"__address__", "h"}, {"__param_x", "new"}, {"__param_z", "1"}};
  EXPECT_EQ(target_url(labels, {{"x", {"a", "b"}}, {"none", {}}}), "http://h?x=new&x=b&z=1");
}

TEST(TargetUrl, EncodesTheQueryAsAForm) {
  const std::pair<Params, const char*> cases[] = {
      {{{"b", {"2"}}, {"a", {"1"}}}, "a=1&b=2"},
      {{{"match[]", {"{job=\"x y\"}"}}}, "match%5B%5D=%7Bjob%3D%22x+y%22%7D"},
      {{{"a", {""}}}, "a="},
      {{{"a", {"+ /~"}}}, "a=%2B+%2F~"},
      {{{"a", {}}}, ""},
  };
  for (const auto& [params, expected] : cases) EXPECT_EQ(encode_query(params), expected);
}

}  // namespace
}  // namespace narthex::scrape
