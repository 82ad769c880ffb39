#include "exposition/protobuf.h"

#include <cmath>

#include "base/quote.h"
#include "exposition/protobuf/key.h"
#include "exposition/protobuf/message.h"
#include "exposition/protobuf/native.h"
#include "model/labels.h"

namespace narthex::exposition {
namespace {

constexpr ptrdiff_t kLongestLength = 5;  // bytes of a message's length

bool is_known(protobuf::Type type) {
  return type >= protobuf::Type::kCounter && type <= protobuf::Type::kGaugeHistogram;
}

MetricType metric_type(protobuf::Type type) {
  switch (type) {
    case protobuf::Type::kCounter:
      return MetricType::kCounter;
    case protobuf::Type::kGauge:
      return MetricType::kGauge;
    case protobuf::Type::kSummary:
      return MetricType::kSummary;
    case protobuf::Type::kHistogram:
      return MetricType::kHistogram;
    case protobuf::Type::kGaugeHistogram:
      return MetricType::kGaugeHistogram;
    case protobuf::Type::kUntyped:
      break;
  }
  return MetricType::kUnknown;
}

}  // namespace

// Where the walk stands. A metric gives one part, or two: a histogram may be told as native and as classic.
struct ProtobufWalker::State {
  enum class Step : uint8_t { kFamily, kUnit, kType, kMetric, kPart };
  enum class Part : uint8_t { kNone, kSimple, kSummary, kClassic, kNative, kConverted };

  State(std::string_view whole, const ProtobufOptions& wanted) : body(whole), options(wanted) {}

  // Which parts there are of the metric just read.
  void choose_parts() {
    part = Part::kSimple;
    second = Part::kNone;
    if (family.type == protobuf::Type::kSummary) part = Part::kSummary;
    if (!is_histogram(family.type)) return;
    if (options.native_histograms && metric.histogram.is_native()) {
      part = Part::kNative;
      if (options.always_classic && !metric.histogram.buckets.empty()) second = Part::kClassic;
    } else {
      part = options.convert_classic && !options.always_classic ? Part::kConverted : Part::kClassic;
      if (options.convert_classic && options.always_classic) second = Part::kConverted;
    }
  }

  const std::string_view body;
  const ProtobufOptions options;
  size_t message_begin = 0;
  size_t message_end = 0;  // of the message being read, or of the last one
  Step step = Step::kFamily;

  protobuf::Family family;
  wire::Fields fields{{}};  // of the family, at its next metric
  protobuf::Metric metric;
  Part part = Part::kNone;    // being told
  Part second = Part::kNone;  // to be told then
  size_t index = 0;           // entries told of it
  bool infinite = false;      // of a classic part: whether a bucket had the bound +Inf

