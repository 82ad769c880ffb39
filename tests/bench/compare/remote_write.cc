#include "tests/bench/compare/remote_write.h"

#include <snappy.h>

#include <algorithm>
#include <cstring>

namespace narthex::bench {
namespace {

// A tag is the field's number and how it is written: 0 varint, 1 eight bytes, 2 a length and so many bytes.
constexpr char kFirstLengthPrefixed = 1 << 3 | 2;
constexpr char kSecondLengthPrefixed = 2 << 3 | 2;
constexpr char kFirstDouble = 1 << 3 | 1;
constexpr char kSecondVarint = 2 << 3 | 0;

void append_varint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

void append_field(std::string& out, char tag, const std::string& bytes) {
  out += tag;
  append_varint(out, bytes.size());
  out += bytes;
}

size_t varint_size(uint64_t value) {
  size_t size = 1;
  for (; value >= 0x80; value >>= 7) ++size;
  return size;
}

}  // namespace

std::string WriteRequest::encode_labels(std::vector<std::pair<std::string, std::string>> labels) {
  std::sort(labels.begin(), labels.end());
  std::string out;
  for (const auto& [name, value] : labels) {
    std::string label;
    append_field(label, kFirstLengthPrefixed, name);
    append_field(label, kSecondLengthPrefixed, value);
    append_field(out, kFirstLengthPrefixed, label);
  }
  return out;
}

void WriteRequest::add(const std::string& encoded_labels, std::span<const int64_t> timestamps,
                       std::span<const double> values) {
  series_ = encoded_labels;
  for (size_t i = 0; i < values.size(); ++i) {
    const auto timestamp = static_cast<uint64_t>(timestamps[i]);
    series_ += kSecondLengthPrefixed;
    append_varint(series_, 1 + sizeof(double) + 1 + varint_size(timestamp));
    char bytes[sizeof(double)];
    std::memcpy(bytes, &values[i], sizeof bytes);
    series_ += kFirstDouble;
    series_.append(bytes, sizeof bytes);
    series_ += kSecondVarint;
    append_varint(series_, timestamp);
  }
  append_field(body_, kFirstLengthPrefixed, series_);
}

std::string WriteRequest::finish() {
  std::string out;
  snappy::Compress(body_.data(), body_.size(), &out);
  body_.clear();
  return out;
}

}  // namespace narthex::bench
