#include "base/yaml.h"

#include <gtest/gtest.h>

#include "base/quote.h"

namespace narthex::yaml {
namespace {

// {a@1:1: "x"@1:4, b@2:1: [~@2:5]@2:4}
void dump(const Node& node, std::string& out) {
  switch (node.kind()) {
    case Kind::kNull:
      out += "~";
      break;
    case Kind::kScalar:
      out += std::string(node.tag()) + (node.plain() ? node.text() : go_quote(node.text()));
      break;
    case Kind::kSequence:
      out += '[';
      for (const Node& item : node.items()) {
        if (out.back() != '[') out += ", ";
        dump(item, out);
      }
      out += ']';
      break;
    case Kind::kMapping:
      out += '{';
      for (const Entry& entry : node.entries()) {
        if (out.back() != '{') out += ", ";
        dump(entry.key, out);
        out += entry.duplicate ? " again: " : ": ";
        dump(entry.value, out);
      }
      out += '}';
      break;
  }
  const Place place = node.place();
  out += "@" + std::to_string(place.line) + ":" + std::to_string(place.column);
}

std::string tree(std::string_view text) {
  auto document = Document::parse(text, "f");
  if (!document) return document.error().str();
  std::string out;
  dump(document->root(), out);
  return out;
}

TEST(YamlDocument, KeepsKindsAndPlaces) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "~@1:1"},
      {"# only a comment\n", "~@1:1"},
      {"a: x", "{a@1:1: x@1:4}@1:1"},
      {"a: 'x'\nb: \"y\\n\"", "{a@1:1: \"x\"@1:4, b@2:1: \"y\\n\"@2:4}@1:1"},
      {"a:\n  - 1\n  - ~", "{a@1:1: [1@2:5, ~@3:5]@2:3}@1:1"},
      {"a: !!int '5'", "{a@1:1: !!int\"5\"@1:4}@1:1"},
      {"a: !!binary 'aGk='", "{a@1:1: !!binary\"hi\"@1:4}@1:1"},
      {"a: [x, {b: c}]", "{a@1:1: [x@1:5, {b@1:9: c@1:12}@1:8]@1:4}@1:1"},
      {"ä: x", "{ä@1:1: x@1:5}@1:1"},
      {"a: \"\\N\\_\\xe9\"", "{a@1:1: \"\\u0085\\u00a0é\"@1:4}@1:1"},
      {"a: |\n  x\n  y\n", "{a@1:1: \"x\\ny\\n\"@1:4}@1:1"},
      {"---\na: x\n...\n", "{a@2:1: x@2:4}@2:1"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(tree(text), expected) << text;
}

TEST(YamlDocument, ValueThatIsNotWrittenIsAtItsKeyOrDash) {
  const std::pair<const char*, const char*> cases[] = {
      {"a:\nb: x", "{a@1:1: ~@1:1, b@2:1: x@2:4}@1:1"},
      {"a: # why - not\n\n# x\nb: x", "{a@1:1: ~@1:1, b@4:1: x@4:4}@1:1"},
      {"a: null\nb: x", "{a@1:1: ~@1:4, b@2:1: x@2:4}@1:1"},
      {"a:\n  -\n  - x", "{a@1:1: [~@2:3, x@3:5]@2:3}@1:1"},
      {"a:\n  - # - why\n\n  # - x\nb: x", "{a@1:1: [~@2:3]@2:3, b@5:1: x@5:4}@1:1"},
      {"a:\n  -", "{a@1:1: [~@2:3]@2:3}@1:1"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(tree(text), expected) << text;
}

TEST(YamlDocument, KeysWithoutValue) {
  for (const char* text : {"a :", "'a # b':", "\"a\\\": b\" :\nb:", "? a\nb: c", "{a, b}", "a#b:  # c", "&k a:\nb: *k",
                           "a: &x\nb: c", "1: ", "- a:\n- b:\n", "? [a]\n? b\n"}) {
    EXPECT_EQ(tree(text).find("yaml:"), std::string::npos) << text << "\n" << tree(text);
  }
}

TEST(YamlDocument, AliasesAndMerges) {
  const std::pair<const char*, const char*> cases[] = {
      {"a: &x 1\nb: *x", "{a@1:1: 1@1:4, b@2:1: 1@1:4}@1:1"},
      {"a: &x {p: 1, q: 2}\nb:\n  <<: *x\n  q: 3",
       "{a@1:1: {p@1:8: 1@1:11, q@1:14: 2@1:17}@1:4, "
       "b@2:1: {q@4:3: 3@4:6, p@1:8: 1@1:11}@3:3}@1:1"},
      {"b:\n  <<: [{p: 1}, {p: 2, q: 3}]", "{b@1:1: {p@2:9: 1@2:12, q@2:23: 3@2:26}@2:3}@1:1"},
      {"b: {'<<': 1}", "{b@1:1: {\"<<\"@1:5: 1@1:11}@1:4}@1:1"},
      {"a: 1\na: 2", "{a@1:1: 1@1:4, a@2:1 again: 2@2:4}@1:1"},
      {"b:\n  <<: 5", "f:2:7: yaml: line 2: map merge requires map or sequence of maps as the value"},
      {"b:\n  <<: [{a: b}, c]", "f:2:7: yaml: line 2: map merge requires map or sequence of maps as the value"},
      {"a: &x [*x]", "f:1:8: yaml: line 1: anchor value contains itself"},
      {"a: *x", "f:1:4: yaml: line 1: unknown anchor 'x' referenced"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(tree(text), expected) << text;
}

TEST(YamlDocument, RefusesBrokenSyntax) {
  const std::pair<const char*, const char*> cases[] = {
      {"a: b: c", "f:1:5: yaml: line 1: mapping values are not allowed in this context"},
      {"a: b\n c: d", "f:2:3: yaml: line 2: mapping values are not allowed in this context"},
      {"a: [b", "f:1:4: yaml: line 1: did not find expected ',' or ']'"},
      {"a: {b", "f:1:4: yaml: line 1: did not find expected ',' or '}'"},
      {"a: \"x", "f:1:6: yaml: line 1: found unexpected end of stream"},
      {"\ta: b", "f:1:1: yaml: line 1: found character that cannot start any token"},
      {"a: @x", "f:1:4: yaml: line 1: found character that cannot start any token"},
      {"a: b\nx\n", "f:2:1: yaml: line 2: could not find expected ':'"},
      {"a: b\nx\nc: d", "f:3:2: yaml: line 3: mapping values are not allowed in this context"},
      {"a: b\n  c: d", "f:2:4: yaml: line 2: mapping values are not allowed in this context"},
      {"a:\n  b: c\n d: e", "f:3:2: yaml: line 3: did not find expected key"},
      {"a: [b, c\nd: e\n", "f:1:4: yaml: line 1: did not find expected ',' or ']'"},
      {"a:\n\t- b\n", "f:2:1: yaml: line 2: found character that cannot start any token"},
      {"- a\nb: c", "f:2:1: yaml: line 2: did not find expected <document start>"},
      {"a: x\n---\nb: y", "f:3:1: yaml: line 3: a second document; a file must hold only one"},
      {"&<\", fy\nad\n", "f:1:4: yaml: line 1: did not find expected <document start>"},
      {"ab: \x01", "f:1:5: yaml: line 1: control characters are not allowed"},
      {"a: b\nc: \xff", "f:2:4: yaml: line 2: invalid leading UTF-8 octet"},
      {"a: !!binary '/w==$1'", "f:1:4: yaml: line 1: !!binary value contains invalid base64 data"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(tree(text), expected) << text;
}

TEST(YamlDocument, BillionLaughsAreNotFunny) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
    for (int k = 0; k < 9; ++k) text += ", " + last;
    text += "]\n";
  }
  EXPECT_NE(tree(text).find("yaml: line 6: document contains excessive aliasing"), std::string::npos);
}

TEST(YamlDocument, DeepNestingIsAnErrorNotACrash) {
  EXPECT_NE(tree(std::string(100'000, '[')).find("f:1:"), std::string::npos);
}

template <class T>
std::string read_as(const char* text) {
  auto document = Document::parse(text, "f");
  if (!document) return document.error().str();
  Problems problems;
  T out{};
  if (!read(document->root(), out, problems)) return problems.take().at(0).str();
  if constexpr (std::is_same_v<T, std::string>) {
    return out;
  } else {
    return std::to_string(out);
  }
}

TEST(YamlScalar, Booleans) {
  for (const char* text : {"y", "Y", "yes", "YES", "true", "True", "on", "ON"}) EXPECT_EQ(read_as<bool>(text), "1");
  for (const char* text : {"n", "N", "no", "NO", "false", "FALSE", "off", "~"}) EXPECT_EQ(read_as<bool>(text), "0");
  EXPECT_EQ(read_as<bool>("'yes'"), "f:1:1: line 1: cannot unmarshal !!str `yes` into bool");
  EXPECT_EQ(read_as<bool>("1"), "f:1:1: line 1: cannot unmarshal !!int `1` into bool");
  EXPECT_EQ(read_as<bool>("yEs"), "f:1:1: line 1: cannot unmarshal !!str `yEs` into bool");
  EXPECT_EQ(read_as<bool>("2020-01-02"), "f:1:1: line 1: cannot unmarshal !!timestamp `2020-01-02` into bool");
}

TEST(YamlScalar, Integers) {
  const std::pair<const char*, const char*> cases[] = {
      {"5", "5"},
      {"+5", "5"},
      {"-5", "-5"},
      {"1_000", "1000"},
      {"0x1F", "31"},
      {"0o17", "15"},
      {"017", "15"},
      {"0b101", "5"},
      {"-0b101", "-5"},
      {"1e3", "1000"},
      {"1.9", "1"},
      {"9223372036854775807", "9223372036854775807"},
      {"", "0"},
      {"08", "8"},
      {"!!float 5", "5"},
      {"9223372036854775808", "f:1:1: line 1: cannot unmarshal !!int `9223372...` into int"},
      {"x", "f:1:1: line 1: cannot unmarshal !!str `x` into int"},
      {"'5'", "f:1:1: line 1: cannot unmarshal !!str `5` into int"},
      {"!!int x", "f:1:1: yaml: cannot decode !!str `x` as a !!int"},
      {"[1]", "f:1:1: line 1: cannot unmarshal !!seq into int"},
      {"{a: 1}", "f:1:1: line 1: cannot unmarshal !!map into int"},
      {"true", "f:1:1: line 1: cannot unmarshal !!bool `true` into int"},
      {"12345678901", "12345678901"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(read_as<int64_t>(text), expected) << text;
  EXPECT_EQ(read_as<uint64_t>("18446744073709551615"), "18446744073709551615");
  EXPECT_EQ(read_as<uint64_t>("-1"), "f:1:1: line 1: cannot unmarshal !!int `-1` into uint");
  EXPECT_EQ(read_as<uint64_t>("1e20"), "f:1:1: line 1: cannot unmarshal !!float `1e20` into uint");
}

TEST(YamlScalar, FloatsAndStrings) {
  EXPECT_EQ(read_as<double>(".5"), "0.500000");
  EXPECT_EQ(read_as<double>("-.inf"), "-inf");
  EXPECT_EQ(read_as<double>(".nan"), "nan");
  EXPECT_EQ(read_as<double>("0x10"), "16.000000");
  EXPECT_EQ(read_as<double>("."), "f:1:1: line 1: cannot unmarshal !!str `.` into float64");
  EXPECT_EQ(read_as<std::string>("8080"), "8080");
  EXPECT_EQ(read_as<std::string>("yes"), "yes");
  EXPECT_EQ(read_as<std::string>("~"), "");
  EXPECT_EQ(read_as<std::string>("!!binary /w=="), "\xff");
  EXPECT_EQ(read_as<std::string>("[a]"), "f:1:1: line 1: cannot unmarshal !!seq into string");
}

std::vector<std::string> complaints(Problems& problems) {
  std::vector<std::string> out;
  for (const Error& error : problems.take()) out.push_back(error.str());
  return out;
}

TEST(YamlFields, ReportsEveryMistakeInTheOrderOfTheFile) {
  auto document = Document::parse(
      "name: [x]\n"
      "foo: 1\n"
      "on: maybe\n"
      "name: y\n"
      "foo: 2\n"
      "[a]: b\n"
      "labels: {a: b, a: c, [d]: e}\n"
      "items: [1, x]\n"
      "list: x\n",
      "f");
  ASSERT_TRUE(document);
  Problems problems;
  std::vector<std::string> labels;
  {
    Fields fields(document->root(), "config.plain", problems);
    std::string name = "before";
    bool on = true;
    std::vector<std::string> list;
    EXPECT_FALSE(fields.read("name", name));
    EXPECT_EQ(name, "before");
    EXPECT_FALSE(fields.read("on", on));
    EXPECT_TRUE(on);
    EXPECT_FALSE(fields.read("absent", on));
    EXPECT_FALSE(fields.read("list", list));
    fields.each_entry("labels", "map[string]string",
                      [&](const std::string& key, const Entry& entry) { labels.push_back(key + entry.value.text()); });
    fields.each("items", "[]uint", [&](const Node& item) {
      uint64_t n = 0;
      yaml::read(item, n, problems);
    });
  }
  EXPECT_EQ(labels, std::vector<std::string>({"ab"}));
  EXPECT_EQ(complaints(problems), std::vector<std::string>({
                                      "f:1:7: line 1: cannot unmarshal !!seq into string",
                                      "f:2:1: line 2: field foo not found in type config.plain",
                                      "f:3:5: line 3: cannot unmarshal !!str `maybe` into bool",
                                      "f:4:1: line 4: field name already set in type config.plain",
                                      "f:5:1: line 5: field foo not found in type config.plain",
                                      "f:6:1: line 6: cannot unmarshal !!seq into string",
                                      "f:7:16: line 7: key \"a\" already set in map",
                                      "f:7:22: line 7: cannot unmarshal !!seq into string",
                                      "f:8:12: line 8: cannot unmarshal !!str `x` into uint",
                                      "f:9:7: line 9: cannot unmarshal !!str `x` into []string",
                                  }));
}

TEST(YamlFields, WhatIsNoMappingIsReportedOnceAndNullIsEmpty) {
  Problems problems;
  for (const char* text : {"x", "[a]", "", "{}"}) {
    auto document = Document::parse(text, text);
    Fields fields(document->root(), "config.plain", problems);
    EXPECT_FALSE(fields.has("a"));
  }
  EXPECT_EQ(complaints(problems), std::vector<std::string>({
                                      "[a]:1:1: line 1: cannot unmarshal !!seq into config.plain",
                                      "x:1:1: line 1: cannot unmarshal !!str `<secret>` into config.plain",
                                  }));
}

TEST(YamlFields, NullIsTheZeroValueAndParsersAreAskedForTextOnly) {
  auto document = Document::parse("on: \ntext: 5\nbad: 6\nlist: [a, ~]\n", "f");
  Problems problems;
  bool on = true;
  std::string text = "before";
  std::vector<std::string> list;
  {
    Fields fields(document->root(), "T", problems);
    auto parse = [](std::string_view s) -> Result<std::string> {
      if (s == "6") return invalid("six");
      return "<" + std::string(s) + ">";
    };
    EXPECT_TRUE(fields.read("on", on));
    EXPECT_TRUE(fields.parse("text", text, parse));
    EXPECT_EQ(text, "<5>");
    EXPECT_FALSE(fields.parse("bad", text, parse));
    EXPECT_TRUE(fields.read("list", list));
  }
  EXPECT_FALSE(on);
  EXPECT_EQ(list, std::vector<std::string>({"a", ""}));
  EXPECT_EQ(complaints(problems), std::vector<std::string>({"f:3:6: six"}));
}

}  // namespace
}  // namespace narthex::yaml
