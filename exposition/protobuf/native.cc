#include "exposition/protobuf/native.h"

#include "base/quote.h"
#include "model/histogram_buckets.h"

namespace narthex::exposition::protobuf {
namespace {

std::optional<std::string> check_side(const SideFields& side, bool is_float, const char* which, std::string_view name) {
  const uint64_t needed = span_length(side.spans);
  const size_t have = is_float ? side.counts.size() : side.deltas.size();
  if (needed == have) return std::nullopt;
  return "histogram " + go_quote(name) + ": " + which + " side: spans require " + std::to_string(needed) +
         " buckets, have " + std::to_string(have);
}

// A count is the one before it plus its delta; deltas that overflow wrap, and fail the store's check.
void write_side(const SideFields& side, bool is_float, Buckets& out) {
  BucketWriter writer(out);
  if (is_float) {
    for_each_bucket(side.spans, side.counts.size(),
                    [&](int64_t index, size_t i) { writer.add(index, side.counts[i]); });
    return;
  }
  uint64_t count = 0;
  for_each_bucket(side.spans, side.deltas.size(), [&](int64_t index, size_t i) {
    count += static_cast<uint64_t>(side.deltas[i]);
    writer.add(index, static_cast<int64_t>(count));
  });
}

}  // namespace

std::optional<std::string> build_native(const HistogramFields& fields, std::string_view name, Histogram& out) {
  const bool is_float = fields.count_float > 0 || fields.zero_count_float > 0;
  if (auto error = check_side(fields.positive, is_float, "positive", name)) return error;
  if (auto error = check_side(fields.negative, is_float, "negative", name)) return error;
  out.is_float = is_float;
  out.reset_hint = CounterResetHint::kUnknown;
  out.schema = fields.schema;
  out.zero_threshold = fields.zero_threshold;
  out.sum = fields.sum;
  out.count = is_float ? 0 : fields.count;
  out.zero_count = is_float ? 0 : fields.zero_count;
  out.count_float = is_float ? fields.count_float : 0;
  out.zero_count_float = is_float ? fields.zero_count_float : 0;
  out.custom_bounds.clear();
  write_side(fields.positive, is_float, out.positive);
  write_side(fields.negative, is_float, out.negative);
  return std::nullopt;
}

std::optional<std::string> convert_classic(const HistogramFields& fields, NhcbBuilder& builder, Histogram& out) {
  builder.reset();
  builder.set_count(fields.total());
  builder.set_sum(fields.sum);
  for (const BucketFields& bucket : fields.buckets) builder.add_bucket(bucket.upper_bound, bucket.cumulative_count());
  if (auto built = builder.build(out); !built) return built.error().message;
  return std::nullopt;
}

}  // namespace narthex::exposition::protobuf
