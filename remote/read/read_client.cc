#include "remote/read_client.h"

#include <snappy.h>

#include <algorithm>
#include <map>
#include <memory>

#include "remote/write/decode.h"

namespace narthex::remote {
namespace {

// Messages this small need no writer of their own.
void put_varint(std::string& out, uint64_t n) {
  for (; n >= 0x80; n >>= 7) out.push_back(static_cast<char>(n | 0x80));
  out.push_back(static_cast<char>(n));
}
void put_number(std::string& out, uint32_t field, uint64_t value) {
  put_varint(out, field << 3);
  put_varint(out, value);
}
void put_bytes(std::string& out, uint32_t field, std::string_view bytes) {
  put_varint(out, field << 3 | 2);
  put_varint(out, bytes.size());
  out += bytes;
}

constexpr size_t kMaxBytes = size_t{1} << 30;

// In order of time; of one time the first.
void settle(storage::Column& column) {
  std::vector<size_t> order(column.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return column.timestamps[a] < column.timestamps[b]; });
  storage::Column sorted;
  for (const size_t i : order) {
    const bool again = !sorted.timestamps.empty() && sorted.timestamps.back() == column.timestamps[i];
    if (!again) sorted.push(column.timestamps[i], column.values[i]);
  }
  sorted.histograms = std::move(column.histograms);
  std::stable_sort(sorted.histograms.begin(), sorted.histograms.end(),
                   [](const auto& a, const auto& b) { return a.timestamp < b.timestamp; });
  column = std::move(sorted);
}

Result<> take_result(std::string_view message, std::map<Labels, storage::Column>& out) {
  WriteRequest decoded;  // a QueryResult has the shape of a WriteRequest
  const KeySecret secret(0);  // keys are not used here
  if (auto read = decode(message, secret, decoded); !read) return read;
  for (size_t i = 0; i < decoded.series.size(); ++i) {
    const WrittenSeries& series = decoded.series[i];
    std::vector<Label> labels;
    if (auto read = labels_of(decoded, series, labels); !read) return read;
    storage::Column& column = out[Labels(std::move(labels))];
    for (size_t s = series.first_sample; s < decoded.samples_end(i); ++s) {
      column.push(decoded.samples[s].timestamp, decoded.samples[s].value);
    }
    for (size_t h = series.first_histogram; h < decoded.histograms_end(i); ++h) {
      WrittenHistogram& histogram = decoded.histograms[h];
      column.histograms.push_back(
          {histogram.timestamp, std::make_shared<const Histogram>(std::move(histogram.histogram)), histogram.start});
    }
  }
  return {};
}

}  // namespace

std::string read_request(std::span<const Matcher> matchers, Timestamp from, Timestamp to) {
  std::string query;
  put_number(query, 1, static_cast<uint64_t>(from));
  put_number(query, 2, static_cast<uint64_t>(to));
  for (const Matcher& matcher : matchers) {
    std::string message;
    put_number(message, 1, static_cast<uint64_t>(matcher.type()));
    put_bytes(message, 2, matcher.name());
    put_bytes(message, 3, matcher.value());
    put_bytes(query, 3, message);
  }
  std::string request;
  put_bytes(request, 1, query);
  std::string compressed;
  snappy::Compress(request.data(), request.size(), &compressed);
  return compressed;
}

Result<std::vector<storage::HistorySeries>> read_response(std::string_view body) {
  size_t size = 0;
  std::string message;
  if (!snappy::GetUncompressedLength(body.data(), body.size(), &size) || size > kMaxBytes ||
      !snappy::Uncompress(body.data(), body.size(), &message)) {
    return invalid("the answer is not compressed as it should be");
  }
  std::map<Labels, storage::Column> all;
  wire::Fields field(message);
  while (field.next()) {
    if (field.number() != 1 || !field.is(wire::Type::kBytes)) continue;
    if (auto taken = take_result(field.bytes(), all); !taken) return taken.error();
  }
  if (field.failed()) return invalid("the answer makes no sense: " + field.explain("ReadResponse"));
  std::vector<storage::HistorySeries> series;
  for (auto& [labels, column] : all) {
    settle(column);
    series.push_back({labels, std::move(column)});
  }
  return series;
}

}  // namespace narthex::remote
