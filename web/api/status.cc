// /api/v1/status/… of the process: HTTP API spec, section 6.
#include <re2/re2.h>

#include "base/regex.h"
#include "web/api/endpoints.h"
#include "web/api/json.h"
#include "web/version.h"

namespace narthex::web {

std::string buildinfo_json() {
  std::string out;
  JsonWriter json(out);
  json.open('{').key("version").text(kCompatibleVersion).key("revision").text("").key("branch").text("");
  json.key("buildUser").text("").key("buildDate").text("").key("goVersion").text("");
  json.key("narthexVersion").text(version()).close('}');
  return out;
}

Answer status_config(const Call& call) {
  ApiData answer;
  JsonWriter(answer.data).open('{').key("yaml").text(call.sources.config_yaml()).close('}');
  return answer;
}

Answer status_flags(const Call& call) {
  ApiData answer;
  JsonWriter json(answer.data);
  json.open('{');
  for (const auto& [name, value] : call.settings.flags) json.key(name).text(value);
  json.close('}');
  return answer;
}

Answer status_buildinfo(const Call&) { return ApiData{buildinfo_json(), {}, {}, {}}; }

Answer status_runtimeinfo(const Call& call) {
  const RuntimeInfo info = call.settings.runtime_info();
  const auto time = [](int64_t unix_ns) {
    std::string text;
    append_rfc3339(text, unix_ns);
    return text;
  };
  ApiData answer;
  JsonWriter json(answer.data);
  json.open('{').key("startTime").text(time(info.start_ns)).key("CWD").text(info.working_folder);
  json.key("hostname").text(info.host_name).key("serverTime").text(time(call.settings.clock->now_ns()));
  json.key("reloadConfigSuccess").boolean(info.reload_succeeded);
  json.key("lastConfigTime").text(time(info.last_reload_ns));
  const storage::Stats stats = call.sources.store->stats();
  json.key("corruptionCount").integer(static_cast<int64_t>(stats.damaged_frames + stats.damaged_segments));
  json.key("goroutineCount").integer(info.threads).key("GOMAXPROCS").integer(info.cpus);
  json.key("GOMEMLIMIT").integer(INT64_MAX).key("GOGC").text("").key("GODEBUG").text("");
  json.key("storageRetention").text(info.retention).close('}');
  return answer;
}

Answer status_self_metrics(const Call& call) {
  std::function<bool(std::string_view)> wanted = [](std::string_view) { return true; };
  if (const std::string& pattern = call.form.get("metric_name_pattern"); !pattern.empty()) {
    auto regex = compile_anchored(pattern);
    if (!regex) return invalid_parameter("metric_name_pattern", regex.error().message);
    wanted = [regex = *regex](std::string_view name) {
      return regex->Match({name.data(), name.size()}, 0, name.size(), re2::RE2::UNANCHORED, nullptr, 0);
    };
  }
  ApiData answer;
  answer.data = call.settings.self_metrics(wanted);
  return answer;
}

}  // namespace narthex::web
