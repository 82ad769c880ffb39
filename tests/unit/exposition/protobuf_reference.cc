// The format's meaning told from decoded messages, the slow and plain way.

#include <algorithm>
#include <cmath>
#include <map>

#include "base/number.h"
#include "tests/unit/exposition/protobuf_dump.h"

namespace narthex::exposition {
namespace {

std::string bound_text(double bound) {
  std::string out;
  append_bound(out, float_plain(bound));
  return out;
}

Timestamp milliseconds(const pb::Timestamp& time) { return time.seconds() * 1000 + time.nanos() / 1'000'000; }

Buckets buckets_of(const std::map<int64_t, double>& counts, bool is_float) {
  Buckets out;
  int64_t next = 0;
  for (const auto& [index, count] : counts) {
    if (count == 0) continue;
    if (out.spans.empty() || index != next) out.spans.push_back({static_cast<int32_t>(index - next), 0});
    ++out.spans.back().length;
    next = index + 1;
    if (is_float) {
      out.floats.push_back(count);
    } else {
      out.integers.push_back(static_cast<int64_t>(count));
    }
  }
  return out;
}

class Reference {
 public:
  Reference(const pb::MetricFamily& family, const ProtobufOptions& options) : family_(family), options_(options) {}

  std::string tell() {
    if (family_.metric_size() == 0) return "";
    const std::string name = go_quote(family_.name());
    out_ = "HELP " + name + " " + go_quote(family_.help()) + "\n";
    if (!family_.unit().empty()) out_ += "UNIT " + name + " " + go_quote(family_.unit()) + "\n";
    const char* const types[] = {"counter", "gauge", "summary", "unknown", "histogram", "gaugehistogram"};
    out_ += "TYPE " + name + " " + types[family_.type()] + "\n";
    for (const pb::Metric& metric : family_.metric()) tell(metric);
    return out_;
  }

 private:
  std::string labels(const char* suffix, const LabelTexts& extra = {}) const {
    LabelTexts all;
    for (const pb::LabelPair& label : metric_->label()) all.emplace_back(label.name(), label.value());
    all.insert(all.end(), extra.begin(), extra.end());
    return dump_labels(family_.name() + suffix, all);
  }

  std::string rest(const std::vector<const pb::Exemplar*>& exemplars) const {
    std::string out;
    if (metric_->timestamp_ms() != 0) out += " @" + std::to_string(metric_->timestamp_ms());
    if (start_ != 0) out += " since " + std::to_string(start_);
    for (const pb::Exemplar* exemplar : exemplars) {
      LabelTexts texts;
      for (const pb::LabelPair& label : exemplar->label()) texts.emplace_back(label.name(), label.value());
      out += " # " + dump_labels("", texts) + " " + DumpSink::value(exemplar->value());
      if (exemplar->has_timestamp()) out += " @" + std::to_string(milliseconds(exemplar->timestamp()));
    }
    return out + "\n";
  }

  void series(const std::string& labels, double value, const std::vector<const pb::Exemplar*>& exemplars = {}) {
    out_ += labels + " " + DumpSink::value(value) + rest(exemplars);
  }

  void tell(const pb::Metric& metric) {
    metric_ = &metric;
    start_ = 0;
    const auto set_start = [&](const auto& message) {
      if (options_.read_start && message.has_start_timestamp()) start_ = milliseconds(message.start_timestamp());
    };
    switch (family_.type()) {
      case pb::COUNTER: {
        set_start(metric.counter());
        std::vector<const pb::Exemplar*> exemplars;
        if (metric.counter().has_exemplar()) exemplars.push_back(&metric.counter().exemplar());
        return series(labels(""), metric.counter().value(), exemplars);
      }
      case pb::GAUGE:
        return series(labels(""), metric.gauge().value());
      case pb::UNTYPED:
        return series(labels(""), metric.untyped().value());
      case pb::SUMMARY:
        set_start(metric.summary());
        series(labels("_count"), static_cast<double>(metric.summary().sample_count()));
        series(labels("_sum"), metric.summary().sample_sum());
        for (const pb::Quantile& q : metric.summary().quantile()) {
          series(labels("", {{"quantile", bound_text(q.quantile())}}), q.value());
        }
        return;
      default:
        set_start(metric.histogram());
        return histogram(metric.histogram());
    }
  }

  void histogram(const pb::Histogram& h) {
    const bool native = options_.native_histograms && (h.positive_span_size() > 0 || h.negative_span_size() > 0 ||
                                                       h.zero_threshold() > 0 || h.zero_count() > 0);
    if (native) {
      told(native_of(h), h);
      if (options_.always_classic && h.bucket_size() > 0) classic(h);
      return;
    }
    if (!options_.convert_classic || options_.always_classic) classic(h);
    if (options_.convert_classic) told(converted(h), h);
  }

