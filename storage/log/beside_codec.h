// What a record has beside numbers: the section `beside` of docs/storage-log.md.
//
//   beside     = starts histograms own_beside exemplars
//   starts     = count { gap:v change:s }         slots of the scrape whose start is not their base's, ascending
//   histograms = count { gap:v histogram }        slots of the scrape, ascending, against their bases' last histogram
//   own_beside = count { gap:v what:u8 [ start:s ] [ histogram ] }     places among the own samples, ascending
//   exemplars  = count { slot:v time:s bits:u64 count { name value } }
//
// gap: from the last one, the first from 0. what: 1 start, 2 histogram, which is whole. A start is in ms, the
// exemplar's time counts from the window's start. name and value are length:v bytes. histogram: head/histogram_codec.h.
#pragma once

#include <deque>

#include "storage/head/bytes.h"
#include "storage/head/record.h"
#include "storage/log/bases.h"

namespace narthex::storage {

// What a decoded record points to.
struct DecodedBeside {
  std::deque<Histogram> histograms;
  std::deque<Exemplar> exemplars;
};

// The section; "" if the record has nothing beside that its bases do not say.
std::string encode_beside(const Record& record, const Target& target, const Bases& bases, Timestamp window_start);
// Reads it into `record`, whose scrape and own samples are there already; `present`: there is a section. Without one,
// starts follow from the bases alone. False: it makes no sense.
bool decode_beside(ByteReader& in, bool present, const Target& target, const Bases& bases, Timestamp window_start,
                   Record& record, DecodedBeside& owned);

}  // namespace narthex::storage
