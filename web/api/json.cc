#include "web/api/json.h"

#include <charconv>
#include <chrono>
#include <cmath>

#include "base/number.h"
#include "base/quote.h"

namespace narthex::web {
namespace {

void append_unsigned(std::string& out, uint64_t value) {
  char digits[20];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

void append_padded(std::string& out, int64_t value, int width) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(static_cast<size_t>(std::max<int64_t>(0, width - (end - digits))), '0').append(digits, end);
}

void append_fraction(std::string& out, int64_t nanoseconds) {
  if (nanoseconds == 0) return;
  out += '.';
  append_padded(out, nanoseconds, 9);
  out.erase(out.find_last_not_of('0') + 1);
}

}  // namespace

void append_timestamp(std::string& out, Timestamp time) {
  uint64_t magnitude = static_cast<uint64_t>(time);
  if (time < 0) {
    out += '-';
    magnitude = 0 - magnitude;
  }
  append_unsigned(out, magnitude / 1000);
  if (const auto ms = static_cast<unsigned>(magnitude % 1000); ms != 0) {
    const char fraction[] = {'.', static_cast<char>('0' + ms / 100), static_cast<char>('0' + ms / 10 % 10),
                             static_cast<char>('0' + ms % 10)};
    out.append(fraction, sizeof fraction);
  }
}

void append_sample(std::string& out, const Sample& sample) {
  out += '[';
  append_timestamp(out, sample.timestamp);
  out += ",\"";
  append_sample_value(out, sample.value);
  out += "\"]";
}

void append_labels(std::string& out, const Labels& labels) {
  out += '{';
  for (size_t i = 0; i < labels.size(); ++i) {
    if (i != 0) out += ',';
    append_json_string(out, labels[i].name);
    out += ':';
    append_json_string(out, labels[i].value);
  }
  out += '}';
}

void append_rfc3339(std::string& out, int64_t unix_ns) {
  using namespace std::chrono;
  if (unix_ns == 0) {
    out += "0001-01-01T00:00:00Z";
    return;
  }
  const sys_time<nanoseconds> time{nanoseconds(unix_ns)};
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  append_padded(out, static_cast<int>(date.year()), 4);
  append_padded(out += '-', static_cast<unsigned>(date.month()), 2);
  append_padded(out += '-', static_cast<unsigned>(date.day()), 2);
  append_padded(out += 'T', clock.hours().count(), 2);
  append_padded(out += ':', clock.minutes().count(), 2);
  append_padded(out += ':', clock.seconds().count(), 2);
  append_fraction(out, clock.subseconds().count());
  out += 'Z';
}

void append_json_number(std::string& out, double value) {
  const double magnitude = std::fabs(value);
  if (magnitude == 0 || (magnitude >= 1e-6 && magnitude < 1e21)) {
    append_float_plain(out, value);
  } else {
    char digits[32];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, value, std::chars_format::scientific).ptr);
  }
}

JsonWriter& JsonWriter::key(std::string_view name) {
  comma();
  append_json_string(out_, name);
  out_ += ':';
  return *this;
}

JsonWriter& JsonWriter::text(std::string_view value) {
  comma();
  append_json_string(out_, value);
  return *this;
}

JsonWriter& JsonWriter::number(double value) {
  comma();
  append_json_number(out_, value);
  return *this;
}

JsonWriter& JsonWriter::integer(int64_t value) { return raw(std::to_string(value)); }

JsonWriter& JsonWriter::labels(const Labels& value) {
  comma();
  append_labels(out_, value);
  return *this;
}

}  // namespace narthex::web