  protobuf::KeySpeller keys;
  protobuf::BoundLabels bounds{"le"};
  protobuf::BoundLabels quantiles{"quantile"};
  NhcbBuilder converter;
  std::vector<ExemplarView> exemplars;
};

ProtobufWalker::ProtobufWalker(std::string_view body, const ProtobufOptions& options)
    : state_(std::make_unique<State>(body, options)) {}

ProtobufWalker::~ProtobufWalker() = default;

bool ProtobufWalker::within_family() const { return state_->step != State::Step::kFamily; }

bool ProtobufWalker::done() const { return !within_family() && state_->message_end == state_->body.size(); }

size_t ProtobufWalker::offset() const { return within_family() ? state_->message_begin : state_->message_end; }

size_t ProtobufWalker::position() const {
  if (!within_family()) return state_->message_end;
  return static_cast<size_t>(state_->fields.position() - state_->body.data());
}

ProtobufWalker::Kind ProtobufWalker::fail(std::string message) {
  error_ = {.message = std::move(message), .offset = state_->message_begin};
  return Kind::kError;
}

ProtobufWalker::Kind ProtobufWalker::read_entry() {
  State& s = *state_;
  using Step = State::Step;
  while (true) {
    switch (s.step) {
      case Step::kFamily:
        if (s.message_end == s.body.size()) return Kind::kNothing;
        if (const Kind kind = open_family(); kind != Kind::kNothing) return kind;
        break;  // a family without metrics
      case Step::kUnit:
        s.step = Step::kType;
        if (s.family.unit.empty()) break;
        text_ = s.family.unit;
        return Kind::kUnit;
      case Step::kType:
        s.step = Step::kMetric;
        type_ = metric_type(s.family.type);
        return Kind::kType;
      case Step::kMetric:
        if (const Kind kind = read_metric(); kind == Kind::kError || s.step == Step::kFamily) return kind;
        break;
      case Step::kPart:
        if (const Kind kind = read_part(); kind != Kind::kNothing) return kind;
        s.part = s.second;
        s.second = State::Part::kNone;
        s.index = 0;
        if (s.part == State::Part::kNone) s.step = Step::kMetric;
        break;
    }
  }
}

// kNothing: it has no metrics.
ProtobufWalker::Kind ProtobufWalker::open_family() {
  State& s = *state_;
  s.message_begin = s.message_end;
  const char* const begin = s.body.data() + s.message_begin;
  const char* const end = s.body.data() + s.body.size();
  uint64_t length;
  const char* const message = wire::read_varint(begin, end, length);
  if (message == nullptr || message - begin > kLongestLength) return fail("clientpb: invalid varint encountered");
  const auto prefix = static_cast<size_t>(message - begin);
  const auto left = static_cast<size_t>(end - begin);
  if (length > left - prefix) {
    return fail("clientpb: insufficient length of buffer, expected at least " + std::to_string(prefix + length) +
                " bytes, got " + std::to_string(left) + " bytes");
  }
  s.message_end = s.message_begin + prefix + length;
  const std::string_view bytes(message, static_cast<size_t>(length));
  if (std::string error; !s.family.read(bytes, error)) return fail(std::move(error));
  if (s.family.metrics == 0) return Kind::kNothing;

  name_ = s.family.name;
  text_ = s.family.help;
  if (!is_valid_metric_name(name_, NameScheme::kUtf8)) return fail("invalid metric name: " + std::string(name_));
  if (!is_valid_utf8(text_)) return fail("invalid help for metric " + go_quote(name_) + ": " + std::string(text_));
  if (!is_known(s.family.type)) {
    return fail("unknown metric type for metric " + go_quote(name_) + ": " +
                std::to_string(static_cast<int32_t>(s.family.type)));
  }
  s.keys.set_name(name_);
  s.fields = wire::Fields(bytes);
  s.step = State::Step::kUnit;
  return Kind::kHelp;
}

// Goes on to the next metric, or to the next family. The fields between metrics were checked when the family was
// opened.
ProtobufWalker::Kind ProtobufWalker::read_metric() {
  State& s = *state_;
  if (s.family.metrics == 0) {
    s.step = State::Step::kFamily;
    return Kind::kNothing;
  }
  --s.family.metrics;
  while (s.fields.next() && s.fields.number() != protobuf::Family::kMetric) {
  }
  std::string error;
  if (!s.metric.read(s.fields.bytes(), s.family.type, s.options.native_histograms, error))
    return fail(std::move(error));
  if (!spell_labels()) return Kind::kError;
  s.choose_parts();
  s.index = 0;
  s.step = State::Step::kPart;
  series_.timestamp.reset();
  if (s.metric.timestamp != 0) series_.timestamp = s.metric.timestamp;
  series_.start = s.options.read_start && s.metric.start.given ? s.metric.start.milliseconds() : 0;
  return Kind::kNothing;
}

bool ProtobufWalker::spell_labels() {
  State& s = *state_;
  std::string error;
  s.keys.clear_labels();
  for (const std::string_view bytes : s.metric.labels) {
    protobuf::LabelFields label;
    if (!label.read(bytes, error)) return fail(std::move(error)), false;
    if (!s.keys.add_label_name(label.name) || (label.has_name && label.name.empty())) {
      return fail("invalid label name: " + std::string(label.name)), false;
    }
    if (!s.keys.add_label_value(label.value)) return fail("invalid label value: " + std::string(label.value)), false;
  }
  return true;
}

// kNothing: all is told.
ProtobufWalker::Kind ProtobufWalker::read_part() {
  State& s = *state_;
  const size_t index = s.index++;
  series_.exemplars = {};
  switch (s.part) {
    case State::Part::kNone:
      break;
    case State::Part::kSimple:
      return read_simple(index) ? Kind::kSeries : Kind::kNothing;
    case State::Part::kSummary:
      return read_summary(index) ? Kind::kSeries : Kind::kNothing;
    case State::Part::kClassic:
      return read_classic(index) ? Kind::kSeries : Kind::kNothing;
    case State::Part::kNative:
    case State::Part::kConverted:
      return index == 0 ? read_histogram(s.part == State::Part::kNative) : Kind::kNothing;
  }
  return Kind::kNothing;
}

bool ProtobufWalker::read_simple(size_t index) {
  State& s = *state_;
  if (index > 0) return false;
  series_.key = s.keys.key();
  series_.value = s.metric.value;
  set_exemplar(s.metric.exemplar);
  return true;
}

bool ProtobufWalker::read_summary(size_t index) {
  State& s = *state_;
  if (index == 0) {
    series_.key = s.keys.key("_count");
    series_.value = static_cast<double>(s.metric.count);
  } else if (index == 1) {
    series_.key = s.keys.key("_sum");
    series_.value = s.metric.sum;
  } else if (const size_t place = index - 2; place < s.metric.quantiles.size()) {
    const protobuf::QuantileFields& quantile = s.metric.quantiles[place];
    series_.key = s.keys.key("", s.quantiles.label(place, quantile.quantile));
    series_.value = quantile.value;
  } else {
    return false;
  }
  return true;
}

// Count, sum, buckets up to the one with the bound +Inf; if there is none, it is the count.
bool ProtobufWalker::read_classic(size_t index) {
  State& s = *state_;
  const protobuf::HistogramFields& histogram = s.metric.histogram;
  if (index == 0) {
    s.infinite = false;
    series_.key = s.keys.key("_count");
    series_.value = histogram.total();
  } else if (index == 1) {
    series_.key = s.keys.key("_sum");
    series_.value = histogram.sum;
  } else if (s.infinite) {
    return false;
  } else if (const size_t place = index - 2; place < histogram.buckets.size()) {
    const protobuf::BucketFields& bucket = histogram.buckets[place];
    s.infinite = bucket.upper_bound == HUGE_VAL;
    series_.key = s.keys.key("_bucket", s.bounds.label(place, bucket.upper_bound));
    series_.value = bucket.cumulative_count();
    set_exemplar(bucket.exemplar);
  } else {
    s.infinite = true;
    series_.key = s.keys.key("_bucket", ",le=\"+Inf\"");
    series_.value = histogram.total();
  }
  return true;
}

// Exemplars without a time are of no use to native histograms.
ProtobufWalker::Kind ProtobufWalker::read_histogram(bool native) {
  State& s = *state_;
  const protobuf::HistogramFields& fields = s.metric.histogram;
  auto error = native ? protobuf::build_native(fields, name_, histogram_)
                      : protobuf::convert_classic(fields, s.converter, histogram_);
  if (error) return fail(std::move(*error));
  if (s.family.type == protobuf::Type::kGaugeHistogram) histogram_.reset_hint = CounterResetHint::kGauge;
  s.exemplars.clear();
  const auto take = [&](size_t index) {
    if (index != protobuf::kNoExemplar && s.metric.exemplars[index].time.given) {
      s.exemplars.push_back(s.metric.exemplar_view(index));
    }
  };
  for (const size_t index : fields.exemplars) take(index);
  if (fields.exemplars.empty()) {
    for (const protobuf::BucketFields& bucket : fields.buckets) take(bucket.exemplar);
  }
  series_.key = s.keys.key();
  series_.exemplars = s.exemplars;
  return Kind::kHistogram;
}

void ProtobufWalker::set_exemplar(size_t index) {
  if (index == protobuf::kNoExemplar) return;
  state_->exemplars.assign(1, state_->metric.exemplar_view(index));
  series_.exemplars = state_->exemplars;
}

}  // namespace narthex::exposition
