#include "base/number.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

namespace narthex {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

struct Forms {
  double value;
  const char* plain;
  const char* sample;
  const char* general;
};

TEST(Float, PrintsAsGoDoes) {
  const Forms cases[] = {
      {0, "0", "0", "0"},
      {-0.0, "-0", "-0", "-0"},
      {1, "1", "1", "1"},
      {-1, "-1", "-1", "-1"},
      {1.5, "1.5", "1.5", "1.5"},
      {0.1, "0.1", "0.1", "0.1"},
      {1.0 / 3, "0.3333333333333333", "0.3333333333333333", "0.3333333333333333"},
      {100, "100", "100", "100"},
      {1234567.5, "1234567.5", "1234567.5", "1.2345675e+06"},
      {123456, "123456", "123456", "123456"},
      {999999, "999999", "999999", "999999"},
      {1e6, "1000000", "1000000", "1e+06"},
      {1e15, "1000000000000000", "1000000000000000", "1e+15"},
      {9007199254740991, "9007199254740991", "9007199254740991", "9.007199254740991e+15"},
      {9007199254740992, "9007199254740992", "9007199254740992", "9.007199254740992e+15"},
      {9007199254740994, "9007199254740994", "9007199254740994", "9.007199254740994e+15"},
      {1.8446744073709552e19, "18446744073709552000", "18446744073709552000", "1.8446744073709552e+19"},
      {1e20, "100000000000000000000", "100000000000000000000", "1e+20"},
      {9.999999999999999e20, "999999999999999900000", "999999999999999900000", "9.999999999999999e+20"},
      {1e21, "1000000000000000000000", "1e+21", "1e+21"},
      {-1.5e21, "-1500000000000000000000", "-1.5e+21", "-1.5e+21"},
      {1e100, nullptr, "1e+100", "1e+100"},
      {1.7976931348623157e308, nullptr, "1.7976931348623157e+308", "1.7976931348623157e+308"},
      {1e-3, "0.001", "0.001", "0.001"},
      {1e-4, "0.0001", "0.0001", "0.0001"},
      {1e-5, "0.00001", "0.00001", "1e-05"},
      {1e-6, "0.000001", "0.000001", "1e-06"},
      {9.99e-7, "0.000000999", "9.99e-07", "9.99e-07"},
      {1e-7, "0.0000001", "1e-07", "1e-07"},
      {2.5e-10, "0.00000000025", "2.5e-10", "2.5e-10"},
      {5e-324, nullptr, "5e-324", "5e-324"},
      {kInf, "+Inf", "+Inf", "+Inf"},
      {-kInf, "-Inf", "-Inf", "-Inf"},
      {kNan, "NaN", "NaN", "NaN"},
      {-kNan, "NaN", "NaN", "NaN"},
  };
  for (const auto& [value, plain, sample, general] : cases) {
    if (plain != nullptr) {
      EXPECT_EQ(float_plain(value), plain);
    }
    std::string out;
    append_sample_value(out, value);
    EXPECT_EQ(out, sample);
    EXPECT_EQ(float_general(value), general);
  }
}

TEST(Float, ReadsAsGoDoes) {
  const std::pair<const char*, double> cases[] = {
      {"0", 0},
      {"-0", -0.0},
      {"1", 1},
      {"+1", 1},
      {"-1.5", -1.5},
      {".5", .5},
      {"5.", 5},
      {"1e3", 1000},
      {"1E3", 1000},
      {"1e+3", 1000},
      {"1e-3", 0.001},
      {"+.5e1", 5},
      {"00012", 12},
      {"1e-400", 0},
      {"-1e-400", -0.0},
      {"4.9e-324", 5e-324},
      {"1.7976931348623157e308", 1.7976931348623157e308},
      {"0.1000000000000000055511151231257827021181583404541015625", 0.1},
      {"inf", kInf},
      {"Inf", kInf},
      {"+Inf", kInf},
      {"-INF", -kInf},
      {"infinity", kInf},
      {"-Infinity", -kInf},
  };
  for (const auto& [text, expected] : cases) {
    const auto value = parse_float(text);
    ASSERT_TRUE(value) << value.error().message;
    EXPECT_EQ(std::bit_cast<uint64_t>(*value), std::bit_cast<uint64_t>(expected)) << text;
  }
  for (const char* text : {"nan", "NaN", "NAN"}) {
    const auto value = parse_float(text);
    ASSERT_TRUE(value) << text;
    EXPECT_TRUE(std::isnan(*value)) << text;
  }
}

TEST(Float, RefusesWhatIsNoNumber) {
  const std::pair<std::string_view, const char*> cases[] = {
      {"", "strconv.ParseFloat: parsing \"\": invalid syntax"},
      {"x", "strconv.ParseFloat: parsing \"x\": invalid syntax"},
      {" 1", "strconv.ParseFloat: parsing \" 1\": invalid syntax"},
      {"1 ", "strconv.ParseFloat: parsing \"1 \": invalid syntax"},
      {"+", "strconv.ParseFloat: parsing \"+\": invalid syntax"},
      {".", "strconv.ParseFloat: parsing \".\": invalid syntax"},
      {"e5", "strconv.ParseFloat: parsing \"e5\": invalid syntax"},
      {"1e", "strconv.ParseFloat: parsing \"1e\": invalid syntax"},
      {"1e+", "strconv.ParseFloat: parsing \"1e+\": invalid syntax"},
      {"--1", "strconv.ParseFloat: parsing \"--1\": invalid syntax"},
      {"+-1", "strconv.ParseFloat: parsing \"+-1\": invalid syntax"},
      {"1.2.3", "strconv.ParseFloat: parsing \"1.2.3\": invalid syntax"},
      {"+nan", "strconv.ParseFloat: parsing \"+nan\": invalid syntax"},
      {"-NaN", "strconv.ParseFloat: parsing \"-NaN\": invalid syntax"},
      {"nanx", "strconv.ParseFloat: parsing \"nanx\": invalid syntax"},
      {"infx", "strconv.ParseFloat: parsing \"infx\": invalid syntax"},
      {"in", "strconv.ParseFloat: parsing \"in\": invalid syntax"},
      {"infinit", "strconv.ParseFloat: parsing \"infinit\": invalid syntax"},
      {"I\x0e\x06", "strconv.ParseFloat: parsing \"I\\x0e\\x06\": invalid syntax"},
      {"1e400", "strconv.ParseFloat: parsing \"1e400\": value out of range"},
      {"-1e400", "strconv.ParseFloat: parsing \"-1e400\": value out of range"},
      {"1.8e308", "strconv.ParseFloat: parsing \"1.8e308\": value out of range"},
      {"a\"b", "strconv.ParseFloat: parsing \"a\\\"b\": invalid syntax"},
  };
  for (const auto& [text, expected] : cases) {
    const auto value = parse_float(text);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error().message, expected);
  }
}

TEST(Float, EveryFormReadsBackAsTheSameBits) {
  std::mt19937_64 random(20240229);
  for (int i = 0; i < 200'000; ++i) {
    const double value = std::bit_cast<double>(random());
    if (std::isnan(value)) continue;
    std::string sample;
    append_sample_value(sample, value);
    for (const std::string& text : {float_plain(value), sample, float_general(value)}) {
      const auto back = parse_float(text);
      ASSERT_TRUE(back) << text;
      ASSERT_EQ(std::bit_cast<uint64_t>(*back), std::bit_cast<uint64_t>(value)) << text;
    }
  }
}

}  // namespace
}  // namespace narthex
