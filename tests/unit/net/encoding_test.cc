#include "net/detail/encoding.h"

#include <gtest/gtest.h>

namespace narthex::net {
namespace {

TEST(Encoding, Base64) {
  struct Case {
    std::string_view bytes;
    const char* plain;
    const char* url;
  };
  const Case cases[] = {{"", "", ""},
                        {"a", "YQ==", "YQ"},
                        {"ab", "YWI=", "YWI"},
                        {"abc", "YWJj", "YWJj"},
                        {"\xfb\xff\xbf", "+/+/", "-_-_"}};
  for (const Case& each : cases) {
    EXPECT_EQ(base64(each.bytes), each.plain);
    EXPECT_EQ(base64_url(each.bytes), each.url);
  }
  EXPECT_EQ(basic_authorization("me", "pass word"), "Basic bWU6cGFzcyB3b3Jk");
}

TEST(Encoding, FormsAreWrittenAndRead) {
  const std::pair<std::map<std::string, std::string>, const char*> cases[] = {
      {{}, ""},
      {{{"a", "1"}}, "a=1"},
      {{{"b", "x y&=z"}, {"a", "\xc3\xa4/~"}}, "a=%C3%A4%2F~&b=x+y%26%3Dz"},
      {{{"a", ""}}, "a="},
  };
  for (const auto& [fields, text] : cases) {
    EXPECT_EQ(form_encode(fields), text);
    EXPECT_EQ(form_decode(text), fields);
  }
}

TEST(Encoding, SloppyFormsAreRead) {
  using Fields = std::map<std::string, std::string>;
  EXPECT_EQ(form_decode("&a=1&&a=2&b&=c&"), (Fields{{"a", "1"}, {"b", ""}, {"", "c"}}));
  EXPECT_EQ(form_decode("a=%zz%4&b=100%"), (Fields{{"a", "%zz%4"}, {"b", "100%"}}));
  EXPECT_EQ(form_decode("a=%+1"), (Fields{{"a", "% 1"}}));
}

TEST(Encoding, SecretsAreTakenOut) {
  EXPECT_EQ(without_secret("x hunter2 y hunter2", "hunter2"), "x <secret> y <secret>");
  EXPECT_EQ(without_secret("secret", "secret"), "<secret>");
  EXPECT_EQ(without_secret("abc", ""), "abc");
  EXPECT_EQ(without_secret("abc", "abc"), "abc") << "too short to look for";
}

}  // namespace
}  // namespace narthex::net
