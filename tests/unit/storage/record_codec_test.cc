// Records to bytes and back: what is written against what, and that a reader who applied the same records before gets
// the same.
#include "storage/log/record_codec.h"

#include <gtest/gtest.h>

#include "storage/identity/identity.h"
#include "tests/support/histograms.h"

namespace narthex::storage {
namespace {

using testing::text_of;

constexpr Timestamp kWindow = 3'600'000;

// A scrape as a test writes it down, by slot.
struct Scrape {
  bool key_frame = false;
  std::vector<std::pair<Slot, double>> numbers = {};
  std::vector<std::pair<Slot, Histogram>> histograms = {};
  std::vector<SlotStart> starts = {};
  std::vector<OwnSample> own = {};
  std::vector<SlotExemplar> exemplars = {};
};

Histogram counted(uint64_t count) {
  Histogram h;
  h.count = h.zero_count = count;
  h.positive = {{{-3, 2}}, {7, 8}, {}};
  return h;
}

// A target with four slots, as the writer or the reader of a log has it.
struct Side {
  Identity identity;
  Target target{0, identity.intern(Labels{{"job", "x"}})};
  std::shared_ptr<Part> part = std::make_shared<Part>(1, kWindow, std::make_shared<Arena>());

  Side() {
    for (const char* name : {"a", "b", "c", "d"}) target.reserve(identity.intern(Labels{{"__name__", name}})->id);
    target.add_part(part);
  }
  void apply(const Record& record, Sequence sequence) { target.apply(record, *part, sequence, sequence); }
};

struct Memory {
  std::vector<uint64_t> seen = {0};
  std::vector<double> values = std::vector<double>(4);
};

Record record_of(const Scrape& scrape, int number, Memory& memory, const Target& target) {
  Record record;
  record.window = 1;
  record.key_frame = scrape.key_frame;
  for (Slot slot = 0; scrape.key_frame && slot < 4; ++slot) record.slots.push_back({slot, target.list(slot)});
  record.has_scrape = !scrape.numbers.empty() || !scrape.histograms.empty();
  record.timestamp = kWindow + 1000 * number;
  const auto see = [&](Slot slot, double value) {
    memory.seen[0] |= uint64_t{1} << slot;
    memory.values[slot] = value;
  };
  for (const auto& [slot, value] : scrape.numbers) see(slot, value);
  for (const auto& [slot, h] : scrape.histograms) see(slot, 0), record.histograms.push_back({slot, &h});
  record.starts = scrape.starts;
  record.timed = scrape.own;
  for (const SlotExemplar& e : scrape.exemplars) record.exemplars.push_back({e.slot, &e.exemplar});
  if (record.has_scrape) record.seen = memory.seen, record.values = memory.values;
  return record;
}

std::string text_of(const Record& record) {
  std::string out;
  auto h = record.histograms.begin();
  for_each_bit(record.seen, [&](Slot slot) {
    out += " " + std::to_string(slot) + "=";
    const bool histogram = h != record.histograms.end() && h->slot == slot;
    out += histogram ? text_of(*(h++)->histogram) : testing::text_of(record.values[slot]);
  });
  for (const SlotStart& s : record.starts) out += " " + std::to_string(s.slot) + ">" + std::to_string(s.start);
  for (const OwnSample& s : record.timed) {
    out += (s.out_of_order ? " old " : " own ") + std::to_string(s.slot) + "@" + std::to_string(s.start) + ">" +
           std::to_string(s.timestamp) + "=" +
           (s.histogram != nullptr ? text_of(*s.histogram) : testing::text_of(s.value));
  }
  for (const RecordExemplar& e : record.exemplars) {
    out += " exemplar " + std::to_string(e.slot) + "@" + std::to_string(e.exemplar->timestamp) + "=" +
           testing::text_of(e.exemplar->value) + e.exemplar->labels.str();
  }
  return out;
}

const Histogram kOwn = counted(3);

struct Case {
  const char* name;
  std::vector<Scrape> before;
  Scrape scrape;
  size_t bytes;  // of the section: 0 if there is none
};

const Case kCases[] = {
    {"numbers alone", {}, {.numbers = {{0, 1}, {3, 2}}}, 0},
    {"the same numbers", {{.numbers = {{0, 1}}}}, {.numbers = {{0, 1}}}, 0},
    {"a histogram, whole", {}, {.histograms = {{1, counted(5)}}}, 28},
    {"the same histogram", {{.histograms = {{1, counted(5)}}}}, {.histograms = {{1, counted(5)}}}, 10},
    {"more counts", {{.histograms = {{1, counted(5)}}}}, {.histograms = {{1, counted(9)}}}, 10},
    {"whole in a key frame",
     {{.histograms = {{1, counted(5)}}}},
     {.key_frame = true, .histograms = {{1, counted(5)}}},
     28},
    {"after a key frame without it",
     {{.histograms = {{1, counted(5)}}}, {.key_frame = true, .numbers = {{1, 1}}}},
     {.histograms = {{1, counted(5)}}},
     28},
    {"after a number, against the histogram before it",
     {{.histograms = {{1, counted(5)}}}, {.numbers = {{1, 1}}}},
     {.histograms = {{1, counted(6)}}},
     10},
    {"two of three slots",
     {{.numbers = {{2, 1}}, .histograms = {{1, counted(5)}, {3, counted(1)}}}},
     {.numbers = {{2, 1}}, .histograms = {{1, counted(5)}, {3, counted(1)}}},
     16},
    {"starts, the first time", {}, {.numbers = {{0, 1}, {2, 1}}, .starts = {{0, 1}, {2, 70}}}, 9},
    {"starts that stay", {{.numbers = {{0, 1}}, .starts = {{0, 1}}}}, {.numbers = {{0, 1}}, .starts = {{0, 1}}}, 0},
    {"a start that changes", {{.numbers = {{0, 1}}, .starts = {{0, 1}}}}, {.numbers = {{0, 1}}, .starts = {{0, 3}}}, 6},
    {"a start that goes", {{.numbers = {{0, 1}}, .starts = {{0, 1}}}}, {.numbers = {{0, 1}}}, 6},
    {"a start that stays, in a key frame",
     {{.numbers = {{0, 1}}, .starts = {{0, 1}}}},
     {.key_frame = true, .numbers = {{0, 1}}, .starts = {{0, 1}}},
     6},
    {"own samples",
     {},
     {.own = {{0, kWindow + 1, 5}, {1, kWindow + 2, 0, &kOwn}, {2, kWindow + 3, 6, nullptr, 9}}},
     32},
    {"own samples out of order",
     {},
     {.own = {{0, kWindow + 9, 5}, {0, kWindow + 1, 0, &kOwn, 0, true}, {2, kWindow + 3, 6, nullptr, 9, true}}},
     32},
    {"own samples beside a scrape", {}, {.numbers = {{3, 1}}, .own = {{1, kWindow + 2, 0, &kOwn, INT64_MIN}}}, 39},
    {"exemplars alone", {}, {.exemplars = {{2, {Labels{{"id", "x"}}, -0.0, kWindow - 1}}}}, 20},
};

class RecordCodec : public ::testing::TestWithParam<Case> {};

TEST_P(RecordCodec, ComesBack) {
  const Case& c = GetParam();
  Side writer;
  Side reader;
  int number = 0;
  const auto pass = [&](const Scrape& scrape) {
    Memory memory;
    const Record record = record_of(scrape, ++number, memory, writer.target);
    RecordHead head;
    head.key_frame = record.key_frame;
    head.has_scrape = record.has_scrape;
    head.labels = 0;
    const std::string bytes = encode_record(head, record, writer.target, *writer.part, kWindow);
    std::string_view rest = bytes;
    DecodedRecord decoded;
    decoded.record.key_frame = record.key_frame;
    ASSERT_TRUE(decode_head(rest, head) && decode_slots(rest, decoded.record.slots));
    ASSERT_TRUE(decode_samples(rest, head, reader.target, reader.part.get(), kWindow, decoded));
    EXPECT_EQ(text_of(decoded.record), text_of(record));
    EXPECT_EQ(head.has_beside, (bytes[3] & kBesideFlag) != 0);
    if (&scrape == &c.scrape) {
      const Bases bases(writer.target, writer.part.get(), 0, record.key_frame);
      EXPECT_EQ(encode_beside(record, writer.target, bases, kWindow).size(), c.bytes);
      for (size_t cut = 0; cut < rest.size(); ++cut) {
        DecodedRecord broken;
        EXPECT_FALSE(decode_samples(rest.substr(0, cut), head, reader.target, reader.part.get(), kWindow, broken));
      }
    }
    writer.apply(record, static_cast<Sequence>(number));
    reader.apply(decoded.record, static_cast<Sequence>(number));
    EXPECT_EQ(dump(reader.target), dump(writer.target));
  };
  for (const Scrape& scrape : c.before) pass(scrape);
  pass(c.scrape);
}

INSTANTIATE_TEST_SUITE_P(Records, RecordCodec, ::testing::ValuesIn(kCases), [](const auto& param) {
  std::string name = param.param.name;
  for (char& ch : name) ch = std::isalnum(static_cast<unsigned char>(ch)) != 0 ? ch : '_';
  return name;
});

// The checksum says so before anybody looks inside.
TEST(RecordCodec, AFlippedByteInTheSectionIsFound) {
  Side side;
  Memory memory;
  const Scrape scrape{.histograms = {{1, counted(5)}}, .starts = {{1, 7}}};
  const Record record = record_of(scrape, 1, memory, side.target);
  RecordHead head;
  head.has_scrape = true;
  std::string batch;
  append_frame(batch, encode_record(head, record, side.target, *side.part, kWindow));
  EXPECT_NE(dump_batch(batch).find("scrape beside"), std::string::npos);
  for (size_t i = 8; i < batch.size(); ++i) {
    std::string flipped = batch;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x10);
    EXPECT_EQ(dump_batch(flipped), "bad checksum\n");
  }
}

}  // namespace
}  // namespace narthex::storage
