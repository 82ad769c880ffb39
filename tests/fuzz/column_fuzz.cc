// Columns at rest of any bytes: nothing may crash or take memory without bounds, what is read is as long as was asked
// for, and comes back when it is written again. The same bytes as doubles and times must survive writing and reading.

#include <bit>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "storage/segment/column_codec.h"

namespace narthex::storage {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void write_and_read(const std::vector<double>& values) {
  if (values.empty()) return;
  std::string bytes;
  append_values(bytes, values);
  ByteReader in(bytes);
  std::vector<double> back;
  require(read_values(in, values.size(), back) && in.at_end());
  require(std::memcmp(back.data(), values.data(), values.size() * sizeof(double)) == 0);
}

void write_and_read(const std::vector<Timestamp>& times) {
  std::string bytes;
  append_times(bytes, times);
  ByteReader in(bytes);
  std::vector<Timestamp> back;
  require(read_times(in, back) && in.at_end() && back == times);
}

void write_and_read(const std::vector<HistogramSample>& samples) {
  std::string bytes;
  append_histograms(bytes, samples);
  ByteReader in(bytes);
  std::vector<HistogramSample> back;
  require(read_histograms(in, samples.size(), back) && in.at_end() && back.size() == samples.size());
  for (size_t i = 0; i < back.size(); ++i) {
    require(same_bits(*back[i].histogram, *samples[i].histogram) && back[i].start == samples[i].start);
  }
}

void check(std::string_view bytes) {
  if (bytes.empty()) return;
  const size_t count = static_cast<uint8_t>(bytes[0]) + 1u;
  bytes.remove_prefix(1);
  std::vector<double> values;
  ByteReader first(bytes);
  if (read_values(first, count, values)) require(values.size() == count), write_and_read(values);
  std::vector<Timestamp> times;
  ByteReader second(bytes);
  if (read_times(second, times)) write_and_read(times);
  std::vector<HistogramSample> histograms;
  ByteReader third(bytes);
  if (read_histograms(third, count, histograms)) require(histograms.size() == count), write_and_read(histograms);

  values.resize(bytes.size() / sizeof(double));
  times.resize(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    std::memcpy(&values[i], bytes.data() + i * sizeof(double), sizeof(double));
    times[i] = std::bit_cast<Timestamp>(values[i]);
  }
  write_and_read(values);
  write_and_read(times);
}

}  // namespace
}  // namespace narthex::storage

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  narthex::storage::check(std::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
