#include "tests/support/protobuf_bodies.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "model/sample.h"

namespace narthex::exposition {
namespace {

using namespace std::string_literals;

// Makes families up.
class Author {
 public:
  explicit Author(std::mt19937& random) : random_(random) {}

  pb::MetricFamily family() {
    pb::MetricFamily out;
    out.set_name(one_of({"m", "a:b_9", "my.metric", "q\"uo\\te", "n\nl", "é", "nul\0l"s, "9", "le"}));
    if (chance(2)) out.set_help(one_of({"Some text.", "a\\b\nc\"", "é"}));
    if (chance(4)) out.set_unit("seconds");
    out.set_type(static_cast<pb::MetricType>(pick(6)));
    for (int n = pick(4); n > 0; --n) metric(out.type(), *out.add_metric());
    return out;
  }

 private:
  int pick(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }
  bool chance(int one_in) { return pick(one_in) == 0; }
  std::string one_of(std::vector<std::string> texts) {
    return texts[static_cast<size_t>(pick(static_cast<int>(texts.size())))];
  }

  double value() {
    const double values[] = {
        0,    1,   42,           -1.5,       1e300,    5e-324,    -0.0,
        1e21, 0.1, kStaleMarker, kNormalNan, HUGE_VAL, -HUGE_VAL, std::bit_cast<double>(uint64_t{0xfff8000000000123})};
    return values[static_cast<size_t>(pick(static_cast<int>(std::size(values))))];
  }

  void label(pb::LabelPair& out) {
    if (!chance(12))
      out.set_name(one_of({"a", "b", "le", "quantile", "__name__", "with space", "é", "\"", "\\", "n\0"s}));
    if (!chance(9)) out.set_value(one_of({"", "v", "1", "a\"b\\c\nd", "é\xf0\x9f\x98\x80", "\0"s, "} 1", "\\"}));
  }

  void time(pb::Timestamp& out) {
    out.set_seconds(chance(5) ? -pick(1000) : 1700000000 + pick(1000));
    out.set_nanos(pick(1000) * 1'000'001);
  }

  void exemplar(pb::Exemplar& out) {
    for (int n = pick(3); n > 0; --n) label(*out.add_label());
    out.set_value(value());
    if (!chance(3)) time(*out.mutable_timestamp());
  }

  void metric(pb::MetricType type, pb::Metric& out) {
    for (int n = pick(4); n > 0; --n) label(*out.add_label());
    if (chance(3)) out.set_timestamp_ms(chance(2) ? 1700000000123 : -5);
    if (chance(10)) return;  // its value is 0
    if (type == pb::COUNTER || chance(9)) {
      out.mutable_counter()->set_value(value());
      if (chance(2)) exemplar(*out.mutable_counter()->mutable_exemplar());
      if (chance(2)) time(*out.mutable_counter()->mutable_start_timestamp());
    }
    if (type == pb::GAUGE || chance(9)) out.mutable_gauge()->set_value(value());
    if (type == pb::UNTYPED || chance(9)) out.mutable_untyped()->set_value(value());
    if (type == pb::SUMMARY || chance(9)) summary(*out.mutable_summary());
    if (type == pb::HISTOGRAM || type == pb::GAUGE_HISTOGRAM || chance(9)) histogram(*out.mutable_histogram());
  }

  void summary(pb::Summary& out) {
    out.set_sample_count(random_());
    out.set_sample_sum(value());
    if (chance(2)) time(*out.mutable_start_timestamp());
    for (int n = pick(4); n > 0; --n) {
      pb::Quantile& quantile = *out.add_quantile();
      quantile.set_quantile(chance(4) ? value() : 1.0 / (1 + pick(20)));
      quantile.set_value(value());
    }
  }

  void histogram(pb::Histogram& out) {
    const bool is_float = chance(3);
    out.set_sample_sum(value());
    if (chance(2)) time(*out.mutable_start_timestamp());
    for (int n = chance(2) ? 0 : pick(3); n > 0; --n) exemplar(*out.add_exemplars());
    const double total = chance(3) ? 0 : classic(out, is_float);
    if (is_float) out.set_sample_count_float(total + pick(2));
    if (!is_float || chance(3)) out.set_sample_count(static_cast<uint64_t>(total) + static_cast<unsigned>(pick(2)));
    if (out.bucket_size() > 0 && std::isinf(out.bucket(out.bucket_size() - 1).upper_bound())) {
      out.set_sample_count(static_cast<uint64_t>(total));
      if (is_float) out.set_sample_count_float(total);
    }
    if (!chance(3)) native(out, is_float);
  }

