#include "storage/log/beside_codec.h"

#include <bit>

#include "storage/head/histogram_codec.h"

namespace narthex::storage {
namespace {

constexpr uint8_t kStart = 1;
constexpr uint8_t kHistogram = 2;

// Modulo 2^64, so that any two numbers have a difference and a sum.
int64_t difference(Timestamp a, Timestamp b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}
Timestamp sum(Timestamp a, int64_t b) {
  return static_cast<Timestamp>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}

bool has_bit(std::span<const uint64_t> words, Slot slot) {
  return slot / 64 < words.size() && (words[slot / 64] >> (slot & 63) & 1) != 0;
}

// Calls `visit(slot, start, base)` for the seen slots of a scrape.
template <class Visit>
void for_each_start(const Record& record, const Bases& bases, Visit&& visit) {
  auto told = record.starts.begin();
  for_each_bit(record.seen, [&](Slot slot) {
    const bool is_told = told != record.starts.end() && told->slot == slot;
    visit(slot, is_told ? (told++)->start : 0, bases.start(slot));
  });
}

size_t put_starts(std::string& out, const Record& record, const Target& target, const Bases& bases) {
  std::string changes;
  size_t count = 0;
  Slot last = 0;
  const bool any = record.has_scrape && (target.has_sides() || !record.starts.empty());
  if (any) {
    for_each_start(record, bases, [&](Slot slot, Timestamp start, Timestamp base) {
      if (start == base) return;
      put_varint(changes, slot - last);
      put_signed(changes, difference(start, base));
      last = slot;
      ++count;
    });
  }
  put_varint(out, count);
  out += changes;
  return count;
}

void put_histograms(std::string& out, const Record& record, const Bases& bases) {
  put_varint(out, record.histograms.size());
  Slot last = 0;
  for (const ScrapedHistogram& h : record.histograms) {
    put_varint(out, h.slot - last);
    append_histogram(out, bases.histogram(h.slot), *h.histogram);
    last = h.slot;
  }
}

size_t put_own(std::string& out, const Record& record) {
  std::string samples;
  size_t count = 0;
  size_t last = 0;
  for (size_t i = 0; i < record.timed.size(); ++i) {
    const OwnSample& s = record.timed[i];
    if (s.start == 0 && s.histogram == nullptr) continue;
    put_varint(samples, i - last);
    samples.push_back(static_cast<char>((s.start != 0 ? kStart : 0) | (s.histogram != nullptr ? kHistogram : 0)));
    if (s.start != 0) put_signed(samples, s.start);
    if (s.histogram != nullptr) append_histogram(samples, nullptr, *s.histogram);
    last = i;
    ++count;
  }
  put_varint(out, count);
  out += samples;
  return count;
}

void put_exemplars(std::string& out, const Record& record, Timestamp window_start) {
  put_varint(out, record.exemplars.size());
  for (const RecordExemplar& e : record.exemplars) {
    put_varint(out, e.slot);
    put_signed(out, difference(e.exemplar->timestamp, window_start));
    put_fixed(out, std::bit_cast<uint64_t>(e.exemplar->value));
    put_varint(out, e.exemplar->labels.size());
    for (const Label& label : e.exemplar->labels) put_text(out, label.name), put_text(out, label.value);
  }
}

// Changes by slot, ascending.
bool read_changes(ByteReader& in, std::vector<SlotStart>& changes) {
  Slot slot = 0;
  for (size_t left = in.count(); left > 0 && in.ok(); --left) {
    slot += in.varint32();
    changes.push_back({slot, in.signed_varint()});
  }
  return in.ok();
}

void apply_changes(const std::vector<SlotStart>& changes, const Bases& bases, Record& record) {
  auto change = changes.begin();
  std::vector<SlotStart> starts;
  for_each_bit(record.seen, [&](Slot slot) {
    while (change != changes.end() && change->slot < slot) ++change;
    const bool changed = change != changes.end() && change->slot == slot;
    const Timestamp start = changed ? sum(bases.start(slot), change->start) : bases.start(slot);
    if (start != 0) starts.push_back({slot, start});
  });
  record.starts = std::move(starts);
}

bool read_histograms(ByteReader& in, const Bases& bases, Record& record, std::deque<Histogram>& owned) {
  Slot slot = 0;
  for (size_t left = in.count(); left > 0 && in.ok(); --left) {
    slot += in.varint32();
    const bool first = record.histograms.empty();
    if (!has_bit(record.seen, slot) || (!first && slot <= record.histograms.back().slot)) return false;
    if (!read_histogram(in, bases.histogram(slot), owned.emplace_back())) return false;
    record.histograms.push_back({slot, &owned.back()});
  }
  return in.ok();
}

bool read_own(ByteReader& in, Record& record, std::deque<Histogram>& owned) {
  size_t place = 0;
  for (size_t left = in.count(); left > 0 && in.ok(); --left) {
    place += in.varint32();
    const uint8_t what = in.byte();
    if (place >= record.timed.size() || what > (kStart | kHistogram)) return false;
    if ((what & kStart) != 0) record.timed[place].start = in.signed_varint();
    if ((what & kHistogram) == 0) continue;
    if (!read_histogram(in, nullptr, owned.emplace_back())) return false;
    record.timed[place].histogram = &owned.back();
  }
  return in.ok();
}

bool read_exemplars(ByteReader& in, const Target& target, Timestamp window_start, Record& record,
                    std::deque<Exemplar>& owned) {
  for (size_t left = in.count(); left > 0 && in.ok(); --left) {
    const Slot slot = in.varint32();
    if (slot >= target.slot_count() || target.list(slot) == kNoList) return false;
    Exemplar& exemplar = owned.emplace_back();
    exemplar.timestamp = sum(window_start, in.signed_varint());
    exemplar.value = std::bit_cast<double>(in.fixed<uint64_t>());
    std::vector<Label> labels;
    for (size_t pairs = in.count(); pairs > 0 && in.ok(); --pairs) {
      Label& label = labels.emplace_back();
      label.name = in.text();
      label.value = in.text();
    }
    exemplar.labels = Labels(std::move(labels));
    record.exemplars.push_back({slot, &exemplar});
  }
  return in.ok();
}

}  // namespace

std::string encode_beside(const Record& record, const Target& target, const Bases& bases, Timestamp window_start) {
  std::string out;
  const size_t starts = put_starts(out, record, target, bases);
  put_histograms(out, record, bases);
  const size_t own = put_own(out, record);
  put_exemplars(out, record, window_start);
  const bool any = starts + own > 0 || !record.histograms.empty() || !record.exemplars.empty();
  return any ? out : std::string();
}

bool decode_beside(ByteReader& in, bool present, const Target& target, const Bases& bases, Timestamp window_start,
                   Record& record, DecodedBeside& owned) {
  record.histograms.clear();
  record.starts.clear();
  record.exemplars.clear();
  owned.histograms.clear();
  owned.exemplars.clear();
  std::vector<SlotStart> changes;
  if (present && !read_changes(in, changes)) return false;
  if (record.has_scrape && (target.has_sides() || !changes.empty())) apply_changes(changes, bases, record);
  if (!present) return true;
  return read_histograms(in, bases, record, owned.histograms) && read_own(in, record, owned.histograms) &&
         read_exemplars(in, target, window_start, record, owned.exemplars);
}

}  // namespace narthex::storage
