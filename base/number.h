// Numbers as text, digit for digit as Go prints and reads them: that is what stored labels and API answers consist of.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace narthex {

// Shortest digits that read back as the same double, in plain notation ('f'): 1e21 is "1000000000000000000000".
// "NaN", "+Inf", "-Inf", "-0".
void append_float_plain(std::string& out, double value);

// A sample value in an API answer: plain, but with an exponent of at least two digits ("1e-07", "1e+21") iff
// 0 < |v| < 1e-6 or |v| >= 1e21. Source: HTTP API, value formatting.
void append_sample_value(std::string& out, double value);

// Go's %g and %v, and strconv's 'g' with precision -1: shortest digits, exponent form iff the decimal exponent is < -4
// or
// >= 6 ("100000", "1e+06", "1e-05"). What OpenMetrics' `le` and `quantile` and many error texts are printed with.
void append_float_general(std::string& out, double value);

std::string float_plain(double value);
std::string float_general(double value);

// Reads a decimal float as Go's strconv.ParseFloat(text, 64) does, but without hex floats and underscores: optional
// sign, "inf", "infinity", "nan" (unsigned) in any case. Errors carry Go's texts:
//   strconv.ParseFloat: parsing "1e400": value out of range
//   strconv.ParseFloat: parsing "x": invalid syntax
Result<double> parse_float(std::string_view text);

}  // namespace narthex
