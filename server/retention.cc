#include "server/retention.h"

#include "base/number.h"
#include "base/size.h"

namespace narthex::server {

storage::Limits storage_limits(const FlagValues& flags, const config::Tsdb& tsdb) {
  storage::Limits limits;
  limits.out_of_order_window_ms = tsdb.out_of_order_time_window.ms();
  limits.retention_bytes = tsdb.retention_bytes.value_or(flags.size("storage.tsdb.retention.size"));
  limits.retention_percent = tsdb.retention_percentage.value_or(0);
  const int64_t flag_ms = flags.duration("storage.tsdb.retention.time").ms();
  if (tsdb.retention_time) {
    limits.retention_ms = tsdb.retention_time->ms();
  } else if (flag_ms > 0 || limits.retention_bytes > 0 || limits.retention_percent > 0) {
    limits.retention_ms = flag_ms;
  }
  return limits;
}

std::string retention_text(const storage::Limits& limits) {
  std::string text;
  if (limits.retention_ms > 0) text = Duration::milliseconds(limits.retention_ms).str();
  const auto add = [&text](const std::string& more) { text += (text.empty() ? "" : " or ") + more; };
  if (limits.retention_percent > 0) {
    add(float_general(limits.retention_percent) + "%");
  } else if (limits.retention_bytes > 0) {
    add(format_size(limits.retention_bytes));
  }
  return text;
}

}  // namespace narthex::server