  static double count_of(double as_float, uint64_t as_integer) {
    return as_float != 0 ? as_float : static_cast<double>(as_integer);
  }

  void classic(const pb::Histogram& h) {
    const double count = count_of(h.sample_count_float(), h.sample_count());
    series(labels("_count"), count);
    series(labels("_sum"), h.sample_sum());
    for (const pb::Bucket& bucket : h.bucket()) {
      std::vector<const pb::Exemplar*> exemplars;
      if (bucket.has_exemplar()) exemplars.push_back(&bucket.exemplar());
      series(labels("_bucket", {{"le", bound_text(bucket.upper_bound())}}),
             count_of(bucket.cumulative_count_float(), bucket.cumulative_count()), exemplars);
      if (bucket.upper_bound() == HUGE_VAL) return;
    }
    series(labels("_bucket", {{"le", "+Inf"}}), count);
  }

  template <class Spans, class Numbers>
  static Buckets side(const Spans& spans, const Numbers& numbers, bool deltas) {
    std::map<int64_t, double> counts;
    int64_t index = 0;
    double count = 0;
    int i = 0;
    for (const pb::BucketSpan& span : spans) {
      index += span.offset();
      for (uint32_t k = 0; k < span.length(); ++k) {
        count = (deltas ? count : 0) + static_cast<double>(numbers.at(i++));
        counts[index++] = count;
      }
    }
    return buckets_of(counts, !deltas);
  }

  static Histogram native_of(const pb::Histogram& h) {
    Histogram out;
    out.is_float = h.sample_count_float() > 0 || h.zero_count_float() > 0;
    out.schema = h.schema();
    out.sum = h.sample_sum();
    out.zero_threshold = h.zero_threshold();
    if (out.is_float) {
      out.count_float = h.sample_count_float();
      out.zero_count_float = h.zero_count_float();
      out.positive = side(h.positive_span(), h.positive_count(), false);
      out.negative = side(h.negative_span(), h.negative_count(), false);
    } else {
      out.count = h.sample_count();
      out.zero_count = h.zero_count();
      out.positive = side(h.positive_span(), h.positive_delta(), true);
      out.negative = side(h.negative_span(), h.negative_delta(), true);
    }
    return out;
  }

  static Histogram converted(const pb::Histogram& h) {
    Histogram out;
    out.schema = kCustomBucketsSchema;
    out.sum = h.sample_sum();
    const double total = count_of(h.sample_count_float(), h.sample_count());
    std::map<double, double> cumulative;
    for (const pb::Bucket& bucket : h.bucket()) {
      cumulative.emplace(bucket.upper_bound(), count_of(bucket.cumulative_count_float(), bucket.cumulative_count()));
    }
    cumulative.emplace(HUGE_VAL, total);
    out.is_float = total != std::trunc(total);
    std::map<int64_t, double> counts;
    double below = 0;
    for (const auto& [bound, count] : cumulative) {
      if (count != std::trunc(count)) out.is_float = true;
      if (bound != HUGE_VAL) out.custom_bounds.push_back(bound);
      counts.emplace(static_cast<int64_t>(counts.size()), count - below);
      below = count;
    }
    if (out.is_float) {
      out.count_float = total;
    } else {
      out.count = static_cast<uint64_t>(total);
    }
    out.positive = buckets_of(counts, out.is_float);
    return out;
  }

  void told(Histogram histogram, const pb::Histogram& h) {
    if (family_.type() == pb::GAUGE_HISTOGRAM) histogram.reset_hint = CounterResetHint::kGauge;
    std::vector<const pb::Exemplar*> exemplars;
    for (const pb::Exemplar& exemplar : h.exemplars()) {
      if (exemplar.has_timestamp()) exemplars.push_back(&exemplar);
    }
    for (const pb::Bucket& bucket : h.bucket()) {
      if (h.exemplars_size() == 0 && bucket.exemplar().has_timestamp()) exemplars.push_back(&bucket.exemplar());
    }
    out_ += labels("") + " " + dump(histogram) + rest(exemplars);
  }

  const pb::MetricFamily& family_;
  const ProtobufOptions& options_;
  const pb::Metric* metric_ = nullptr;
  Timestamp start_ = 0;
  std::string out_;
};

}  // namespace

std::string dump_decoded(const pb::MetricFamily& family, const ProtobufOptions& options) {
  return Reference(family, options).tell();
}

}  // namespace narthex::exposition
