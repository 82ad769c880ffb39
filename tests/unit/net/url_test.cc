#include "net/detail/url.h"

#include <gtest/gtest.h>

namespace narthex::net {
namespace {

std::string read(std::string_view text) {
  const auto url = parse_url(text);
  return url ? url->str(true) : url.error().message;
}

TEST(Url, ReadsAsGoDoes) {
  const std::pair<const char*, const char*> cases[] = {
      {"http://h:1/x?a=b#f", "http://h:1/x?a=b#f"},
      {"HTTP://Host/x", "http://Host/x"},
      {"http://h", "http://h"},
      {"http://h?", "http://h?"},
      {"http://h/?a b", "http://h/?a b"},
      {"http://h/a b", "http://h/a%20b"},
      {"http://h/{x}|y", "http://h/%7Bx%7D%7Cy"},
      {"http://h/a%2Fb", "http://h/a%2Fb"},
      {"http://h/\xc3\xa4", "http://h/%C3%A4"},
      {"http://[::1]:9100/m", "http://[::1]:9100/m"},
      {"http://u:p%40@h/", "http://u:p%40@h/"},
      {"http://h:/", "http://h:/"},
      {"//h:1/x", "//h:1/x"},
      {"/x/y", "/x/y"},
      {"mailto:a@b", "mailto:a@b"},
      {"", ""},
      {":8080", "parse \":8080\": missing protocol scheme"},
      {"127.0.0.1:80", "parse \"127.0.0.1:80\": first path segment in URL cannot contain colon"},
      {"http://h:abc/", "parse \"http://h:abc/\": invalid port \":abc\" after host"},
      {"http://h:abc/#f", "parse \"http://h:abc/\": invalid port \":abc\" after host"},
      {"http://[::1", "parse \"http://[::1\": missing ']' in host"},
      {"http://[::1]x/", "parse \"http://[::1]x/\": invalid port \"x\" after host"},
      {"http://a b:80/", "parse \"http://a b:80/\": invalid character \" \" in host name"},
      {"http://a%20b:80/", "parse \"http://a%20b:80/\": invalid URL escape \"%20\""},
      {"http://h/%zz", "parse \"http://h/%zz\": invalid URL escape \"%zz\""},
      {"http://h/%2", "parse \"http://h/%2\": invalid URL escape \"%2\""},
      {"http://h/\n", "parse \"http://h/\\n\": net/url: invalid control character in URL"},
      {"http://u ser@h/", "parse \"http://u ser@h/\": net/url: invalid userinfo"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(read(text), expected) << text;
}

TEST(Url, HidesThePasswordWhenAsked) {
  EXPECT_EQ(parse_url("http://u:secret@h/x")->str(false), "http://u:***@h/x");
  EXPECT_EQ(parse_url("http://u@h/x")->str(false), "http://u@h/x");
}

TEST(Url, HidesThePasswordInErrors) {
  const std::pair<const char*, const char*> cases[] = {
      {"http://u:secret@a b/", "http://u:***@a b/"},
      {"http://u:se cret@h/", "http://u:***@h/"},
      {"http://u:sec@ret@h:x/", "http://u:***@h:x/"},
      {"http://u:sec/ret@h/", "http://u:***@h/"},
      {"http://u:sec?ret@h/", "http://u:***@h/"},
      {"http://u:sec#ret@h/", "http://u:***@h/"},
      {"//u:%zz@h/", "//u:***@h/"},
  };
  for (const auto& [text, hidden] : cases) {
    EXPECT_EQ(read(text), "parse \"" + std::string(hidden) + "\": net/url: invalid userinfo") << text;
  }
}

TEST(Url, HidesNothingButThePassword) {
  const std::pair<const char*, const char*> cases[] = {
      {"http://u:secret@h:1/x@y", "http://u:***@h:1/x@y"},
      {"http://u@h/x", "http://u@h/x"},
      {"http://h:80/x@y:z", "http://h:80/x@y:z"},
      {"http://[::1]:80/x@y", "http://[::1]:80/x@y"},
      {"no URL: a@b", "no URL: a@b"},
  };
  for (const auto& [text, shown] : cases) EXPECT_EQ(without_password(text), shown) << text;
}

TEST(Url, TellsWhereToConnectAndWhatToAsk) {
  struct Case {
    const char* text;
    const char* host;
    const char* port;
    const char* target;
  };
  const Case cases[] = {
      {"http://h:9100/m?x=y", "h", "9100", "/m?x=y"}, {"http://h", "h", "", "/"},        {"http://h?", "h", "", "/?"},
      {"http://[::1]:1/", "::1", "1", "/"},           {"http://[::1]/", "::1", "", "/"}, {"http://h:/", "h", "", "/"},
      {"http://h/?q=a b", "h", "", "/?q=a%20b"},
  };
  for (const Case& each : cases) {
    const auto url = parse_url(each.text);
    ASSERT_TRUE(url) << each.text;
    EXPECT_EQ(url->host_name(), each.host) << each.text;
    EXPECT_EQ(url->port(), each.port) << each.text;
    EXPECT_EQ(url->target(), each.target) << each.text;
  }
}

// The examples of RFC 3986, section 5.4, and some of a browser's life.
TEST(Url, ResolvesReferences) {
  const Url base = *parse_url("http://a/b/c/d;p?q");
  const std::pair<const char*, const char*> cases[] = {
      {"g:h", "g:h"},
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"#s", "http://a/b/c/d;p?q#s"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../..", "http://a/"},
      {"../../g", "http://a/g"},
      {"../../../g", "http://a/g"},
      {"/./g", "http://a/g"},
      {"/../g", "http://a/g"},
      {"g.", "http://a/b/c/g."},
      {"./../g", "http://a/b/g"},
      {"g/./h", "http://a/b/c/g/h"},
      {"g/../h", "http://a/b/c/h"},
      {"https://x:1/y/../z", "https://x:1/z"},
  };
  for (const auto& [reference, expected] : cases) {
    const auto url = resolve_url(base, reference);
    ASSERT_TRUE(url) << reference;
    EXPECT_EQ(url->str(true), expected) << reference;
  }
  EXPECT_EQ(resolve_url(base, "http://x:y/").error().message, "parse \"http://x:y/\": invalid port \":y\" after host");
}

TEST(Url, KnowsSubdomains) {
  EXPECT_TRUE(is_host_or_subdomain("a.example", "a.example"));
  EXPECT_TRUE(is_host_or_subdomain("b.a.example", "a.example"));
  EXPECT_FALSE(is_host_or_subdomain("ba.example", "a.example"));
  EXPECT_FALSE(is_host_or_subdomain("a.example", "b.a.example"));
  EXPECT_FALSE(is_host_or_subdomain("x%.a.example", "a.example"));
  EXPECT_TRUE(is_host_or_subdomain("::1", "::1"));
}

}  // namespace
}  // namespace narthex::net
