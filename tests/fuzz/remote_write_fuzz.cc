// Bodies of remote writes of any bytes: nothing may crash or read too far, and what both our decoder and the protobuf
// library take must have the same labels, samples and histograms.
#include <cstdlib>
#include <vector>

#include "model/histogram_check.h"
#include "remote/write/refusals.h"
#include "remote/write/request.h"
#include "remote/write/v1.pb.h"
#include "remote/write/v2.pb.h"

namespace narthex::remote {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

bool same(double a, double b) { return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b); }

// Places are in order, and all can be walked.
void check_places(const WriteRequest& request) {
  size_t samples = 0;
  size_t histograms = 0;
  size_t exemplars = 0;
  for (size_t i = 0; i < request.series.size(); ++i) {
    require(request.series[i].first_sample == samples && request.series[i].first_histogram == histograms);
    require(request.series[i].first_exemplar == exemplars);
    samples = request.samples_end(i);
    histograms = request.histograms_end(i);
    exemplars = request.exemplars_end(i);
  }
  require(samples == request.samples.size() && histograms == request.histograms.size());
  require(exemplars == request.exemplars.size());
  for (const WrittenHistogram& h : request.histograms) (void)check_histogram(h.histogram);
}

void check_samples(const WriteRequest& request, size_t i, const auto& series) {
  const size_t first = request.series[i].first_sample;
  require(request.samples_end(i) - first == static_cast<size_t>(series.samples_size()));
  for (int k = 0; k < series.samples_size(); ++k) {
    const WrittenSample& sample = request.samples[first + static_cast<size_t>(k)];
    require(sample.timestamp == series.samples(k).timestamp() && same(sample.value, series.samples(k).value()));
  }
  require(request.histograms_end(i) - request.series[i].first_histogram ==
          static_cast<size_t>(series.histograms_size()));
  require(request.exemplars_end(i) - request.series[i].first_exemplar == static_cast<size_t>(series.exemplars_size()));
}

void check_histogram_fields(const WrittenHistogram& h, const v1::Histogram& pb) {
  require(h.timestamp == pb.timestamp() && h.start == pb.start_timestamp() && h.histogram.schema == pb.schema());
  require(same(h.histogram.sum, pb.sum()) && h.histogram.is_float == pb.has_count_float());
  require(h.histogram.positive.spans.size() == static_cast<size_t>(pb.positive_spans_size()));
  if (!h.histogram.is_float) {
    require(h.histogram.negative.integers.size() == static_cast<size_t>(pb.negative_deltas_size()));
  }
}

void check_v1(std::string_view body, const KeySecret& secret) {
  WriteRequest request;
  request.version = Version::kV1;
  if (!decode(body, secret, request)) return;
  check_places(request);
  v1::WriteRequest pb;
  const bool parsed = pb.ParseFromArray(body.data(), static_cast<int>(body.size()));
  if (parsed) require(request.series.size() == static_cast<size_t>(pb.timeseries_size()));
  std::vector<Label> labels;
  for (size_t i = 0; i < request.series.size(); ++i) {
    const bool read = labels_of(request, request.series[i], labels).has_value();
    if (read) (void)check_labels(labels);
    if (!read || !parsed) continue;
    const v1::TimeSeries& series = pb.timeseries(static_cast<int>(i));
    require(labels.size() == static_cast<size_t>(series.labels_size()));
    for (size_t k = 0; k < labels.size(); ++k) {
      const v1::Label& label = series.labels(static_cast<int>(k));
      require(labels[k].name == label.name() && labels[k].value == label.value());
    }
    check_samples(request, i, series);
    for (int k = 0; k < series.histograms_size(); ++k) {
      check_histogram_fields(request.histograms[request.series[i].first_histogram + static_cast<size_t>(k)],
                             series.histograms(k));
    }
  }
}

void check_v2(std::string_view body, const KeySecret& secret, bool type_and_unit) {
  WriteRequest request;
  request.version = Version::kV2;
  request.type_and_unit_labels = type_and_unit;
  if (!decode(body, secret, request)) return;
  check_places(request);
  v2::Request pb;
  const bool parsed = pb.ParseFromArray(body.data(), static_cast<int>(body.size()));
  if (parsed) require(request.series.size() == static_cast<size_t>(pb.timeseries_size()));
  std::vector<Label> labels;
  for (size_t i = 0; i < request.series.size(); ++i) {
    if (!request.series[i].sound) {
      require(!check_refs(request, request.series[i]));
    } else {
      require(labels_of(request, request.series[i], labels).has_value());
      (void)check_labels(labels);
      if (parsed && !type_and_unit) {
        require(labels.size() * 2 == static_cast<size_t>(pb.timeseries(static_cast<int>(i)).labels_refs_size()));
      }
    }
    if (parsed) check_samples(request, i, pb.timeseries(static_cast<int>(i)));
  }
}

}  // namespace
}  // namespace narthex::remote

// The input is a byte of options and a body; or a body compressed by snappy.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace narthex::remote;
  if (size < 1) return 0;
  static const KeySecret secret(1);
  const std::vector<char> body(data + 1, data + size);  // of its own size, so that reading a byte too far is noticed
  const std::string_view text(body.data(), body.size());
  if ((data[0] & 1) == 0) check_v1(text, secret);
  if ((data[0] & 1) != 0) check_v2(text, secret, (data[0] & 2) != 0);
  if ((data[0] & 4) != 0) {
    std::string out;
    (void)decompress(text, 1 << 20, out);
    (void)message_of(text);
  }
  return 0;
}