  // Returns the highest count.
  double classic(pb::Histogram& out, bool is_float) {
    double bound = pick(3) - 1.5;
    double count = 0;
    for (int n = pick(5); n > 0; --n, bound += 0.5 * (1 + pick(3))) {
      count += is_float ? 0.25 * (1 + pick(8)) : pick(8);
      pb::Bucket& bucket = *out.add_bucket();
      bucket.set_upper_bound(n == 1 && chance(2) ? HUGE_VAL : bound);
      if (is_float) bucket.set_cumulative_count_float(count);
      if (!is_float || chance(3)) bucket.set_cumulative_count(static_cast<uint64_t>(count));
      if (chance(3)) exemplar(*bucket.mutable_exemplar());
    }
    return count;
  }

  void native(pb::Histogram& out, bool is_float) {
    out.set_schema(pick(20) - 10);
    if (chance(2)) out.set_zero_threshold(0.001);
    if (chance(2)) out.set_zero_count(static_cast<uint64_t>(pick(9)));
    if (is_float && chance(2)) out.set_zero_count_float(0.5 * pick(9));
    // The walker looks at which counts there are to tell what the buckets are.
    is_float = out.sample_count_float() > 0 || out.zero_count_float() > 0;
    const auto side = [&](auto* spans, auto* deltas, auto* counts) {
      for (int n = pick(4); n > 0; --n) {
        pb::BucketSpan& span = *spans->Add();
        span.set_offset(pick(6) - (spans->size() == 1 ? 3 : 0));
        span.set_length(static_cast<uint32_t>(pick(6)));
        for (uint32_t i = 0; i < span.length(); ++i) {
          if (is_float) {
            counts->Add(0.5 * pick(5));
          } else {
            deltas->Add(pick(5) - 2);
          }
        }
      }
    };
    side(out.mutable_positive_span(), out.mutable_positive_delta(), out.mutable_positive_count());
    side(out.mutable_negative_span(), out.mutable_negative_delta(), out.mutable_negative_count());
  }

  std::mt19937& random_;
};

// Writes messages again.
class Rewriter {
 public:
  explicit Rewriter(std::mt19937& random) : random_(random) {}

  enum Message { kFamily, kMetric, kCounter, kValue, kSummary, kHistogram, kBucket, kExemplar, kFlat };

  std::string rewrite(Message message, std::string_view bytes) {
    std::vector<Field> fields;
    while (!bytes.empty()) add_field(message, bytes, fields);
    for (int n = pick(3); n > 0; --n) fields.push_back(unknown_field());
    shuffle(fields);
    std::string out;
    for (const Field& field : fields) out += field.bytes;
    return out;
  }

 private:
  struct Field {
    uint64_t number;
    std::string bytes;  // tag and all
  };

  int pick(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }

  static uint64_t read_varint(std::string_view& bytes) {
    uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes[0]);
      bytes.remove_prefix(1);
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  // At times in more bytes than needed.
  std::string varint(uint64_t value) {
    std::string out;
    for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
    out += static_cast<char>(value);
    for (int extra = pick(5) == 0 ? pick(3) : 0; extra > 0 && out.size() < 5; --extra) {
      out.back() = static_cast<char>(out.back() | 0x80);
      out += '\0';
    }
    return out;
  }
  std::string tag(uint64_t number, unsigned type) { return varint(number << 3 | type); }
  std::string sized(std::string_view bytes) { return varint(bytes.size()) + std::string(bytes); }

  static Message child(Message message, uint64_t number) {
    switch (message) {
      case kFamily:
        return number == 4 ? kMetric : kFlat;
      case kMetric:
        return number == 3 ? kCounter : number == 4 ? kSummary : number == 7 ? kHistogram : kValue;
      case kCounter:
        return number == 2 ? kExemplar : kValue;
      case kHistogram:
        return number == 3 ? kBucket : number == 16 ? kExemplar : kValue;
      case kBucket:
        return kExemplar;
      default:
        return kValue;
    }
  }
  static bool is_message(Message message, uint64_t number) {
    switch (message) {
      case kFamily:
        return number == 4;
      case kMetric:
        return true;
      case kCounter:
        return true;
      case kSummary:
        return number == 3 || number == 4;
      case kHistogram:
        return number == 3 || number == 9 || number == 12 || number >= 15;
      case kBucket:
        return number == 3;
      case kExemplar:
        return number == 1 || number == 3;
      default:
        return false;
    }
  }
  static bool is_repeated(Message message, uint64_t number) {
    return (message == kFamily && number == 4) || (message == kMetric && number == 1) ||
           (message == kSummary && number == 3) || (message == kExemplar && number == 1) ||
           (message == kHistogram && (number == 3 || (number >= 9 && number <= 14) || number == 16));
  }

