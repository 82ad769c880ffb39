// Columns of native histograms: each bucket is a column of its own.
//
//   histograms = starts distinct:v runs hints layouts streams
//   runs       = how often each distinct histogram is repeated: as runs
//   hints      = counter reset hints of the distinct ones: as runs
//   layouts    = count:v { layout } which                     which layout each distinct one has: as runs
//   streams    = [ surplus zeros ] [ counts zeros ] sums { buckets }
//
// surplus, zeros: of the integer histograms, as integers: the count less all buckets, and the zero bucket. counts,
// zeros, of the float ones, and sums, of all: as values. buckets: a stream for each bucket that a layout names, of the
// counts in those that have it: integer histograms first, positive side first, by index. A bucket whose spans go
// backwards has the index that follows the one before. layout: head/histogram_codec.h; integers.h; values.h; runs.h.
#include <map>
#include <tuple>

#include "storage/head/histogram_codec.h"
#include "storage/segment/codec/integers.h"
#include "storage/segment/codec/runs.h"
#include "storage/segment/column_codec.h"

namespace narthex::storage {
namespace {

struct Stream {
  std::vector<uint64_t> integers;
  std::vector<double> floats;
  size_t size = 0;  // when reading: how many there will be
  size_t at = 0;    // when reading: the next one
};

// Float or not, negative or not, index.
using BucketKey = std::tuple<bool, bool, int64_t>;
using Streams = std::map<BucketKey, Stream>;

// The streams that a layout's buckets go to.
struct Layout {
  Histogram shape;
  std::vector<Stream*> positive;
  std::vector<Stream*> negative;
  size_t uses = 0;
};

std::vector<Stream*> streams_of(Streams& streams, bool is_float, bool negative, const std::vector<BucketSpan>& spans) {
  std::vector<Stream*> out;
  int64_t next = INT64_MIN;
  int64_t index = 0;
  for (const BucketSpan& span : spans) {
    index += span.offset;
    for (uint32_t i = 0; i < span.length; ++i, ++index) {
      if (index < next) index = next;
      out.push_back(&streams[{is_float, negative, index}]);
      next = index + 1;
    }
  }
  return out;
}

void connect(Layout& layout, Streams& streams) {
  layout.positive = streams_of(streams, layout.shape.is_float, false, layout.shape.positive.spans);
  layout.negative = streams_of(streams, layout.shape.is_float, true, layout.shape.negative.spans);
}

uint64_t sum_of(const Histogram& h) {
  uint64_t sum = h.zero_count;
  for (const int64_t n : h.positive.integers) sum += static_cast<uint64_t>(n);
  for (const int64_t n : h.negative.integers) sum += static_cast<uint64_t>(n);
  return sum;
}

void append_integers_or_nothing(std::string& out, const std::vector<uint64_t>& numbers) {
  if (!numbers.empty()) codec::append_integers(out, numbers);
}
void append_values_or_nothing(std::string& out, const std::vector<double>& values) {
  if (!values.empty()) append_values(out, values);
}

bool read_integers(ByteReader& in, size_t count, std::vector<uint64_t>& out) {
  if (count == 0) return true;
  if (count / codec::kBlock > in.rest().size() / 2) return false;
  codec::IntegerReader reader(in, count);
  out.reserve(count);
  for (auto block = reader.next(); !block.empty(); block = reader.next())
    out.insert(out.end(), block.begin(), block.end());
  return in.ok();
}
bool read_some_values(ByteReader& in, size_t count, std::vector<double>& out) {
  return count == 0 || read_values(in, count, out);
}

// What all histograms have beside their buckets.
struct Scalars {
  std::vector<uint64_t> surplus;
  std::vector<uint64_t> zeros;
  std::vector<double> float_counts;
  std::vector<double> float_zeros;
  std::vector<double> sums;

