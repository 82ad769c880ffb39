#include "lab/label_text.h"

#include <gtest/gtest.h>

#include "base/quote.h"

namespace narthex::lab {
namespace {

std::string read(std::string_view text) {
  const auto labels = parse_labels(text);
  if (!labels) return "error: " + labels.error().message;
  std::string out;
  for (const Label& label : *labels) out += label.name + "=" + go_quote(label.value) + " ";
  return out;
}

TEST(LabelText, ReadsBothForms) {
  const std::pair<const char*, const char*> cases[] = {
      {"{}", ""},
      {" { } ", ""},
      {R"({a="1"})", R"(a="1" )"},
      {R"({b="1", a="2"})", R"(b="1" a="2" )"},
      {R"({a="1",})", R"(a="1" )"},
      {R"({a='x', b=`y`})", R"(a="x" b="y" )"},
      {R"({a="q\"\n"})", R"(a="q\"\n" )"},
      {R"(up{a="1"})", R"(a="1" __name__="up" )"},
      {"up", R"(__name__="up" )"},
      {R"({"http.method"="GET"})", R"(http.method="GET" )"},
      {R"({"up", a="1"})", R"(__name__="up" a="1" )"},
      {R"({"a":"1"})", R"(a="1" )"},
      {R"({ "b" : "1" , "a":"" })", R"(b="1" a="" )"},
      {R"({"a b":"\u00e9"})", R"(a b="é" )"},
      {R"({"a\"b":"1"})", R"(a"b="1" )"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(read(text), expected) << text;
}

TEST(LabelText, SaysWhatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "error: a label set is expected, such as {job=\"node\"}"},
      {"{a=~\"1\"}", "error: a label set has no a=~\"1\", only '='"},
      {"{a!=\"1\", b=\"2\"}", "error: a label set has no a!=\"1\", only '='"},
      {"{a=\"1\", a=\"2\"}", "error: label \"a\" comes twice"},
      {"sum(up)", "error: not a label set: \"sum(up)\""},
      {"1", "error: not a label set: \"1\""},
      {"{\"a\":1}", "error: the value of label \"a\" is not a string"},
      {"{\"a\":\"1\"", "error: not a JSON object of labels: incomplete JSON"},
      {"{\"\":\"1\"}", "error: \"\" is not a valid label name"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(read(text), expected) << text;
  EXPECT_TRUE(read("{a=}").starts_with("error: 1:4: parse error: ")) << read("{a=}");
}

}  // namespace
}  // namespace narthex::lab