  void add_field(Message message, std::string_view& bytes, std::vector<Field>& out) {
    const uint64_t head = read_varint(bytes);
    const uint64_t number = head >> 3;
    const auto put = [&](std::string field) { out.push_back({number, std::move(field)}); };
    switch (head & 7) {
      case 0: {
        const uint64_t value = read_varint(bytes);
        if (!is_repeated(message, number) && pick(8) == 0) put(tag(number, 0) + varint(value + 1));
        return put(tag(number, 0) + varint(value));
      }
      case 1:
        if (!is_repeated(message, number) && pick(8) == 0) put(tag(number, 1) + "12345678");
        put(tag(number, 1) + std::string(bytes.substr(0, 8)));
        return bytes.remove_prefix(8);
      default:
        break;
    }
    const uint64_t length = read_varint(bytes);
    const std::string_view content = bytes.substr(0, length);
    bytes.remove_prefix(length);
    if (is_message(message, number)) return add_message(message, number, content, out);
    if (message == kHistogram) return add_packed(number, content, out);
    if (pick(8) == 0) put(tag(number, 2) + sized("overruled"));
    put(tag(number, 2) + sized(content));
  }

  void add_message(Message parent, uint64_t number, std::string_view content, std::vector<Field>& out) {
    const std::string again = rewrite(child(parent, number), content);
    if (is_repeated(parent, number) || pick(4) > 0) return out.push_back({number, tag(number, 2) + sized(again)});
    // Between two fields it can be cut; the parts are merged.
    std::string_view rest = again;
    std::vector<size_t> cuts = {0};
    while (!rest.empty()) {
      skip_field(rest);
      cuts.push_back(again.size() - rest.size());
    }
    const size_t cut = cuts[static_cast<size_t>(pick(static_cast<int>(cuts.size())))];
    out.push_back({number, tag(number, 2) + sized(again.substr(0, cut))});
    out.push_back({number, tag(number, 2) + sized(again.substr(cut))});
  }

  void skip_field(std::string_view& bytes) {
    const uint64_t head = read_varint(bytes);
    switch (head & 7) {
      case 0:
        read_varint(bytes);
        return;
      case 1:
        return bytes.remove_prefix(8);
      case 2: {
        const uint64_t length = read_varint(bytes);
        return bytes.remove_prefix(length);
      }
      case 3:
        while ((static_cast<unsigned char>(bytes[0]) & 7) != 4) skip_field(bytes);
        read_varint(bytes);
        return;
      default:
        return bytes.remove_prefix(4);
    }
  }

  void add_packed(uint64_t number, std::string_view content, std::vector<Field>& out) {
    const bool doubles = number == 11 || number == 14;
    while (!content.empty()) {
      std::string_view rest = content;
      const int count = pick(3);  // 0: one, unpacked
      for (int i = 0; i < std::max(count, 1) && !rest.empty(); ++i) {
        if (doubles) {
          rest.remove_prefix(8);
        } else {
          read_varint(rest);
        }
      }
      const std::string_view taken = content.substr(0, content.size() - rest.size());
      content = rest;
      if (count == 0) {
        out.push_back({number, tag(number, doubles ? 1 : 0) + std::string(taken)});
      } else {
        out.push_back({number, tag(number, 2) + sized(taken)});
      }
    }
  }

  Field unknown_field() {
    const uint64_t number = 100 + static_cast<uint64_t>(pick(1000));
    switch (pick(5)) {
      case 0:
        return {number, tag(number, 0) + varint(random_())};
      case 1:
        return {number, tag(number, 1) + "abcdefgh"};
      case 2:
        return {number, tag(number, 2) + sized("unknown")};
      case 3: {
        const std::string inner = pick(2) == 0 ? unknown_field().bytes : "";
        // The tags of groups are as short as can be: skip_field() looks at their first byte.
        const std::string end = {static_cast<char>((number << 3 & 0x7f) | 4 | 0x80),
                                 static_cast<char>(number >> 4 & 0x7f)};
        const std::string begin = {static_cast<char>((number << 3 & 0x7f) | 3 | 0x80), end[1]};
        return number >> 4 < 0x80 ? Field{number, begin + inner + end} : unknown_field();
      }
      default:
        return {number, tag(number, 5) + "abcd"};
    }
  }

  // Fields of one number keep their order.
  void shuffle(std::vector<Field>& fields) {
    std::vector<uint64_t> numbers;
    for (const Field& field : fields) numbers.push_back(field.number);
    std::shuffle(numbers.begin(), numbers.end(), random_);
    std::vector<Field> out;
    for (const uint64_t number : numbers) {
      const auto first = std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.number == number; });
      out.push_back(std::move(*first));
      fields.erase(first);
    }
    fields = std::move(out);
  }

  std::mt19937& random_;
};

}  // namespace

std::string delimited(std::string_view message) {
  std::string out;
  uint64_t length = message.size();
  for (; length >= 0x80; length >>= 7) out += static_cast<char>(length | 0x80);
  out += static_cast<char>(length);
  return out.append(message);
}

std::string body_of(std::span<const pb::MetricFamily> families) {
  std::string out;
  for (const pb::MetricFamily& family : families) out += delimited(family.SerializeAsString());
  return out;
}

pb::MetricFamily random_family(std::mt19937& random) { return Author(random).family(); }

std::string rewritten(const pb::MetricFamily& family, std::mt19937& random) {
  return Rewriter(random).rewrite(Rewriter::kFamily, family.SerializeAsString());
}

}  // namespace narthex::exposition
