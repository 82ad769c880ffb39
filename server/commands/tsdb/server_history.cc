#include "server/commands/tsdb/server_history.h"
namespace narthex::server {
Result<> ask_history(const HistoryRequest&, const TakeHistory&) { return Error{Code::kUnsupported, "x"}; }
}
