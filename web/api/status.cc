// /api/v1/status/…: HTTP API spec, section 6.
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

}  // namespace narthex::web
