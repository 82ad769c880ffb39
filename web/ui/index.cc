#include "web/ui/index.h"

#include "web/version.h"

namespace narthex::web {
namespace {

struct Entry {
  std::string_view path;
  std::string_view text;
};

constexpr Entry kEntries[] = {
    {"/api/v1/query?query=up", "Instant query: which targets are up"},
    {"/api/v1/targets", "Targets: discovered and final labels, last error, health"},
    {"/api/v1/label/__name__/values", "Names of all metrics"},
    {"/api/v1/labels", "Names of all labels"},
    {"/api/v1/series?match[]=up", "Series of a selector"},
    {"/api/v1/scrape_pools", "Scrape jobs"},
    {"/api/v1/metadata", "HELP and TYPE of metrics"},
    {"/api/v1/status/config", "Configuration with defaults filled in"},
    {"/api/v1/status/flags", "Command line flags"},
    {"/api/v1/status/buildinfo", "Version"},
    {"/api/v1/status/tsdb", "Series counted by their labels"},
    {"/api/v1/openapi.yaml", "All paths of the API"},
    {"/metrics", "Metrics of this server"},
    {"/-/healthy", "Whether the process lives"},
    {"/-/ready", "Whether it answers queries"},
};

constexpr std::string_view kStyle =
    "body{font-family:sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "td{padding:.25rem 1rem .25rem 0;vertical-align:top}code{font-size:.95em}";

}  // namespace

std::string html_escape(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&#34;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string index_page(const IndexFacts& facts) {
  const std::string title = html_escape(facts.title);
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>" + title + "</title><style>";
  out.append(kStyle).append("</style></head>\n<body>\n<h1>").append(title).append("</h1>\n");
  out.append("<p>Narthex ").append(version()).append(", compatible with Prometheus ").append(kCompatibleVersion);
  out.append(facts.ready ? ". " : ". Not ready yet. ");
  out.append(std::to_string(facts.targets_up)).append(" of ").append(std::to_string(facts.targets));
  out.append(" targets are up.</p>\n<table>\n");
  for (const Entry& entry : kEntries) {
    const std::string path = html_escape(entry.path);
    out.append("<tr><td><a href=\"").append(html_escape(facts.prefix)).append(path).append("\"><code>").append(path);
    out.append("</code></a></td><td>").append(entry.text).append("</td></tr>\n");
  }
  out.append("</table>\n<p>Queries are PromQL: <code>/api/v1/query?query=…</code> for one time, ");
  out.append("<code>/api/v1/query_range?query=…&amp;start=…&amp;end=…&amp;step=…</code> for a range.</p>\n");
  return out.append("</body>\n</html>\n");
}

}  // namespace narthex::web
