#include "web/api/params.h"

#include <gtest/gtest.h>

namespace narthex::web {
namespace {

std::string shown(const Result<Timestamp>& time) { return time ? std::to_string(*time) : time.error().message; }

TEST(ApiTime, EveryForm) {
  const std::pair<std::string, std::string> cases[] = {
      {"1435781451.781", "1435781451781"},
      {"1435781451", "1435781451000"},
      {"1e9", "1000000000000"},
      {"-1.5", "-1500"},
      {"0.0004", "0"},
      {"0.0006", "1"},
      {"2015-07-01T20:10:51.781Z", "1435781451781"},
      {"2015-07-01T20:10:51Z", "1435781451000"},
      {"2015-07-01T22:10:51.781+02:00", "1435781451781"},
      {"2015-07-01T14:40:51.781999999-05:30", "1435781451781"},
      {"1969-12-31T23:59:59.5Z", "-500"},
      {"-292273086-05-16T16:47:06Z", std::to_string(kEarliestTime)},
      {"292277025-08-18T07:12:54.999999999Z", std::to_string(kLatestTime)},
      {"", "cannot parse \"\" to a valid timestamp"},
      {"now", "cannot parse \"now\" to a valid timestamp"},
      {"NaN", "cannot parse \"NaN\" to a valid timestamp"},
      {"Inf", "cannot parse \"Inf\" to a valid timestamp"},
      {"1e300", "cannot parse \"1e300\" to a valid timestamp"},
      {"2015-02-29T00:00:00Z", "cannot parse \"2015-02-29T00:00:00Z\" to a valid timestamp"},
      {"2015-07-01T20:10:51", "cannot parse \"2015-07-01T20:10:51\" to a valid timestamp"},
      {"2015-07-01 20:10:51Z", "cannot parse \"2015-07-01 20:10:51Z\" to a valid timestamp"},
      {"2015-07-01T24:10:51Z", "cannot parse \"2015-07-01T24:10:51Z\" to a valid timestamp"},
      {"2015-07-01T20:10:51.Z", "cannot parse \"2015-07-01T20:10:51.Z\" to a valid timestamp"},
      {"2015-07-01T20:10:51Zx", "cannot parse \"2015-07-01T20:10:51Zx\" to a valid timestamp"},
      {"2015-07--1T20:10:51Z", "cannot parse \"2015-07--1T20:10:51Z\" to a valid timestamp"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(shown(parse_time(text)), expected) << text;
}

TEST(ApiDuration, EveryForm) {
  const std::pair<std::string, std::string> cases[] = {
      {"15", "15s"},
      {"0.5", "500ms"},
      {"-1", "-1s"},
      {"1h30m", "1h30m"},
      {"1e10", "cannot parse \"1e10\" to a valid duration. It overflows int64"},
      {"Inf", "cannot parse \"Inf\" to a valid duration. It overflows int64"},
      {"NaN", "cannot parse \"NaN\" to a valid duration"},
      {"", "cannot parse \"\" to a valid duration"},
      {"5x", "cannot parse \"5x\" to a valid duration"},
  };
  for (const auto& [text, expected] : cases) {
    auto duration = parse_api_duration(text);
    if (text == "-1") {
      EXPECT_EQ(duration->ns, -1'000'000'000);
    } else {
      EXPECT_EQ(duration ? duration->str() : duration.error().message, expected) << text;
    }
  }
}

TEST(ApiLimit, EveryForm) {
  const std::pair<std::string, std::string> cases[] = {
      {"limit=5", "5"},
      {"limit=%2B5", "5"},
      {"limit=", "0"},
      {"", "0"},
      {"limit=0", "0"},
      {"limit=x", "invalid parameter \"limit\": strconv.Atoi: parsing \"x\": invalid syntax"},
      {"limit=1.5", "invalid parameter \"limit\": strconv.Atoi: parsing \"1.5\": invalid syntax"},
      {"limit=%2B-5", "invalid parameter \"limit\": strconv.Atoi: parsing \"+-5\": invalid syntax"},
      {"limit=-1", "invalid parameter \"limit\": limit must be non-negative"},
      {"limit=99999999999999999999",
       "invalid parameter \"limit\": strconv.Atoi: parsing \"99999999999999999999\": value out of range"},
  };
  for (const auto& [encoded, expected] : cases) {
    Form form;
    form.add(encoded);
    auto limit = limit_parameter(form);
    EXPECT_EQ(limit ? std::to_string(*limit) : limit.error().message, expected) << encoded;
  }
}

TEST(ApiMatch, NeedsSomethingToMatch) {
  const std::pair<std::string, std::string> cases[] = {
      {"match[]=up&match[]={job=~\"a.*\"}", "2"},
      {"", "0"},
      {"match[]={job=~\".*\"}", "match[] must contain at least one non-empty matcher"},
      {"match[]={}", "match[] must contain at least one non-empty matcher"},
      {"match[]=foo[5m]", "1:4: parse error: unexpected \"[\""},
      {"match[]=sum(foo)", "1:4: parse error: unexpected \"(\""},
  };
  for (const auto& [encoded, expected] : cases) {
    Form form;
    form.add(encoded);
    auto sets = match_parameters(form);
    const std::string wrapped = "invalid parameter \"match[]\": " + expected;
    EXPECT_EQ(sets ? std::to_string(sets->size()) : sets.error().message, sets ? expected : wrapped) << encoded;
  }
}

}  // namespace
}  // namespace narthex::web
