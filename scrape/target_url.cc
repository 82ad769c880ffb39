#include "scrape/target_url.h"

#include <algorithm>

namespace narthex::scrape {
namespace {

constexpr std::string_view kParamPrefix = "__param_";
// What may stand for itself beside letters, digits and -_.~ (RFC 3986), by place in the URL.
constexpr std::string_view kInPath = "$&+,/:;=@";
constexpr std::string_view kInHost = "!$&'()*+,;=:[]<>\"";
constexpr std::string_view kInQuery = "";

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-_.~").find(c) != std::string_view::npos;
}

void append_escaped(std::string& out, std::string_view text, std::string_view also_plain) {
  constexpr char kHex[] = "0123456789ABCDEF";
  for (char c : text) {
    if (is_unreserved(c) || also_plain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
}

void append_form(std::string& out, std::string_view text) {
  for (size_t start = 0; start <= text.size();) {
    const size_t blank = std::min(text.find(' ', start), text.size());
    append_escaped(out, text.substr(start, blank - start), kInQuery);
    if (blank < text.size()) out += '+';
    start = blank + 1;
  }
}

Params with_param_labels(Params params, const Labels& labels) {
  for (const Label& label : labels) {
    if (!label.name.starts_with(kParamPrefix)) continue;
    auto& values = params[label.name.substr(kParamPrefix.size())];
    if (values.empty()) values.emplace_back();
    values[0] = label.value;
  }
  return params;
}

}  // namespace

std::string escape_path(std::string_view path) {
  if (path == "*") return "*";
  std::string out;
  append_escaped(out, path, kInPath);
  return out;
}

std::string encode_query(const Params& params) {
  std::string out;
  for (const auto& [key, values] : params) {
    for (const std::string& value : values) {
      if (!out.empty()) out += '&';
      append_form(out, key);
      out += '=';
      append_form(out, value);
    }
  }
  return out;
}

std::string target_url(const Labels& labels, const Params& params) {
  std::string url;
  if (const std::string_view scheme = labels.get("__scheme__"); !scheme.empty()) url.append(scheme) += ':';
  url += "//";
  append_escaped(url, labels.get("__address__"), kInHost);
  const std::string path = escape_path(labels.get("__metrics_path__"));
  if (!path.empty() && path[0] != '/') url += '/';
  url += path;
  if (const std::string query = encode_query(with_param_labels(params, labels)); !query.empty()) url += '?' + query;
  return url;
}

}  // namespace narthex::scrape
