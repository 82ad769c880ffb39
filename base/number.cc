#include "base/number.h"

#include <fast_float/fast_float.h>

#include <charconv>
#include <cmath>

#include "base/quote.h"

namespace narthex {
namespace {

// Shortest decimal digits without point or exponent: value = 0.d1d2d3… × 10^point.
struct Decimal {
  char digits[24];
  int count = 0;
  int point = 0;
};

Decimal shortest(double magnitude) {
  char buffer[40];
  auto [end, ec] = std::to_chars(buffer, buffer + sizeof buffer, magnitude, std::chars_format::scientific);
  Decimal out;
  const char* p = buffer;
  for (; p < end && *p != 'e'; ++p) {
    if (*p != '.') out.digits[out.count++] = *p;
  }
  int exponent = 0;
  const char* first = p + 1;
  if (*first == '+') ++first;
  std::from_chars(first, end, exponent);
  out.point = exponent + 1;
  if (magnitude == 0) out.point = 1;
  return out;
}

bool append_special(std::string& out, double value) {
  if (std::isnan(value)) return out += "NaN", true;
  if (std::isinf(value)) return out += value > 0 ? "+Inf" : "-Inf", true;
  if (std::signbit(value)) out += '-';
  return false;
}

void append_plain(std::string& out, const Decimal& d) {
  if (d.point <= 0) {
    out += "0.";
    out.append(static_cast<size_t>(-d.point), '0');
    out.append(d.digits, static_cast<size_t>(d.count));
    return;
  }
  if (d.count <= d.point) {
    out.append(d.digits, static_cast<size_t>(d.count));
    out.append(static_cast<size_t>(d.point - d.count), '0');
    return;
  }
  out.append(d.digits, static_cast<size_t>(d.point));
  out += '.';
  out.append(d.digits + d.point, static_cast<size_t>(d.count - d.point));
}

void append_scientific(std::string& out, const Decimal& d) {
  out += d.digits[0];
  if (d.count > 1) {
    out += '.';
    out.append(d.digits + 1, static_cast<size_t>(d.count - 1));
  }
  const int exponent = d.point - 1;
  out += exponent < 0 ? "e-" : "e+";
  const std::string digits = std::to_string(std::abs(exponent));
  if (digits.size() < 2) out += '0';
  out += digits;
}

// Below 2^53 an integer's plain digits are its shortest digits, so the integer printer serves: most sample values.
bool append_small_integer(std::string& out, double value) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (!(value > -kExact && value < kExact) || value != std::trunc(value)) return false;
  if (value == 0 && std::signbit(value)) return false;
  char buffer[24];
  auto [end, ec] = std::to_chars(buffer, buffer + sizeof buffer, static_cast<long long>(value));
  out.append(buffer, end);
  return true;
}

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if ((text[i] | 0x20) != lower[i]) return false;
  }
  return true;
}

}  // namespace

void append_float_plain(std::string& out, double value) {
  if (append_small_integer(out, value) || append_special(out, value)) return;
  append_plain(out, shortest(std::fabs(value)));
}

void append_sample_value(std::string& out, double value) {
  if (append_small_integer(out, value) || append_special(out, value)) return;
  const double magnitude = std::fabs(value);
  const Decimal d = shortest(magnitude);
  if (magnitude != 0 && (magnitude < 1e-6 || magnitude >= 1e21)) {
    append_scientific(out, d);
  } else {
    append_plain(out, d);
  }
}

void append_float_general(std::string& out, double value) {
  if (append_special(out, value)) return;
  const Decimal d = shortest(std::fabs(value));
  const int exponent = d.point - 1;
  if (value != 0 && (exponent < -4 || exponent >= 6)) {
    append_scientific(out, d);
  } else {
    append_plain(out, d);
  }
}

std::string float_plain(double value) {
  std::string out;
  append_float_plain(out, value);
  return out;
}

std::string float_general(double value) {
  std::string out;
  append_float_general(out, value);
  return out;
}

Result<double> parse_float(std::string_view text) {
  auto fail = [&](const char* why) { return invalid("strconv.ParseFloat: parsing " + go_quote(text) + ": " + why); };
  std::string_view body = text;
  const bool sign = !body.empty() && (body[0] == '+' || body[0] == '-');
  const bool negative = sign && body[0] == '-';
  if (sign) body.remove_prefix(1);
  if (body.empty()) return fail("invalid syntax");
  if (body[0] != '.' && (body[0] < '0' || body[0] > '9')) {
    if (equals_ignoring_case(body, "inf") || equals_ignoring_case(body, "infinity")) {
      return negative ? -HUGE_VAL : HUGE_VAL;
    }
    if (!sign && equals_ignoring_case(body, "nan")) return std::nan("");
    return fail("invalid syntax");
  }
  double value = 0;
  auto [end, ec] = fast_float::from_chars(body.data(), body.data() + body.size(), value);
  if (ec == std::errc::invalid_argument || end != body.data() + body.size()) return fail("invalid syntax");
  if (std::isinf(value)) return fail("value out of range");
  return negative ? -value : value;
}

}  // namespace narthex
