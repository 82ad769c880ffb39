#include "scrape/label_limits.h"

#include <gtest/gtest.h>

namespace narthex::scrape {
namespace {

Limits limit(uint64_t Limits::*which, uint64_t value) {
  Limits limits;
  limits.*which = value;
  return limits;
}

TEST(LabelLimits, SayWhichLabelIsTooMuch) {
  const std::string long_name(60, 'n');
  std::string accents;
  for (int i = 0; i < 60; ++i) accents += "\xc3\xa9";
  const std::string fifty_accents = accents.substr(0, 100);
  std::string quotes;
  for (int i = 0; i < 50; ++i) quotes += "\\\"";
  const std::tuple<Labels, Limits, std::string> cases[] = {
      {{{"__name__", "up"}, {"a", "1"}, {"b", "2"}}, limit(&Limits::labels, 3), ""},
      {{{"__name__", "up"}, {"a", "1"}, {"b", "2"}},
       limit(&Limits::labels, 2),
       "label_limit exceeded (metric: up, number of labels: 3, limit: 2)"},
      {{{"__name__", "up"}, {"abc", "1"}},
       limit(&Limits::label_name_length, 7),
       "label_name_length_limit exceeded (metric: up, label name: __name__, length: 8, limit: 7)"},
      {{{"__name__", "up"}, {long_name, "1"}},
       limit(&Limits::label_name_length, 8),
       "label_name_length_limit exceeded (metric: up, label name: " + long_name.substr(0, 50) +
           ", length: 60, limit: 8)"},
      {{{"__name__", "up"}, {"a", "x\"y"}},
       limit(&Limits::label_value_length, 2),
       R"(label_value_length_limit exceeded (metric: up, label name: a, value: "x\"y", length: 3, limit: 2))"},
      {{{"__name__", "up"}, {"a", accents}},
       limit(&Limits::label_value_length, 100),
       "label_value_length_limit exceeded (metric: up, label name: a, value: \"" + fifty_accents +
           "\", length: 120, limit: 100)"},
      {{{"__name__", accents}, {"a", "1"}},
       limit(&Limits::labels, 1),
       "label_limit exceeded (metric: " + fifty_accents + ", number of labels: 2, limit: 1)"},
      // Cut before it is quoted.
      {{{"__name__", "up"}, {"a", std::string(60, '"')}},
       limit(&Limits::label_value_length, 59),
       "label_value_length_limit exceeded (metric: up, label name: a, value: \"" + quotes +
           "\", length: 60, limit: 59)"},
      // The number goes first, then label by label; a name goes before its value.
      {{{"__name__", "up"}, {"abc", "1"}},
       {.labels = 1, .label_name_length = 1, .label_value_length = 1},
       "label_limit exceeded (metric: up, number of labels: 2, limit: 1)"},
      {{{"__name__", "long"}, {"abcdefghi", "1"}},
       {.label_name_length = 8, .label_value_length = 3},
       "label_value_length_limit exceeded (metric: long, label name: __name__, value: \"long\", length: 4, limit: 3)"},
      {{{"__name__", "up"}, {"abcdefghi", "xyz"}},
       {.label_name_length = 8, .label_value_length = 2},
       "label_name_length_limit exceeded (metric: up, label name: abcdefghi, length: 9, limit: 8)"},
      {{{"__name__", "up"}, {"a", "1"}},
       limit(&Limits::labels, 1),
       "label_limit exceeded (metric: up, number of labels: 2, limit: 1)"},
  };
  for (const auto& [labels, limits, expected] : cases) {
    auto ok = check_label_limits(labels, limits);
    EXPECT_EQ(ok ? "" : ok.error().message, expected);
    EXPECT_TRUE(ok || ok.error().code == Code::kLimit);
  }
}

}  // namespace
}  // namespace narthex::scrape