  void add(const Histogram& h) {
    sums.push_back(h.sum);
    if (h.is_float) {
      float_counts.push_back(h.count_float);
      float_zeros.push_back(h.zero_count_float);
    } else {
      surplus.push_back(h.count - sum_of(h));
      zeros.push_back(h.zero_count);
    }
  }
  void append_to(std::string& out) const {
    append_integers_or_nothing(out, surplus);
    append_integers_or_nothing(out, zeros);
    append_values_or_nothing(out, float_counts);
    append_values_or_nothing(out, float_zeros);
    append_values_or_nothing(out, sums);
  }
  bool read(ByteReader& in, size_t integer, size_t floats) {
    return read_integers(in, integer, surplus) && read_integers(in, integer, zeros) &&
           read_some_values(in, floats, float_counts) && read_some_values(in, floats, float_zeros) &&
           read_some_values(in, integer + floats, sums);
  }
};

class Writer {
 public:
  void add(const Histogram& h) {
    ++distinct_;
    runs_.push_back(1);
    hints_.push_back(static_cast<int64_t>(h.reset_hint));
    scalars_.add(h);
    std::string bytes;
    append_layout(bytes, h);
    const auto [found, is_new] = layouts_.try_emplace(bytes, layouts_.size());
    if (is_new) {
      layout_bytes_ += bytes;
      Layout& layout = connected_.emplace_back();
      layout.shape.is_float = h.is_float;
      layout.shape.positive.spans = h.positive.spans;
      layout.shape.negative.spans = h.negative.spans;
      connect(layout, streams_);
    }
    which_.push_back(static_cast<int64_t>(found->second));
    add(connected_[found->second].positive, h.positive);
    add(connected_[found->second].negative, h.negative);
  }
  void repeat() { ++runs_.back(); }

  void append_to(std::string& out) const {
    put_varint(out, distinct_);
    codec::append_runs(out, runs_);
    codec::append_runs(out, hints_);
    put_varint(out, layouts_.size());
    out += layout_bytes_;
    codec::append_runs(out, which_);
    scalars_.append_to(out);
    for (const auto& [key, stream] : streams_) {
      append_integers_or_nothing(out, stream.integers);
      append_values_or_nothing(out, stream.floats);
    }
  }

 private:
  static void add(const std::vector<Stream*>& streams, const Buckets& buckets) {
    for (size_t i = 0; i < buckets.integers.size(); ++i) {
      streams[i]->integers.push_back(static_cast<uint64_t>(buckets.integers[i]));
    }
    for (size_t i = 0; i < buckets.floats.size(); ++i) streams[i]->floats.push_back(buckets.floats[i]);
  }

  size_t distinct_ = 0;
  std::vector<int64_t> runs_;
  std::vector<int64_t> hints_;
  std::vector<int64_t> which_;
  std::map<std::string, size_t> layouts_;
  std::string layout_bytes_;
  std::vector<Layout> connected_;
  Streams streams_;
  Scalars scalars_;
};

class Reader {
 public:
  Reader(ByteReader& in, size_t count) : in_(in), count_(count) {}

  // All but the histograms themselves.
  bool read() {
    const uint64_t distinct = in_.varint();
    if (!in_.ok() || distinct == 0 || distinct > count_) return false;
    if (!codec::read_runs(in_, distinct, runs_) || !codec::read_runs(in_, distinct, hints_)) return false;
    if (!read_layouts(distinct)) return false;
    size_t integer = 0;
    for (const Layout& layout : layouts_) integer += layout.shape.is_float ? 0 : layout.uses;
    if (!scalars_.read(in_, integer, distinct - integer)) return false;
    for (auto& [key, stream] : streams_) {
      if (std::get<0>(key) ? !read_some_values(in_, stream.size, stream.floats)
                           : !read_integers(in_, stream.size, stream.integers)) {
        return false;
      }
    }
    return true;
  }

