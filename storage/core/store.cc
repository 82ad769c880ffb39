#include "storage/store.h"

namespace narthex::storage {

namespace {
Error no_files() { return Error{Code::kUnsupported, "this store has no files"}; }
}  // namespace

Result<> Store::delete_series(std::vector<std::vector<Matcher>>, Timestamp, Timestamp) { return no_files(); }
Result<> Store::clean_tombstones() { return no_files(); }
Result<std::string> Store::snapshot(bool) { return no_files(); }
Result<> Store::add_history(std::vector<HistorySeries>) { return no_files(); }
std::vector<std::string> Store::verify() const { return {}; }

}  // namespace narthex::storage
