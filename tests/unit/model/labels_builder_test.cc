// LabelsBuilder against a slow simple model: a list of live labels, base first, then the set ones.
#include <gtest/gtest.h>

#include <random>

#include "model/labels.h"

namespace narthex {
namespace {

std::string dump(std::span<const Label> labels) {
  std::string out;
  for (const Label& label : labels) out += label.name + "=" + label.value + " ";
  return out;
}

std::string dump(const LabelsBuilder& builder) { return dump(builder.labels()); }

TEST(LabelsBuilder, KeepsTheOrderInWhichLabelsCame) {
  LabelsBuilder builder(Labels{{"a", "1"}, {"b", "2"}, {"c", "3"}});
  EXPECT_EQ(dump(builder), "a=1 b=2 c=3 ");
  builder.set("b", "4");
  EXPECT_EQ(dump(builder), "a=1 c=3 b=4 ");
  builder.set("z", "5");
  builder.set("b", "6");
  EXPECT_EQ(dump(builder), "a=1 c=3 b=6 z=5 ");
  builder.del("b");
  builder.set("b", "7");
  EXPECT_EQ(dump(builder), "a=1 c=3 z=5 b=7 ");
  builder.set("a", "");
  EXPECT_EQ(dump(builder), "c=3 z=5 b=7 ");
  EXPECT_EQ(builder.build().str(), R"({b="7", c="3", z="5"})");
}

TEST(LabelsBuilder, IsReusable) {
  LabelsBuilder builder(Labels{{"a", "1"}, {"b", "2"}});
  builder.reset();
  EXPECT_TRUE(builder.empty());
  builder.set("x", "1");
  builder.set("a", "2");
  builder.set("x", "3");  // not a label of the base: stays where it is
  EXPECT_EQ(dump(builder), "x=3 a=2 ");
  builder.reset(Labels{{"c", "1"}});
  EXPECT_EQ(dump(builder), "c=1 ");
}

TEST(LabelsBuilder, TakesViewsOfItself) {
  const std::string long_value(100, 'v');
  LabelsBuilder builder(Labels{{"a", "short"}, {"b", long_value}});
  builder.set("c", builder.get("a"));
  builder.set("d", builder.get("b"));
  builder.set("a", builder.get("b"));
  builder.set(builder.labels()[0].name, builder.get("c"));
  builder.set("e", builder.get("e"));
  EXPECT_EQ(dump(builder), "c=short d=" + long_value + " a=" + long_value + " b=short ");
}

TEST(LabelsBuilder, DelIfAsksOnceInOrderAndKeepsTheOrder) {
  LabelsBuilder builder(Labels{{"a", "1"}, {"b", "2"}, {"c", "3"}});
  builder.set("b", "4");
  builder.set("d", "5");
  std::string asked;
  builder.del_if([&](const Label& label) { return asked += label.name, label.name == "a" || label.name == "b"; });
  EXPECT_EQ(asked, "acbd");
  EXPECT_EQ(dump(builder), "c=3 d=5 ");
  builder.set("c", "6");  // still known as a label of the base
  EXPECT_EQ(dump(builder), "d=5 c=6 ");
}

TEST(LabelsBuilder, AgreesWithASimpleModel) {
  std::mt19937 random(271828);
  const std::vector<std::string> names = {"a", "b", "c", "d", "a_name_that_needs_the_heap"};
  const std::vector<std::string> values = {"", "1", "2", "a value that needs the heap, being long"};
  LabelsBuilder builder;
  for (int round = 0; round < 2000; ++round) {
    std::vector<Label> base;
    std::vector<Label> added;
    for (const std::string& name : names) {
      if (random() % 2 == 0) base.push_back({name, "base"});
    }
    builder.reset(Labels(base));
    std::sort(base.begin(), base.end());
    for (int i = 0; i < 12; ++i) {
      const std::string& name = names[random() % names.size()];
      const std::string& value = values[random() % values.size()];
      builder.set(name, value);
      std::erase_if(base, [&](const Label& l) { return l.name == name; });
      auto found = std::find_if(added.begin(), added.end(), [&](const Label& l) { return l.name == name; });
      if (value.empty() && found != added.end()) added.erase(found);
      if (!value.empty() && found != added.end()) found->value = value;
      if (!value.empty() && found == added.end()) added.push_back({name, value});
      ASSERT_EQ(dump(builder), dump(base) + dump(added)) << "round " << round << ", after " << name << "=" << value;
    }
  }
}

}  // namespace
}  // namespace narthex
