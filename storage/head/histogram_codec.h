// One native histogram as bytes, against another one or whole. For columns and for the log.
//
//   histogram = head:v [ layout ] values
//   head      = hint * 4 + 2 + ( layout follows ? 1 : 0 )     without the 2: free for what stands beside histograms
//   layout    = is_float:u8 schema:s zero_threshold:u64 spans spans count { bound:u64 }
//   spans     = count { offset:s length:v }                   first the positive ones
//   values    = count zero_count sum buckets buckets          likewise
//   buckets   = { same:v [ changed:v { value } ] }            until there are as many as the spans name
//
// A value is what it is more than the same value of the other histogram, if that has the same layout, and than 0 if
// not: in an integer histogram as s (modulo 2^64), in a float one, and the sum in both, as a value token
// (head/column.h). Of the buckets, `same` are what they were in the other one, and `changed` have a value: most of a
// histogram's buckets stay as they are between two scrapes. Doubles come back bit for bit. v: varint; s: zigzag varint.
#pragma once

#include <string>

#include "model/histogram.h"
#include "storage/head/bytes.h"

namespace narthex::storage {

// More are no histogram that anybody observes with; bounds what damaged bytes can ask for.
inline constexpr size_t kMaxBuckets = 1 << 20;

// Whether there are as many buckets as the spans name, of the right kind and not too many: what can be stored at all.
bool is_well_formed(const Histogram& histogram);

// `base` may be null.
void append_histogram(std::string& out, const Histogram* base, const Histogram& histogram);
// Reads what append_histogram() wrote with an equal base. False: it makes no sense.
bool read_histogram(ByteReader& in, const Histogram* base, Histogram& out);
// The same when the head was read already.
bool read_histogram(ByteReader& in, uint64_t head, const Histogram* base, Histogram& out);

// A layout alone.
void append_layout(std::string& out, const Histogram& histogram);
bool read_layout(ByteReader& in, Histogram& out);
// How many buckets spans name.
uint64_t buckets_of(const std::vector<BucketSpan>& spans);

}  // namespace narthex::storage
