#include "storage/deletion/tombstone.h"

#include <algorithm>

#include "storage/head/bytes.h"

namespace narthex::storage {

std::string encode_tombstone(const Tombstone& tombstone) {
  std::string out;
  put_signed(out, tombstone.interval.from);
  put_signed(out, tombstone.interval.to);
  put_varint(out, tombstone.selectors.size());
  for (const std::vector<Matcher>& matchers : tombstone.selectors) {
    put_varint(out, matchers.size());
    for (const Matcher& matcher : matchers) {
      out.push_back(static_cast<char>(matcher.type()));
      put_text(out, matcher.name());
      put_text(out, matcher.value());
    }
  }
  return out;
}

namespace {

bool read_matchers(ByteReader& in, std::vector<Matcher>& out) {
  for (size_t left = in.count(); left > 0; --left) {
    const uint8_t type = in.byte();
    std::string name(in.text());
    std::string value(in.text());
    if (!in.ok() || type > static_cast<uint8_t>(MatchType::kNotRegex)) return false;
    auto matcher = Matcher::make(static_cast<MatchType>(type), std::move(name), std::move(value));
    if (!matcher) return false;
    out.push_back(std::move(*matcher));
  }
  return in.ok();
}

}  // namespace

Result<Tombstone> decode_tombstone(uint64_t number, std::string_view bytes) {
  ByteReader in(bytes);
  Tombstone out{number, {}, {}};
  out.interval.from = in.signed_varint();
  out.interval.to = in.signed_varint();
  bool sound = true;
  for (size_t left = in.count(); sound && left > 0; --left) sound = read_matchers(in, out.selectors.emplace_back());
  if (sound && in.ok() && in.at_end() && !out.selectors.empty()) return out;
  return Error{Code::kCorruption, "tombstone " + std::to_string(number) + " makes no sense"};
}

bool Deletions::reach(uint64_t applied, Timestamp from, Timestamp to) const {
  return std::any_of(tombstones_.begin(), tombstones_.end(), [&](const Tombstone& t) {
    return t.number > applied && t.interval.from <= to && t.interval.to >= from;
  });
}

namespace {

bool satisfies(const Labels& series, const std::vector<Matcher>& matchers) {
  return std::all_of(matchers.begin(), matchers.end(),
                     [&](const Matcher& m) { return m.matches(series.get(m.name())); });
}

bool means(const Tombstone& tombstone, const Labels& series) {
  return std::any_of(tombstone.selectors.begin(), tombstone.selectors.end(),
                     [&](const auto& matchers) { return satisfies(series, matchers); });
}

}  // namespace

std::vector<Interval> Deletions::of(const Labels& series, uint64_t applied) const {
  std::vector<Interval> all;
  for (const Tombstone& t : tombstones_) {
    if (t.number > applied && means(t, series)) all.push_back(t.interval);
  }
  std::sort(all.begin(), all.end(), [](const Interval& a, const Interval& b) { return a.from < b.from; });
  std::vector<Interval> merged;
  for (const Interval& next : all) {
    const bool touches = !merged.empty() && (next.from <= merged.back().to || next.from - 1 == merged.back().to);
    if (touches) {
      merged.back().to = std::max(merged.back().to, next.to);
    } else {
      merged.push_back(next);
    }
  }
  return merged;
}

namespace {

// Asked with timestamps ascending.
class Hidden {
 public:
  explicit Hidden(std::span<const Interval> deleted) : left_(deleted) {}
  bool operator()(Timestamp t) {
    while (!left_.empty() && left_.front().to < t) left_ = left_.subspan(1);
    return !left_.empty() && left_.front().from <= t;
  }

 private:
  std::span<const Interval> left_;
};

}  // namespace

void cut(Column& column, std::span<const Interval> deleted) {
  if (deleted.empty()) return;
  Hidden number_hidden(deleted);
  size_t kept = 0;
  for (size_t i = 0; i < column.size(); ++i) {
    if (number_hidden(column.timestamps[i])) continue;
    column.timestamps[kept] = column.timestamps[i];
    column.values[kept] = column.values[i];
    if (!column.starts.empty()) column.starts[kept] = column.starts[i];
    ++kept;
  }
  column.timestamps.resize(kept);
  column.values.resize(kept);
  if (!column.starts.empty()) column.starts.resize(kept);
  Hidden histogram_hidden(deleted);
  std::erase_if(column.histograms, [&](const HistogramSample& h) { return histogram_hidden(h.timestamp); });
}

void append(const Column& later, Column& out) {
  for (size_t i = 0; i < later.size(); ++i) {
    out.push(later.timestamps[i], later.values[i], later.starts.empty() ? 0 : later.starts[i]);
  }
  out.histograms.insert(out.histograms.end(), later.histograms.begin(), later.histograms.end());
}

}  // namespace narthex::storage
