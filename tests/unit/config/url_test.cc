#include "config/sections/url.h"

#include <gtest/gtest.h>

namespace narthex::config {
namespace {

TEST(Url, IsReadAsGoReadsIt) {
  struct Case {
    const char* url;
    const char* scheme;
    const char* host;
  };
  const Case cases[] = {
      {"http://h:1/x?a=b#f", "http", "h:1"},
      {"HTTP://Host", "http", "Host"},
      {"http://u:p%40@h:1/", "http", "h:1"},
      {"http://u:p@q@h", "http", "h"},
      {"http://u:!$&'()*+,;=~_.-@h", "http", "h"},
      {"http://u:12/34@h/", "http", "u:12"},
      {"http://[::1]:9100/x@y", "http", "[::1]:9100"},
      {"http://a<b>\"c", "http", "a<b>\"c"},
      {"http://\xc3\xa4/", "http", "\xc3\xa4"},
      {"http://h/{x} y", "http", "h"},
      {"mailto:a@b", "mailto", ""},
      {"/x", "", ""},
      {"", "", ""},
  };
  for (const Case& each : cases) {
    const auto url = parse_url(each.url);
    ASSERT_TRUE(url) << url.error().message;
    EXPECT_EQ(url->scheme, each.scheme) << each.url;
    EXPECT_EQ(url->host, each.host) << each.url;
  }
}

TEST(Url, IsRefusedAsGoRefusesIt) {
  const std::pair<const char*, const char*> cases[] = {
      {":8080", "missing protocol scheme"},
      {"127.0.0.1:80", "first path segment in URL cannot contain colon"},
      {"http://h:x", "invalid port \":x\" after host"},
      {"http://[::1", "missing ']' in host"},
      {"http://[::1]x/", "invalid port \"x\" after host"},
      {"http://a b/", "invalid character \" \" in host name"},
      {"http://a|b/", "invalid character \"|\" in host name"},
      {"http://a{b/", "invalid character \"{\" in host name"},
      {"http://h/%zz", "invalid URL escape \"%zz\""},
      {"http://h/\n", "net/url: invalid control character in URL"},
      {"http://u ser@h/", "net/url: invalid userinfo"},
      {"http://u\xc3\xa4@h/", "net/url: invalid userinfo"},
  };
  for (const auto& [text, reason] : cases) {
    const auto url = parse_url(text);
    const std::string message = url ? "" : url.error().message;
    EXPECT_EQ(message.substr(std::min(message.size(), message.find("\": ") + 3)), reason) << text;
  }
}

TEST(Url, ErrorsTellNothingOfThePassword) {
  const std::pair<const char*, const char*> cases[] = {
      {"http://u:mark er@h/", "\"http://u:xxxxx@h/\": net/url: invalid userinfo"},
      {"http://u:mar%ker@h/", "\"http://u:xxxxx@h/\": net/url: invalid userinfo"},
      {"http://u:mar/ker@h/", "\"http://u:xxxxx@h/\": net/url: invalid userinfo"},
      {"http://u:mar?ker@h/", "\"http://u:xxxxx@h/\": net/url: invalid userinfo"},
      {"http://u:mar#ker@h/", "\"http://u:xxxxx@h/\": net/url: invalid userinfo"},
      {"http://u:m@rk:er/marker@h/", "\"http://u:xxxxx@h/\": net/url: invalid userinfo"},
      {"http://u:12/%zz@h/", "\"http://u:xxxxx@h/\": net/url: invalid userinfo"},
      {"//u:mar/ker@h/", "\"//u:xxxxx@h/\": net/url: invalid userinfo"},
      {"http://u:marker@h:x/", "\"http://u:xxxxx@h:x/\": invalid port \":x\" after host"},
      {"http://u:marker@h/%zz", "\"http://u:xxxxx@h/%zz\": invalid URL escape \"%zz\""},
      {"http://u:marker@h/\n", "\"http://u:xxxxx@h/\\n\": net/url: invalid control character in URL"},
  };
  for (const auto& [text, message] : cases) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().message, "parse " + std::string(message)) << text;
  }
}

TEST(Url, IsShownWithoutThePassword) {
  const std::pair<const char*, const char*> cases[] = {
      {"http://u:marker@h/x", "http://u:xxxxx@h/x"},
      {"http://u:mar@ker@h/x", "http://u:xxxxx@h/x"},
      {"http://u:mar/ker@h/x", "http://u:xxxxx@h/x"},
      {"http://u:mar?ker@h/x", "http://u:xxxxx@h/x"},
      {"http://u@h/x", "http://u@h/x"},
      {"http://h:80/x@y:z", "http://h:80/x@y:z"},
      {"http://[::1]:80/x@y", "http://[::1]:80/x@y"},
      {"some text", "some text"},
      {"a:b@c", "a:b@c"},
  };
  for (const auto& [text, shown] : cases) EXPECT_EQ(hide_password(text), shown) << text;
}

}  // namespace
}  // namespace narthex::config
