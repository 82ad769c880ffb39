// What lies where in a store's folder.
#pragma once

#include <cstdint>
#include <string>

namespace narthex::storage {

// Where RocksDB lives.
std::string database_path(const std::string& folder);
// Where files of segments are written before they become part of the database: on the same file system.
std::string unfinished_path(const std::string& folder);
// `<folder>/<name>-<n>` with the lowest n from 1 on that is not there.
std::string unused_path(const std::string& folder, const std::string& name);

// Bytes of the tables and write-ahead logs in this folder.
uint64_t table_and_log_bytes(const std::string& path);
// Makes the entries of the folder durable. False if that fails.
bool sync_folder(const std::string& path);

}  // namespace narthex::storage
