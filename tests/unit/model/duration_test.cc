#include "model/duration.h"

#include <gtest/gtest.h>

namespace narthex {
namespace {

std::string read(std::string_view text) {
  auto duration = parse_duration(text);
  return duration ? duration->str() : duration.error().message;
}

TEST(Duration, ReadsAndPrints) {
  const std::pair<const char*, const char*> cases[] = {
      {"0", "0s"},
      {"90d", "90d"},
      {"7d", "1w"},
      {"90s", "1m30s"},
      {"1500ms", "1s500ms"},
      {"60m", "1h"},
      {"1y2w3d4h5m6s7ms", "382d4h5m6s7ms"},
      {"365d", "1y"},
      {"", "empty duration string"},
      {"5m1h", "not a valid duration string: \"5m1h\""},
      {"1d1d", "not a valid duration string: \"1d1d\""},
      {"-1m", "not a valid duration string: \"-1m\""},
      {" 5m", "not a valid duration string: \" 5m\""},
      {"10", "not a valid duration string: \"10\""},
      {"99999999999999999999s", "not a valid duration string: \"99999999999999999999s\""},
      {"1.5s", "unknown unit \".\" in duration \"1.5s\""},
      {"1h 5m", "unknown unit \"h \" in duration \"1h 5m\""},
      {"1S", "unknown unit \"S\" in duration \"1S\""},
      {"1us", "unknown unit \"us\" in duration \"1us\""},
      {"5m ", "unknown unit \"m \" in duration \"5m \""},
      {"300y", "duration out of range"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(read(text), expected) << text;
}

}  // namespace
}  // namespace narthex
