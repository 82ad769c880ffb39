#include "remote/write/decode.h"

#include "remote/write/v1.pb.h"

namespace narthex::remote {
namespace {

using wire::append;
using wire::expect;
using wire::Fields;
using wire::for_each_field;
using wire::take;
using Wire = wire::Type;
using Pb = v1::Histogram;

bool append_span(const Fields& span, std::vector<BucketSpan>& out, const char* name, std::string& error) {
  if (!expect(Wire::kBytes, span, name, error)) return false;
  BucketSpan& read = out.emplace_back();
  return for_each_field(span.bytes(), "BucketSpan", error, [&](const Fields& field) {
    if (field.number() == v1::BucketSpan::kLengthFieldNumber) return take(field, read.length, "Length", error);
    if (field.number() != v1::BucketSpan::kOffsetFieldNumber) return true;
    return take_zigzag(field, read.offset, "Offset", error);
  });
}

// Both sides as they are encoded: deltas, or counts.
struct Sides {
  std::vector<int64_t> negative_deltas;
  std::vector<int64_t> positive_deltas;
};

bool decode_side(const Fields& field, Histogram& out, Sides& sides, std::string& error) {
  switch (field.number()) {
    case Pb::kNegativeSpansFieldNumber:
      return append_span(field, out.negative.spans, "NegativeSpans", error);
    case Pb::kNegativeDeltasFieldNumber:
      return append(field, sides.negative_deltas, "NegativeDeltas", error);
    case Pb::kNegativeCountsFieldNumber:
      return append(field, out.negative.floats, "NegativeCounts", error);
    case Pb::kPositiveSpansFieldNumber:
      return append_span(field, out.positive.spans, "PositiveSpans", error);
    case Pb::kPositiveDeltasFieldNumber:
      return append(field, sides.positive_deltas, "PositiveDeltas", error);
    case Pb::kPositiveCountsFieldNumber:
      return append(field, out.positive.floats, "PositiveCounts", error);
    case Pb::kCustomValuesFieldNumber:
      return append(field, out.custom_bounds, "CustomValues", error);
    default:
      return true;
  }
}

bool decode_scalar(const Fields& field, WrittenHistogram& out, int32_t& hint, std::string& error) {
  Histogram& h = out.histogram;
  switch (field.number()) {
    case Pb::kCountIntFieldNumber:
      h.is_float = false;
      return take(field, h.count, "CountInt", error);
    case Pb::kCountFloatFieldNumber:
      h.is_float = true;
      return take(field, h.count_float, "CountFloat", error);
    case Pb::kSumFieldNumber:
      return take(field, h.sum, "Sum", error);
    case Pb::kSchemaFieldNumber:
      return take_zigzag(field, h.schema, "Schema", error);
    case Pb::kZeroThresholdFieldNumber:
      return take(field, h.zero_threshold, "ZeroThreshold", error);
    case Pb::kZeroCountIntFieldNumber:
      return take(field, h.zero_count, "ZeroCountInt", error);
    case Pb::kZeroCountFloatFieldNumber:
      return take(field, h.zero_count_float, "ZeroCountFloat", error);
    case Pb::kResetHintFieldNumber:
      return take(field, hint, "ResetHint", error);
    case Pb::kTimestampFieldNumber:
      return take(field, out.timestamp, "Timestamp", error);
    case Pb::kStartTimestampFieldNumber:
      return take(field, out.start, "StartTimestamp", error);
    default:
      return true;
  }
}

// That there was no reset is not for the sender to say: what it compares with may not have arrived.
CounterResetHint reset_hint(int32_t sent) {
  if (sent == 1) return CounterResetHint::kReset;
  return sent == 3 ? CounterResetHint::kGauge : CounterResetHint::kUnknown;
}

// A count is the one before it plus its delta; deltas that overflow wrap, and fail the check.
void add_up(const std::vector<int64_t>& deltas, std::vector<int64_t>& counts) {
  uint64_t count = 0;
  for (const int64_t delta : deltas) counts.push_back(static_cast<int64_t>(count += static_cast<uint64_t>(delta)));
}

// What the other kind of histogram has means nothing.
void keep_kind(Histogram& h, const Sides& sides) {
  if (h.is_float) {
    h.count = h.zero_count = 0;
    return;
  }
  h.count_float = h.zero_count_float = 0;
  h.negative.floats.clear();
  h.positive.floats.clear();
  add_up(sides.negative_deltas, h.negative.integers);
  add_up(sides.positive_deltas, h.positive.integers);
}

}  // namespace

bool decode_histogram(std::string_view message, WrittenHistogram& out, std::string& error) {
  Sides sides;
  int32_t hint = 0;
  const bool good = for_each_field(message, "Histogram", error, [&](const Fields& field) {
    return decode_scalar(field, out, hint, error) && decode_side(field, out.histogram, sides, error);
  });
  out.histogram.reset_hint = reset_hint(hint);
  keep_kind(out.histogram, sides);
  return good;
}

bool decode_label(std::string_view message, std::vector<Label>& out, std::string& error) {
  Label& label = out.emplace_back();
  std::string_view text;
  return for_each_field(message, "Label", error, [&](const Fields& field) {
    if (field.number() == v1::Label::kNameFieldNumber) {
      if (!take(field, text, "Name", error)) return false;
      label.name = text;
    } else if (field.number() == v1::Label::kValueFieldNumber) {
      if (!take(field, text, "Value", error)) return false;
      label.value = text;
    }
    return true;
  });
}

void WriteRequest::clear() {
  series.clear();
  samples.clear();
  histograms.clear();
  exemplars.clear();
  refs.clear();
  symbols.clear();
  symbol_keys.clear();
  scattered.clear();
}

Result<> decode(std::string_view body, const KeySecret& secret, WriteRequest& request) {
  request.clear();
  std::string error;
  const bool good = request.version == Version::kV1 ? decode_v1(body, secret, request, error)
                                                    : decode_v2(body, secret, request, error);
  if (good) return {};
  return invalid(std::move(error));
}

}  // namespace narthex::remote
