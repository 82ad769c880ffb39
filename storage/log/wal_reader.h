// A write-ahead log of RocksDB, read without its database.
//
//   log    = { block }                                   of 32 kB, the last one may be shorter
//   block  = { record } [ fewer than 7 bytes, zero ]
//   record = checksum:u32 length:u16 type:u8 payload     little end first; type: 1 whole | 2 first | 3 middle | 4 last
//
// The checksum is CRC-32C of type and payload, rotated and with a constant added. Payloads put together are a batch.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"

namespace narthex::storage {

// Calls visit(batch) for each. A damaged record costs the rest of its block, as in RocksDB itself; how many blocks
// that were is returned. A record cut short at the end of the file is none: it was not acknowledged. kIo: the file
// cannot be read.
Result<size_t> read_wal(const std::string& file, const std::function<void(const std::string& batch)>& visit);

}  // namespace narthex::storage
