#include "scrape/series_names.h"

#include <gtest/gtest.h>

namespace narthex::scrape {
namespace {

TEST(Names, AreCheckedByScheme) {
  const std::tuple<Labels, NameScheme, const char*> cases[] = {
      {{{"__name__", "a.b"}}, NameScheme::kUtf8, ""},
      {{{"__name__", "a.b"}}, NameScheme::kLegacy, R"(invalid metric name or label names: {__name__="a.b"})"},
      {{{"__name__", "a"}, {"l.m", "x"}}, NameScheme::kUtf8, ""},
      {{{"__name__", "a"}, {"l.m", "x"}},
       NameScheme::kLegacy,
       R"(invalid metric name or label names: {__name__="a", "l.m"="x"})"},
      {{{"__name__", "a\xff"}}, NameScheme::kUtf8, R"(invalid metric name or label names: {__name__="a\xff"})"},
      {{{"a", "x"}}, NameScheme::kUtf8, "missing metric name (__name__ label)"},
  };
  for (const auto& [labels, scheme, expected] : cases) {
    auto ok = check_names(labels, scheme);
    EXPECT_EQ(ok ? "" : ok.error().message, expected);
  }
}

}  // namespace
}  // namespace narthex::scrape
