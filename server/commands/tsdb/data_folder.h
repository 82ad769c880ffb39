// What the tsdb commands share: a data folder opened by itself, without a server.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "model/matcher.h"
#include "server/commands/command.h"
#include "storage/store.h"

namespace narthex::server {

// Warnings and errors of the store go to standard error, through a log that lives as long as the process.
Log& tsdb_log();

// Refuses a folder that holds no store, so that a typing error makes none. `create`: makes it. A folder that a server
// has open is refused with its name.
Result<std::unique_ptr<storage::Store>> open_data_folder(const std::string& path, bool create);

// Selectors as matchers; none: one set without any, which means everything.
Result<std::vector<std::vector<Matcher>>> parse_selectors(const std::vector<std::string>& texts);

// Says what went wrong; returns exit code 2.
int cannot_ask(Io& io, const Error& error);

// The folder, with its default, as the last argument.
void add_folder(CLI::App& command, std::string& folder);

}  // namespace narthex::server
