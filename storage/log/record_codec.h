// How records look in the log (docs/storage-log.md).
//
//   batch       = { frame }                                    the value of one key of a log family
//   frame       = length:u32 checksum:u32 payload              checksum: low half of the XXH3-64 of the payload
//   payload     = "D" definitions | "R" record
//   definitions = count { symbol:v text } count { list:v count { name:v value:v } }
//   record      = target:v number:v flags:u8 [ late:v ] [ labels:v ] slots [ scrape ] count { own } [ beside ]
//   slots       = count { gap:v list:s }                       slot = last + gap; list against the last one
//   scrape      = producer:v time:s seen changed { value }     a value per changed slot, ascending
//   own         = slot:v time:s bits:u64                       a sample with its own timestamp; with flag 16 the
//                                                              slot is doubled, plus 1 if the sample is out of order
//   seen        = bitmap                                       what differs from the group's last scrape
//   changed     = bitmap                                       seen slots whose value is not their base
//   bitmap      = count { gap:v } | 0x00 words:v { u64 }       (a count is stored plus one, so that 0 is free)
//
// v: varint; s: zigzag varint; texts: length:v bytes. flags: 1 key frame (has `labels`), 2 scrape, 4 late, 8
// beside (log/beside_codec.h), 16 some own samples are out of order. `late`: how many windows before the family's own.
// Times count from the window's start. A value is a column token (head/column.h) of exponent 0 against the slot's base:
// its last value if that lies in the same scrape group at or after the last key frame, else bits 0.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/head/record.h"
#include "storage/head/target.h"
#include "storage/log/beside_codec.h"

namespace narthex::storage {

inline constexpr uint8_t kKeyFrameFlag = 1;
inline constexpr uint8_t kScrapeFlag = 2;
inline constexpr uint8_t kLateFlag = 4;
inline constexpr uint8_t kBesideFlag = 8;
inline constexpr uint8_t kOutOfOrderFlag = 16;

struct RecordHead {
  uint32_t target = 0;
  uint32_t number = 0;
  bool key_frame = false;
  bool has_scrape = false;
  bool has_beside = false;  // told when decoded, as is
  bool has_out_of_order = false;
  uint64_t late = 0;
  ListId labels = kNoList;  // of the target, in key frames
};

void append_frame(std::string& out, std::string_view payload);
// The next payload of a batch. Empty at its end and when the frame's length makes no sense; `sound`: the checksum
// holds.
struct Frame {
  std::string_view payload;
  bool sound = false;
  bool lost = false;  // the rest of the batch cannot be read
};
Frame next_frame(std::string_view& batch);

// Payloads. `part` and `target` in the state before the record is applied, behind the target's mutex.
std::string encode_record(const RecordHead& head, const Record& record, const Target& target, const Part& part,
                          Timestamp window_start);

// A record as read; values and bits are owned.
struct DecodedRecord {
  Record record;
  std::vector<uint64_t> seen;
  std::vector<double> values;
  DecodedBeside beside;
};
// Reads the head; `payload` loses it.
bool decode_head(std::string_view& payload, RecordHead& head);
// Reads the slots; `payload` loses them.
bool decode_slots(std::string_view& payload, std::vector<SlotTemplate>& slots);
// Reads the rest, with `target` and `part` as they were when it was written. record.slots and key_frame are given.
bool decode_samples(std::string_view payload, const RecordHead& head, const Target& target, const Part* part,
                    Timestamp window_start, DecodedRecord& out);

// A scrape that differs from the last one of its group in values alone.
struct ScrapeChanges {
  uint32_t producer = 0;
  Timestamp timestamp = 0;
  std::vector<uint64_t> changed;
  std::vector<SlotChange> values;  // of the changed slots
};
// Reads a record behind its slots, of which it has none, with `target` as it was and `group` being that of its
// producer's scrapes. False: it is another kind of record.
bool decode_changes(std::string_view payload, const RecordHead& head, const Target& target, const TimeGroup& group,
                    Timestamp window_start, ScrapeChanges& out);

struct DefinedSymbol {
  uint32_t id;
  std::string_view text;
};
struct DefinedList {
  ListId id;
  std::vector<std::pair<uint32_t, uint32_t>> pairs;
};
struct Definitions {
  std::vector<DefinedSymbol> symbols;
  std::vector<DefinedList> lists;
  bool empty() const { return symbols.empty() && lists.empty(); }
};
std::string encode_definitions(const Definitions& definitions);
bool decode_definitions(std::string_view payload, Definitions& out);

// For tests and tools: a line per frame.
std::string dump_batch(std::string_view batch);

}  // namespace narthex::storage
