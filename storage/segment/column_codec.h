// A series' values, histograms and starts as bytes at rest: whole columns, chosen the shortest way that fits. Bit for
// bit: NaN payloads, the sign of zero and stale markers included. Formats: docs/storage-columns.md.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/histogram.h"
#include "storage/head/bytes.h"
#include "storage/querier.h"

namespace narthex::storage {

// How a column's values are coded; the byte before them.
enum class ValueCodec : uint8_t {
  kConstant = 0,  // equal bits
  kInteger = 1,   // integers: deltas or deltas of deltas
  kDecimal = 2,   // integers after × 10^e, with exceptions
  kDouble = 3,    // true doubles, split into high and low bits
};
inline constexpr size_t kValueCodecs = 4;
std::string_view name_of(ValueCodec codec);

// Appends a column of one or more values, the codec's byte first. Returns what it chose.
ValueCodec append_values(std::string& out, std::span<const double> values);
// Appends `count` values to `out`. False: the bytes make no sense.
bool read_values(ByteReader& in, size_t count, std::vector<double>& out);

// Strictly ascending timestamps. Appends to `out`; reads any number up to the bytes' end of what was written.
void append_times(std::string& out, std::span<const Timestamp> times);
bool read_times(ByteReader& in, std::vector<Timestamp>& out);

// Start timestamps (0: unknown), one per sample: runs of equal ones take nothing.
void append_starts(std::string& out, std::span<const Timestamp> starts);
bool read_starts(ByteReader& in, size_t count, std::vector<Timestamp>& out);

// Native histograms in time order; timestamps are not stored here, starts are. Changes of layout, float and custom
// ones and reset hints included.
void append_histograms(std::string& out, std::span<const HistogramSample> histograms);
// Appends `count` of them, with timestamps 0.
bool read_histograms(ByteReader& in, size_t count, std::vector<HistogramSample>& out);

}  // namespace narthex::storage
