// /api/v1/openapi.yaml: the table of routes as an OpenAPI 3.1 document. It says which paths, methods and parameters
// there are and what is around every answer; what is inside follows Prometheus's documentation.
#include <sstream>

#include "base/quote.h"
#include "web/api/routes.h"
#include "web/http/router.h"
#include "web/version.h"

namespace narthex::web {
namespace {

constexpr std::string_view kTail =
    "components:\n"
    "  schemas:\n"
    "    Success:\n"
    "      type: object\n"
    "      required: [status]\n"
    "      properties:\n"
    "        status: {type: string, const: success}\n"
    "        data: {}\n"
    "        warnings: {type: array, items: {type: string}}\n"
    "        infos: {type: array, items: {type: string}}\n"
    "    Error:\n"
    "      type: object\n"
    "      required: [status, errorType, error]\n"
    "      properties:\n"
    "        status: {type: string, const: error}\n"
    "        errorType: {type: string}\n"
    "        error: {type: string}\n";

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);  // which is YAML too
  return out;
}

// "/api/v1/label/:name/values" -> "/label/{name}/values"; the argument's name goes to `argument`.
std::string path_template(std::string_view pattern, std::string& argument) {
  std::string path(pattern.substr(std::string_view("/api/v1").size()));
  const size_t colon = path.find(':');
  if (colon == std::string::npos) return path;
  const size_t end = std::min(path.find('/', colon), path.size());
  argument = path.substr(colon + 1, end - colon - 1);
  return path.replace(colon, end - colon, "{" + argument + "}");
}

void append_parameters(std::string& out, const Route& route, const std::string& argument) {
  std::string list;
  if (!argument.empty())
    list += "        - {name: " + argument + ", in: path, required: true, schema: {type: string}}\n";
  std::istringstream names{std::string(route.parameters)};
  for (std::string name; names >> name;) {
    const bool repeatable = name == "match[]" || name == "health";
    list += "        - {name: " + quoted(name) + ", in: query, schema: ";
    list += repeatable ? "{type: array, items: {type: string}}}\n" : "{type: string}}\n";
  }
  if (!list.empty()) out += "      parameters:\n" + list;
}

void append_operation(std::string& out, std::string_view method, const Route& route, const std::string& argument) {
  out.append("    ").append(method).append(":\n      summary: ").append(quoted(route.summary)).append("\n");
  append_parameters(out, route, argument);
  out +=
      "      responses:\n"
      "        \"200\":\n"
      "          description: Success.\n"
      "          content: {application/json: {schema: {$ref: \"#/components/schemas/Success\"}}}\n"
      "        default:\n"
      "          description: Error.\n"
      "          content: {application/json: {schema: {$ref: \"#/components/schemas/Error\"}}}\n";
}

std::string document(const Settings& settings) {
  std::string out = "openapi: 3.1.0\ninfo:\n  title: " + quoted(settings.page_title + " API");
  out.append("\n  version: ").append(quoted(version())).append("\nservers:\n  - url: ");
  out.append(quoted(settings.route_prefix + "/api/v1")).append("\npaths:\n");
  for (const Route& route : api_routes()) {
    std::string argument;
    out.append("  ").append(quoted(path_template(route.pattern, argument))).append(":\n");
    if (route.methods & kGet) append_operation(out, "get", route, argument);
    if (route.methods & kPost) append_operation(out, "post", route, argument);
  }
  return out.append(kTail);
}

}  // namespace

Answer openapi(const Call& call) {
  if (const std::string& wanted = call.form.get("openapi_version"); !wanted.empty() && !wanted.starts_with("3.1")) {
    return invalid_parameter("openapi_version", "only 3.1 is served");
  }
  ApiData answer;
  answer.other.emplace();
  answer.other->headers = {{"Content-Type", "application/yaml; charset=utf-8"}};
  answer.other->body = document(call.settings);
  return answer;
}

}  // namespace narthex::web
