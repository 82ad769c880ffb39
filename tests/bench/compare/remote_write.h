// Bodies of remote write 1.0: snappy over protobuf, written by hand so that nothing of a server is used.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace narthex::bench {

//   WriteRequest = { timeseries = 1: TimeSeries }
//   TimeSeries   = { labels = 1: Label } { samples = 2: Sample }
//   Label        = name = 1: string, value = 2: string
//   Sample       = value = 1: double, timestamp = 2: int64 (ms)
class WriteRequest {
 public:
  // The labels of a series as it goes over the wire, sorted by name. Made once per series.
  static std::string encode_labels(std::vector<std::pair<std::string, std::string>> labels);

  void add(const std::string& encoded_labels, std::span<const int64_t> timestamps, std::span<const double> values);
  // The compressed body; the request is empty afterwards.
  std::string finish();

 private:
  std::string body_, series_;
};

}  // namespace narthex::bench
