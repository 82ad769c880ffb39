// The messages of the format as plain structs whose memory is used again. Text stays where it is, in the body.
// Source: exposition spec, section 5; field numbers: metrics.proto.
//
// Reading follows proto3: fields in any order, the last of a scalar counts, a message that comes twice is merged,
// repeated scalars may be packed or not, unknown fields are skipped. What reads a message returns false and sets the
// error, with the reference's text, if it is broken.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/wire.h"
#include "exposition/entry.h"
#include "model/histogram.h"
#include "model/sample.h"

namespace narthex::exposition::protobuf {

enum class Type : int32_t { kCounter, kGauge, kSummary, kUntyped, kHistogram, kGaugeHistogram };
inline bool is_histogram(Type type) { return type == Type::kHistogram || type == Type::kGaugeHistogram; }

struct Family {
  std::string_view name;
  std::string_view help;
  std::string_view unit;
  Type type = Type::kCounter;  // perhaps none of the enumerators
  size_t metrics = 0;

  static const uint32_t kMetric;  // the number of the field that a metric is

  // Reads all but the metrics, which are counted.
  bool read(std::string_view message, std::string& error);
};

// A LabelPair. `has_name`: the name was encoded, be it empty.
struct LabelFields {
  std::string_view name;
  std::string_view value;
  bool has_name = false;

  bool read(std::string_view message, std::string& error);
};

// A google.protobuf.Timestamp.
struct TimeFields {
  int64_t seconds = 0;
  int32_t nanos = 0;
  bool given = false;

  bool read(std::string_view message, std::string& error);
  Timestamp milliseconds() const;
};

// Its labels are [first_label, last_label) of Metric::exemplar_labels.
struct ExemplarFields {
  size_t first_label = 0;
  size_t last_label = 0;
  double value = 0;
  TimeFields time;
};

inline constexpr size_t kNoExemplar = SIZE_MAX;

struct QuantileFields {
  double quantile = 0;
  double value = 0;
};

struct BucketFields {
  uint64_t count = 0;
  double count_float = 0;
  double upper_bound = 0;
  size_t exemplar = kNoExemplar;  // of Metric::exemplars

  double cumulative_count() const { return count_float != 0 ? count_float : static_cast<double>(count); }
};

// One side of a native histogram. Deltas or counts, as its kind is.
struct SideFields {
  std::vector<BucketSpan> spans;
  std::vector<int64_t> deltas;
  std::vector<double> counts;

  void clear();
};

struct HistogramFields {
  uint64_t count = 0;
  double count_float = 0;
  double sum = 0;
  std::vector<BucketFields> buckets;
  std::vector<size_t> exemplars;  // of Metric::exemplars
  int32_t schema = 0;
  double zero_threshold = 0;
  uint64_t zero_count = 0;
  double zero_count_float = 0;
  SideFields positive;
  SideFields negative;

  void clear();
  bool is_native() const {
    return !positive.spans.empty() || !negative.spans.empty() || zero_threshold > 0 || zero_count > 0;
  }
  double total() const { return count_float != 0 ? count_float : static_cast<double>(count); }
};

// A Metric as far as its family's type says: what belongs to other types is not looked at.
struct Metric {
  std::vector<std::string_view> labels;  // each a LabelPair, not read yet
  Timestamp timestamp = 0;               // 0: none
  TimeFields start;
  double value = 0;               // counter, gauge, untyped
  size_t exemplar = kNoExemplar;  // of a counter
  uint64_t count = 0;             // summary
  double sum = 0;                 // summary
  std::vector<QuantileFields> quantiles;
  HistogramFields histogram;
  std::vector<ExemplarFields> exemplars;
  std::vector<LabelView> exemplar_labels;

  // `with_native`: the native part of histograms matters too.
  bool read(std::string_view message, Type type, bool with_native, std::string& error);
  // The exemplar with this index, which must exist. Lives until the next read().
  ExemplarView exemplar_view(size_t index) const;

 private:
  void clear();
  bool read_value(std::string_view message, const char* name, std::string& error);
  bool read_start(const wire::Fields& field, std::string& error);
  bool read_summary(std::string_view message, std::string& error);
  bool read_quantile(std::string_view message, std::string& error);
  bool read_histogram(std::string_view message, bool with_native, std::string& error);
  bool read_classic(const wire::Fields& field, std::string& error);
  bool read_bucket(std::string_view message, std::string& error);
  // Reads an exemplar into exemplars[index], or a new one if it is kNoExemplar.
  bool read_exemplar(std::string_view message, size_t& index, std::string& error);
};

}  // namespace narthex::exposition::protobuf
