#include "storage/segment/page/pack_page.h"

#include <algorithm>

#include "storage/head/bytes.h"

namespace narthex::storage {
namespace {

constexpr uint8_t kGaps = 1;
constexpr uint8_t kHistograms = 2;
constexpr uint8_t kStarts = 4;
constexpr uint8_t kMixed = 8;

// {a:v b:v} for each two of the runs; the last run is not written.
void append_runs(std::string& out, std::span<const uint32_t> runs) {
  put_varint(out, runs.size() / 2);
  for (size_t i = 0; i + 1 < runs.size(); ++i) put_varint(out, runs[i]);
}

// How many numbers, histograms, numbers, … follow one another.
std::vector<uint32_t> kinds_of(const Column& samples) {
  std::vector<uint32_t> runs;
  size_t number = 0;
  size_t histogram = 0;
  const auto number_is_next = [&] {
    return number < samples.size() && (histogram == samples.histograms.size() ||
                                       samples.timestamps[number] < samples.histograms[histogram].timestamp);
  };
  while (number < samples.size() || histogram < samples.histograms.size()) {
    uint32_t numbers = 0;
    uint32_t histograms = 0;
    for (; number_is_next(); ++number) ++numbers;
    for (; histogram < samples.histograms.size() && !number_is_next(); ++histogram) ++histograms;
    runs.insert(runs.end(), {numbers, histograms});
  }
  if (runs.back() == 0) runs.pop_back();
  if (runs.size() % 2 == 0) runs.push_back(0);
  return runs;
}

}  // namespace

ValuesCoded PackWriter::add(const ColumnTimes& times, const Column& samples) {
  ValuesCoded coded;
  Head head{times.group, times.first, times.last - times.first, 0, bodies_.size()};
  if (!times.runs.empty()) {
    head.flags |= kGaps;
    append_runs(bodies_, times.runs);
  }
  if (!samples.histograms.empty()) head.flags |= kHistograms;
  if (!samples.histograms.empty() && samples.size() > 0) {
    head.flags |= kMixed;
    append_runs(bodies_, kinds_of(samples));
  }
  if (samples.size() > 0) {
    const size_t before = bodies_.size();
    coded.codec = append_values(bodies_, samples.values);
    coded.value_bytes = bodies_.size() - before;
  }
  if (std::any_of(samples.starts.begin(), samples.starts.end(), [](Timestamp start) { return start != 0; })) {
    head.flags |= kStarts;
    append_starts(bodies_, samples.starts);
  }
  if (!samples.histograms.empty()) {
    const size_t before = bodies_.size();
    append_histograms(bodies_, samples.histograms);
    coded.histogram_bytes = bodies_.size() - before;
  }
  head.size = bodies_.size() - head.size;
  columns_.push_back(head);
  return coded;
}

std::string PackWriter::raw() const {
  std::string raw;
  put_varint(raw, columns_.size());
  uint32_t group = 0;
  for (const Head& c : columns_) {
    put_signed(raw, int64_t{c.group} - group);
    group = c.group;
  }
  for (const Head& c : columns_) put_varint(raw, c.first);
  for (const Head& c : columns_) put_varint(raw, c.length);
  for (const Head& c : columns_) raw.push_back(static_cast<char>(c.flags));
  for (const Head& c : columns_) put_varint(raw, c.size);
  return raw.append(bodies_);
}

bool PackPage::parse(std::string raw) {
  if (raw.size() > UINT32_MAX) return false;
  raw_ = std::move(raw);
  ByteReader in(raw_);
  columns_.resize(in.count());
  uint32_t group = 0;
  for (Place& c : columns_) c.group = group += static_cast<uint32_t>(in.signed_varint());
  for (Place& c : columns_) c.first = in.varint32();
  for (Place& c : columns_) c.length = in.varint32();
  for (Place& c : columns_) c.flags = in.byte();
  for (Place& c : columns_) c.size = in.varint32();
  for (Place& c : columns_) {
    c.begin = static_cast<uint32_t>(raw_.size() - in.rest().size());
    in.take(c.size);
  }
  return in.ok() && in.at_end();
}

namespace {

// Runs as they were written, the last one so that all are `total` together. False: they are more.
bool read_runs(ByteReader& in, uint64_t total, std::vector<uint32_t>& runs) {
  runs.clear();
  for (size_t left = 2 * in.count(); left > 0 && in.ok(); --left) {
    const uint32_t run = in.varint32();
    if (run > total) return false;
    total -= run;
    runs.push_back(run);
  }
  runs.push_back(static_cast<uint32_t>(total));
  return in.ok();
}

// Calls `even(i)` or `odd(i)` for each i from 0 on, as the runs change.
template <class Even, class Odd>
void walk_runs(std::span<const uint32_t> runs, Even&& even, Odd&& odd) {
  size_t i = 0;
  for (size_t run = 0; run < runs.size(); ++run) {
    for (const size_t end = i + runs[run]; i < end; ++i) {
      run % 2 == 0 ? even(i) : odd(i);
    }
  }
}

struct Range {
  size_t begin;
  size_t end;
};

// The places of what is in [from, to] in ascending timestamps.
Range range_of(std::span<const Timestamp> times, Timestamp from, Timestamp to) {
  if (from > to) return {0, 0};
  const auto begin = std::lower_bound(times.begin(), times.end(), from);
  const auto end = std::upper_bound(begin, times.end(), to);
  return {static_cast<size_t>(begin - times.begin()), static_cast<size_t>(end - times.begin())};
}

// A column decoded in full. Its memory is used for one column after another.
class DecodedColumn {
 public:
  // `times`: of the column's group, from its first to its last index.
  bool decode(std::string_view bytes, uint8_t flags, std::span<const Timestamp> times) {
    ByteReader in(bytes);
    if ((flags & kGaps) != 0 && !drop_gaps(in, times)) return false;
    const bool histograms = (flags & kHistograms) != 0;
    number_times_ = histograms ? times.first(0) : times;
    histogram_times_ = histograms ? times : times.first(0);
    if ((flags & kMixed) != 0 && !split(in, times)) return false;
    values_.clear(), starts_.clear(), histograms_.clear();
    const size_t numbers = number_times_.size();
    if (numbers > 0 && (!read_values(in, numbers, values_) || values_.size() != numbers)) return false;
    if ((flags & kStarts) != 0 && (!read_starts(in, numbers, starts_) || starts_.size() != numbers)) return false;
    if (histograms && !read_histograms(in, histogram_times_.size(), histograms_)) return false;
    return histograms_.size() == histogram_times_.size() && in.ok() && in.at_end();
  }

