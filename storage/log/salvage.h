// Taking tables that cannot be opened out of a database that is open.
#pragma once

#include <string>

#include "storage/log/rocks.h"

namespace narthex::storage {

// For a database that was opened tolerantly: tables whose index is damaged, or that are missing, would keep it from
// being opened strictly. Each is linked into the folder `aside` and leaves the database, with all that it held: a
// segment, or the commits of one table of the log, whose other tables are written anew. `log` is told of each.
rocksdb::Status set_unreadable_tables_aside(Handles& handles, rocksdb::Env* env, const std::string& aside, Log& log);

}  // namespace narthex::storage
