#include "web/http/form.h"

#include <gmock/gmock.h>

namespace narthex::web {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Form, DecodesAsGoDoes) {
  const struct {
    std::string encoded, name, value;
  } cases[] = {
      {"query=up", "query", "up"},
      {"a=1&query=rate(x%5B5m%5D)", "query", "rate(x[5m])"},
      {"query=a+b%2Bc", "query", "a b+c"},
      {"query=first&query=second", "query", "first"},
      {"query", "query", ""},
      {"query=a=b", "query", "a=b"},
      {"match%5B%5D=up", "match[]", "up"},
      {"&&query=x&", "query", "x"},
      {"query=%e2%82%AC", "query", "€"},
  };
  for (const auto& c : cases) {
    Form form;
    form.add(c.encoded);
    EXPECT_EQ(form.get(c.name), c.value) << c.encoded;
    EXPECT_FALSE(form.error()) << c.encoded;
  }
}

TEST(Form, MalformedPairsAreLeftOutAndReported) {
  const std::pair<std::string, std::string> cases[] = {
      {"a=%zz&b=1", "invalid URL escape \"%zz\""},
      {"a=%4&b=1", "invalid URL escape \"%4\""},
      {"%&b=1", "invalid URL escape \"%\""},
      {"a=1;c=2&b=1", "invalid semicolon separator in query"},
  };
  for (const auto& [encoded, message] : cases) {
    Form form;
    form.add(encoded);
    ASSERT_TRUE(form.error()) << encoded;
    EXPECT_EQ(form.error()->message, message);
    EXPECT_EQ(form.get("a"), "");
    EXPECT_EQ(form.get("b"), "1");
  }
}

TEST(Form, EarlierAdditionsComeFirst) {
  Form form;
  form.add("query=body");
  form.add("query=url&match[]=x");
  EXPECT_EQ(form.get("query"), "body");
  EXPECT_THAT(form.all("query"), ElementsAre("body", "url"));
  EXPECT_THAT(form.all("none"), IsEmpty());
}

TEST(Form, EscapeIsUndoneByUnescape) {
  const std::string text = "a b/c?d=ü&%+~";
  EXPECT_EQ(escape(text), "a%20b%2Fc%3Fd%3D%C3%BC%26%25%2B~");
  EXPECT_EQ(*unescape(escape(text), false), text);
  EXPECT_EQ(*unescape("a+b", false), "a+b");
}

}  // namespace
}  // namespace narthex::web