  void append(Timestamp from, Timestamp to, Column& out) {
    const Range numbers = range_of(number_times_, from, to);
    append_starts_of(numbers, out);
    append_cut(number_times_, numbers, out.timestamps);
    append_cut(values_, numbers, out.values);
    const Range some = range_of(histogram_times_, from, to);
    for (size_t i = some.begin; i < some.end; ++i) {
      histograms_[i].timestamp = histogram_times_[i];
      out.histograms.push_back(std::move(histograms_[i]));
    }
    histograms_.clear();
  }

 private:
  bool drop_gaps(ByteReader& in, std::span<const Timestamp>& times) {
    if (!read_runs(in, times.size(), runs_)) return false;
    present_.clear();
    walk_runs(
        runs_, [&](size_t i) { present_.push_back(times[i]); }, [](size_t) {});
    times = present_;
    return true;
  }

  bool split(ByteReader& in, std::span<const Timestamp> times) {
    if (!read_runs(in, times.size(), runs_)) return false;
    numbers_.clear(), others_.clear();
    walk_runs(
        runs_, [&](size_t i) { numbers_.push_back(times[i]); }, [&](size_t i) { others_.push_back(times[i]); });
    number_times_ = numbers_;
    histogram_times_ = others_;
    return true;
  }

  template <class All, class T>
  static void append_cut(const All& all, Range range, std::vector<T>& out) {
    const std::span<const T> cut = std::span<const T>(all).subspan(range.begin, range.end - range.begin);
    out.insert(out.end(), cut.begin(), cut.end());
  }

  // A column's starts are empty while none is known. `out` does not have the numbers of this column yet.
  void append_starts_of(Range numbers, Column& out) const {
    const Range known = starts_.empty() ? Range{0, 0} : numbers;
    const auto cut = std::span(starts_).subspan(known.begin, known.end - known.begin);
    const bool any = std::ranges::any_of(cut, [](Timestamp start) { return start != 0; });
    if (!any && out.starts.empty()) return;
    out.starts.resize(out.size());
    out.starts.insert(out.starts.end(), cut.begin(), cut.end());
    out.starts.resize(out.size() + (numbers.end - numbers.begin));
  }

  std::span<const Timestamp> number_times_;
  std::span<const Timestamp> histogram_times_;
  std::vector<uint32_t> runs_;
  std::vector<Timestamp> present_;
  std::vector<Timestamp> numbers_;
  std::vector<Timestamp> others_;
  std::vector<double> values_;
  std::vector<Timestamp> starts_;
  std::vector<HistogramSample> histograms_;
};

}  // namespace

bool PackPage::read(size_t i, std::span<const Timestamp> group, Timestamp from, Timestamp to, Column& out) const {
  const Place& place = columns_[i];
  if (place.first >= group.size() || place.length >= group.size() - place.first) return false;
  thread_local DecodedColumn column;
  const std::string_view bytes = std::string_view(raw_).substr(place.begin, place.size);
  if (!column.decode(bytes, place.flags, group.subspan(place.first, size_t{place.length} + 1))) return false;
  column.append(from, to, out);
  return true;
}

}  // namespace narthex::storage
