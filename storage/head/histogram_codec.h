// One native histogram as bytes, against another one or whole. For columns and for the log.
//
//   histogram = head:v [ layout ] values
//   head      = hint * 4 + 2 + ( layout follows ? 1 : 0 )      2 is set: whoever stores other things beside uses 0 and
//   1 layout    = is_float:u8 schema:s zero_threshold:u64 spans spans count { bound:u64 }      spans: positive,
//   negative spans     = count { offset:s length:v } values    = count zero_count sum { bucket }                as many
//   buckets as the layout's spans name
//
// A value is what it is more than the same value of the other histogram, if that has the same layout, and than 0 if
// not: in an integer histogram as s (modulo 2^64), in a float one, and the sum in both, as a value token
// (head/column.h). Doubles come back bit for bit. v: varint; s: zigzag varint.
#pragma once

#include <string>

#include "model/histogram.h"
#include "storage/head/bytes.h"

namespace narthex::storage {

// Whether there are as many buckets as the spans name, of the right kind: what can be stored at all.
bool is_well_formed(const Histogram& histogram);

// `base` may be null.
void append_histogram(std::string& out, const Histogram* base, const Histogram& histogram);
// Reads what append_histogram() wrote with an equal base. False: it makes no sense.
bool read_histogram(ByteReader& in, const Histogram* base, Histogram& out);
// The same when the head was read already.
bool read_histogram(ByteReader& in, uint64_t head, const Histogram* base, Histogram& out);

}  // namespace narthex::storage
