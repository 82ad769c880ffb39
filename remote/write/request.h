// A remote write request as it was sent, in flat arrays whose memory is used again. Series are told apart by a key that
// follows from their encoded labels, so that those of known series are never read.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/histogram.h"
#include "model/labels.h"
#include "model/sample.h"
#include "remote/write/content.h"
#include "remote/write/series_key.h"

namespace narthex::remote {

struct WrittenSample {
  Timestamp timestamp = 0;
  double value = 0;
  Timestamp start = 0;  // 0: unknown
};

struct WrittenHistogram {
  Timestamp timestamp = 0;
  Timestamp start = 0;
  Histogram histogram;  // as sent: not checked
};

struct WrittenExemplar {
  std::vector<Label> labels;  // as sent
  double value = 0;
  Timestamp timestamp = 0;
  std::string error = {};  // why the labels cannot be told
};

// The place of something in the arrays; it ends where that of the next series begins.
struct WrittenSeries {
  SeriesKey key{};
  std::string_view labels;  // 1.0: fields of labels, as encoded
  uint32_t first_ref = 0;   // 2.0: of labels; so many are its own
  uint32_t ref_count = 0;
  uint32_t first_sample = 0;
  uint32_t first_histogram = 0;
  uint32_t first_exemplar = 0;
  uint32_t type = 0;  // 2.0: of Metadata
  uint32_t unit_ref = 0;
  uint32_t help_ref = 0;
  bool sound = true;  // false: there is no key, and check_refs() says why
};

// Filled by decode(). Views point into the body. A value type; not thread-safe.
struct WriteRequest {
  Version version = Version::kV1;
  bool type_and_unit_labels = false;  // 2.0: part of the labels
  std::vector<WrittenSeries> series;
  std::vector<WrittenSample> samples;
  std::vector<WrittenHistogram> histograms;
  std::vector<WrittenExemplar> exemplars;
  std::vector<uint32_t> refs;
  std::vector<std::string_view> symbols;
  std::vector<SeriesKey> symbol_keys;
  std::deque<std::string> scattered;  // labels of series that have other fields between them

  void clear();
  // Memory of what may be many times its encoded size: an empty histogram is two bytes.
  size_t bytes() const {
    return series.capacity() * sizeof series[0] + samples.capacity() * sizeof samples[0] +
           histograms.capacity() * sizeof histograms[0] + exemplars.capacity() * sizeof exemplars[0] +
           (symbols.capacity() + symbol_keys.capacity()) * sizeof symbols[0];
  }
  size_t samples_end(size_t i) const { return i + 1 < series.size() ? series[i + 1].first_sample : samples.size(); }
  size_t histograms_end(size_t i) const {
    return i + 1 < series.size() ? series[i + 1].first_histogram : histograms.size();
  }
  size_t exemplars_end(size_t i) const {
    return i + 1 < series.size() ? series[i + 1].first_exemplar : exemplars.size();
  }
};

// Reads a decompressed body of `request.version`, of less than 4 GB. What points to symbols that are not there is no
// error here: its series are not sound. The error's text is for a 400; the request is not to be used then.
Result<> decode(std::string_view body, const KeySecret& secret, WriteRequest& request);

// The labels of a sound series, as they were sent: in that order, empty values and repeated names included. The error
// is one of decode(), and concerns the whole request: the labels of 1.0 are read here first.
Result<> labels_of(const WriteRequest& request, const WrittenSeries& series, std::vector<Label>& out);

// The error of a series that is not sound: in its labels or its metadata, and where.
Result<> check_refs(const WriteRequest& request, const WrittenSeries& series);

}  // namespace narthex::remote