  // Appends the histograms. False: runs or hints make no sense.
  bool assemble(const std::vector<Timestamp>& starts, std::vector<HistogramSample>& out) {
    size_t done = 0;
    for (size_t i = 0; i < runs_.size(); ++i) {
      if (runs_[i] < 1 || static_cast<uint64_t>(runs_[i]) > count_ - done) return false;
      if (hints_[i] < 0 || hints_[i] > static_cast<int64_t>(CounterResetHint::kGauge)) return false;
      const auto histogram = std::make_shared<const Histogram>(next(i));
      for (int64_t k = 0; k < runs_[i]; ++k) out.push_back({0, histogram, starts[done++]});
    }
    return done == count_;
  }

 private:
  bool read_layouts(size_t distinct) {
    layouts_.resize(in_.count());
    for (Layout& layout : layouts_) {
      if (!read_layout(in_, layout.shape)) return false;
      // Each bucket has a stream of its own, and each stream a few bytes.
      const size_t most = in_.rest().size();
      if (buckets_of(layout.shape.positive.spans) > most || buckets_of(layout.shape.negative.spans) > most)
        return false;
    }
    if (!codec::read_runs(in_, distinct, which_)) return false;
    for (const int64_t number : which_) {
      if (number < 0 || static_cast<uint64_t>(number) >= layouts_.size()) return false;
      ++layouts_[static_cast<size_t>(number)].uses;
    }
    for (Layout& layout : layouts_) {
      if (layout.uses == 0) return false;
      connect(layout, streams_);
      if (streams_.size() > in_.rest().size()) return false;
      for (Stream* stream : layout.positive) stream->size += layout.uses;
      for (Stream* stream : layout.negative) stream->size += layout.uses;
    }
    return true;
  }

  Histogram next(size_t i) {
    const Layout& layout = layouts_[static_cast<size_t>(which_[i])];
    Histogram h = layout.shape;
    h.reset_hint = static_cast<CounterResetHint>(hints_[i]);
    h.sum = scalars_.sums[i];
    take(layout.positive, h.is_float, h.positive);
    take(layout.negative, h.is_float, h.negative);
    if (h.is_float) {
      h.count_float = scalars_.float_counts[floats_];
      h.zero_count_float = scalars_.float_zeros[floats_++];
    } else {
      h.zero_count = scalars_.zeros[integers_];
      h.count = scalars_.surplus[integers_++] + sum_of(h);
    }
    return h;
  }

  static void take(const std::vector<Stream*>& streams, bool is_float, Buckets& out) {
    if (is_float) {
      out.floats.reserve(streams.size());
      for (Stream* stream : streams) out.floats.push_back(stream->floats[stream->at++]);
    } else {
      out.integers.reserve(streams.size());
      for (Stream* stream : streams) out.integers.push_back(static_cast<int64_t>(stream->integers[stream->at++]));
    }
  }

  ByteReader& in_;
  const size_t count_;
  std::vector<int64_t> runs_;
  std::vector<int64_t> hints_;
  std::vector<int64_t> which_;
  std::vector<Layout> layouts_;
  Streams streams_;
  Scalars scalars_;
  size_t integers_ = 0;  // histograms of each kind that were taken
  size_t floats_ = 0;
};

}  // namespace

void append_histograms(std::string& out, std::span<const HistogramSample> histograms) {
  std::vector<int64_t> starts;
  Writer writer;
  for (size_t i = 0; i < histograms.size(); ++i) {
    starts.push_back(histograms[i].start);
    const bool again = i > 0 && (histograms[i].histogram == histograms[i - 1].histogram ||
                                 same_bits(*histograms[i].histogram, *histograms[i - 1].histogram));
    if (again) {
      writer.repeat();
    } else {
      writer.add(*histograms[i].histogram);
    }
  }
  append_starts(out, starts);
  if (!histograms.empty()) writer.append_to(out);
}

bool read_histograms(ByteReader& in, size_t count, std::vector<HistogramSample>& out) {
  std::vector<Timestamp> starts;
  if (!read_starts(in, count, starts)) return false;
  if (count == 0) return true;
  Reader reader(in, count);
  return reader.read() && reader.assemble(starts, out);
}

}  // namespace narthex::storage
