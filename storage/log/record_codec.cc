#include "storage/log/record_codec.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <bit>

#include "base/quote.h"
#include "storage/head/bytes.h"
#include "storage/identity/series_index.h"

namespace narthex::storage {
namespace {

uint32_t checksum(std::string_view payload) {
  return static_cast<uint32_t>(XXH3_64bits(payload.data(), payload.size()));
}

void put_bitmap(std::string& out, std::span<const uint64_t> words) {
  size_t used = words.size();
  while (used > 0 && words[used - 1] == 0) --used;
  words = words.first(used);
  size_t bits = 0;
  for (const uint64_t word : words) bits += static_cast<size_t>(std::popcount(word));
  if (bits > used * 6) {  // a gap takes a byte and more, a word eight
    put_varint(out, 0);
    put_varint(out, used);
    for (const uint64_t word : words) put_fixed(out, word);
    return;
  }
  put_varint(out, bits + 1);
  Slot last = 0;
  for_each_bit(words, [&](Slot slot) {
    put_varint(out, slot - last);
    last = slot;
  });
}

void set_bit(std::vector<uint64_t>& words, uint64_t bit) {
  if (words.size() <= bit / 64) words.resize(bit / 64 + 1);
  words[bit / 64] |= uint64_t{1} << (bit & 63);
}

bool read_bitmap(ByteReader& in, std::vector<uint64_t>& words) {
  words.clear();
  const uint64_t stored = in.varint();
  if (stored == 0) {
    const size_t count = in.count();
    for (size_t i = 0; i < count && in.ok(); ++i) words.push_back(in.fixed<uint64_t>());
    return in.ok();
  }
  uint64_t bit = 0;
  for (uint64_t i = 1; i < stored && in.ok(); ++i) {
    bit += in.varint32();
    if (bit > kMaxSlots) return false;
    set_bit(words, bit);
  }
  return in.ok();
}

std::vector<uint64_t> exclusive_or(std::span<const uint64_t> a, std::span<const uint64_t> b) {
  std::vector<uint64_t> out(a.begin(), a.end());
  out.resize(std::max(a.size(), b.size()));
  for (size_t i = 0; i < b.size(); ++i) out[i] ^= b[i];
  return out;
}

void put_scrape(std::string& out, const Record& record, const Bases& bases, Timestamp window_start) {
  put_varint(out, record.producer);
  put_signed(out, record.timestamp - window_start);
  put_bitmap(out, exclusive_or(record.seen, bases.seen()));
  std::vector<uint64_t> changed(record.seen.size());
  std::string values;
  for_each_bit(record.seen, [&](Slot slot) {
    const auto bits = std::bit_cast<uint64_t>(record.values[slot]);
    const uint64_t base = bases(slot);
    if (bits == base) return;
    changed[slot / 64] |= uint64_t{1} << (slot & 63);
    append_delta(values, base, bits);
  });
  put_bitmap(out, changed);
  out += values;
}

// What of a scrape stands before its bases can be known.
void read_scrape_head(ByteReader& in, Timestamp window_start, Record& record) {
  record.producer = in.varint32();
  record.timestamp = window_start + in.signed_varint();
}

bool read_scrape(ByteReader& in, const Target& target, const Bases& bases, DecodedRecord& out) {
  Record& record = out.record;
  std::vector<uint64_t> difference;
  std::vector<uint64_t> changed;
  if (!read_bitmap(in, difference) || !read_bitmap(in, changed)) return false;
  out.seen = exclusive_or(difference, bases.seen());
  if (out.seen.size() * 64 > out.values.size()) out.values.resize(out.seen.size() * 64);
  changed.resize(std::max(changed.size(), out.seen.size()));
  const std::string_view values = in.rest();
  size_t at = 0;
  bool sound = true;
  for_each_bit(out.seen, [&](Slot slot) {
    uint64_t bits = bases(slot);
    if ((changed[slot / 64] >> (slot & 63) & 1) != 0) sound = sound && read_delta(values, at, bits, bits);
    sound = sound && slot < target.slot_count() && target.list(slot) != kNoList;
    out.values[slot] = std::bit_cast<double>(bits);
  });
  in.take(at);
  record.seen = out.seen;
  record.values = out.values;
  return sound;
}

}  // namespace

void append_frame(std::string& out, std::string_view payload) {
  put_fixed(out, static_cast<uint32_t>(payload.size()));
  put_fixed(out, checksum(payload));
  out.append(payload);
}

Frame next_frame(std::string_view& batch) {
  if (batch.empty()) return {};
  ByteReader in(batch);
  const auto length = in.fixed<uint32_t>();
  const auto expected = in.fixed<uint32_t>();
  const std::string_view payload = in.take(length);
  if (!in.ok() || payload.empty()) {
    batch = {};
    return {{}, false, true};
  }
  batch = in.rest();
  return {payload, checksum(payload) == expected, false};
}

std::string encode_record(const RecordHead& head, const Record& record, const Target& target, const Part& part,
                          Timestamp window_start) {
  const Bases bases(target, &part, record.producer, head.key_frame);
  const std::string beside = encode_beside(record, target, bases, window_start);
  const bool marks =
      std::any_of(record.timed.begin(), record.timed.end(), [](const OwnSample& s) { return s.out_of_order; });
  std::string out = "R";
  put_varint(out, head.target);
  put_varint(out, head.number);
  out.push_back(static_cast<char>((head.key_frame ? kKeyFrameFlag : 0) | (head.has_scrape ? kScrapeFlag : 0) |
                                  (head.late > 0 ? kLateFlag : 0) | (beside.empty() ? 0 : kBesideFlag) |
                                  (marks ? kOutOfOrderFlag : 0)));
  if (head.late > 0) put_varint(out, head.late);
  if (head.key_frame) put_varint(out, head.labels);
  put_varint(out, record.slots.size());
  SlotTemplate last{0, 0};
  for (const SlotTemplate& s : record.slots) {
    put_varint(out, s.slot - last.slot);
    put_signed(out, int64_t{s.list} - int64_t{last.list});
    last = s;
  }
  if (head.has_scrape) put_scrape(out, record, bases, window_start);
  put_varint(out, record.timed.size());
  for (const OwnSample& s : record.timed) {
    put_varint(out, marks ? uint64_t{s.slot} * 2 + (s.out_of_order ? 1 : 0) : s.slot);
    put_signed(out, s.timestamp - window_start);
    put_fixed(out, std::bit_cast<uint64_t>(s.value));
  }
  return out += beside;
}

bool decode_head(std::string_view& payload, RecordHead& head) {
  ByteReader in(payload.substr(1));
  head.target = in.varint32();
  head.number = in.varint32();
  const uint8_t flags = in.byte();
  head.key_frame = (flags & kKeyFrameFlag) != 0;
  head.has_scrape = (flags & kScrapeFlag) != 0;
  head.has_beside = (flags & kBesideFlag) != 0;
  head.has_out_of_order = (flags & kOutOfOrderFlag) != 0;
  head.late = (flags & kLateFlag) != 0 ? in.varint() : 0;
  head.labels = head.key_frame ? in.varint32() : kNoList;
  payload = in.rest();
  return in.ok() && flags <= (kKeyFrameFlag | kScrapeFlag | kLateFlag | kBesideFlag | kOutOfOrderFlag);
}

bool decode_slots(std::string_view& payload, std::vector<SlotTemplate>& slots) {
  ByteReader in(payload);
  slots.clear();
  SlotTemplate last{0, 0};
  for (size_t left = in.count(); left > 0 && in.ok(); --left) {
    last.slot += in.varint32();
    last.list = static_cast<ListId>(int64_t{last.list} + in.signed_varint());
    if (last.slot > kMaxSlots) return false;
    slots.push_back(last);
  }
  payload = in.rest();
  return in.ok();
}

bool decode_samples(std::string_view payload, const RecordHead& head, const Target& target, const Part* part,
                    Timestamp window_start, DecodedRecord& out) {
  ByteReader in(payload);
  out.record.has_scrape = head.has_scrape;
  out.record.seen = {};
  if (head.has_scrape) read_scrape_head(in, window_start, out.record);
  const Bases bases(target, head.has_scrape ? part : nullptr, out.record.producer, head.key_frame);
  if (head.has_scrape && !read_scrape(in, target, bases, out)) return false;
  out.record.timed.clear();
  for (size_t left = in.count(); left > 0 && in.ok(); --left) {
    OwnSample sample{};
    sample.slot = in.varint32();
    if (head.has_out_of_order) sample.out_of_order = (sample.slot & 1) != 0, sample.slot /= 2;
    sample.timestamp = window_start + in.signed_varint();
    sample.value = std::bit_cast<double>(in.fixed<uint64_t>());
    if (sample.slot >= target.slot_count() || target.list(sample.slot) == kNoList) return false;
    out.record.timed.push_back(sample);
  }
  const bool sound = in.ok() && decode_beside(in, head.has_beside, target, bases, window_start, out.record, out.beside);
  return sound && in.at_end();
}

bool decode_changes(std::string_view payload, const RecordHead& head, const Target& target, const TimeGroup& group,
                    Timestamp window_start, ScrapeChanges& out) {
  constexpr uint64_t kNoBits = 1;  // an empty bitmap
  if (!head.has_scrape || head.key_frame || head.has_beside) return false;
  ByteReader in(payload);
  out.producer = in.varint32();
  out.timestamp = window_start + in.signed_varint();
  if (in.varint() != kNoBits || !read_bitmap(in, out.changed)) return false;
  if (out.changed.size() > group.seen.size()) return false;
  for (size_t i = 0; i < out.changed.size(); ++i) {
    if ((out.changed[i] & ~group.seen[i]) != 0) return false;
  }
  out.values.clear();
  const std::string_view values = in.rest();
  size_t at = 0;
  bool sound = true;
  for_each_bit(out.changed, [&](Slot slot) {
    SlotChange& change = out.values.emplace_back(SlotChange{slot, {}});
    sound = sound && read_change(values, at, target.column(slot).last_bits, change.value);
  });
  in.take(at);
  return sound && in.varint() == 0 && in.at_end();  // no samples with their own timestamps
}

std::string encode_definitions(const Definitions& definitions) {
  std::string out = "D";
  put_varint(out, definitions.symbols.size());
  for (const DefinedSymbol& symbol : definitions.symbols) {
    put_varint(out, symbol.id);
    put_text(out, symbol.text);
  }
  put_varint(out, definitions.lists.size());
  for (const DefinedList& list : definitions.lists) {
    put_varint(out, list.id);
    put_varint(out, list.pairs.size());
    for (const auto& [name, value] : list.pairs) put_varint(out, name), put_varint(out, value);
  }
  return out;
}

bool decode_definitions(std::string_view payload, Definitions& out) {
  out = {};
  ByteReader in(payload.substr(1));
  for (size_t left = in.count(); left > 0 && in.ok(); --left) {
    const uint32_t id = in.varint32();
    out.symbols.push_back({id, in.text()});
  }
  for (size_t left = in.count(); left > 0 && in.ok(); --left) {
    DefinedList list{in.varint32(), {}};
    for (size_t pairs = in.count(); pairs > 0 && in.ok(); --pairs) {
      const uint32_t name = in.varint32();
      list.pairs.emplace_back(name, in.varint32());
    }
    out.lists.push_back(std::move(list));
  }
  return in.ok() && in.at_end();
}

std::string dump_batch(std::string_view batch) {
  std::string out;
  while (!batch.empty()) {
    const Frame frame = next_frame(batch);
    if (frame.lost) return out + "lost\n";
    if (!frame.sound) {
      out += "bad checksum\n";
    } else if (frame.payload[0] == 'D') {
      Definitions defined;
      if (!decode_definitions(frame.payload, defined)) out += "bad ";
      out += "definitions";
      for (const DefinedSymbol& s : defined.symbols) out += fmt::format(" {}={}", s.id, go_quote(s.text));
      for (const DefinedList& list : defined.lists) {
        out += fmt::format(" [{}:", list.id);
        for (const auto& [name, value] : list.pairs) out += fmt::format(" {}={}", name, value);
        out += ']';
      }
      out += '\n';
    } else {
      RecordHead head;
      std::string_view rest = frame.payload;
      std::vector<SlotTemplate> slots;
      if (!decode_head(rest, head) || !decode_slots(rest, slots)) out += "bad ";
      out += fmt::format("record target={} number={}{}{}", head.target, head.number, head.key_frame ? " key" : "",
                         head.has_scrape ? " scrape" : "");
      if (head.has_beside) out += " beside";
      if (head.has_out_of_order) out += " out of order";
      if (head.late > 0) out += fmt::format(" late={}", head.late);
      for (const SlotTemplate& s : slots) out += fmt::format(" {}:{}", s.slot, s.list);
      out += fmt::format(" +{}B\n", rest.size());
    }
  }
  return out;
}

}  // namespace narthex::storage
