// The segments in the database.
#pragma once

#include <memory>

#include "base/result.h"
#include "storage/log/database.h"
#include "storage/log/segment_files.h"

namespace narthex::storage {

// The segment files of this database. First removes what was not finished when the program ended, so that it need not
// be told from what is valid: once per database, before the log is read.
Result<std::shared_ptr<SegmentFiles>> open_segment_files(std::shared_ptr<Database> database);

// Key of a page: id and number with the big end first, so that pages sort in the order of writing.
//   key = id:u64 kind:u8 number:u64
std::string page_key(uint64_t segment, PageKind kind, uint64_t number);

}  // namespace narthex::storage
