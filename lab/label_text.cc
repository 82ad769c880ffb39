#include "lab/label_text.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>

#include "base/quote.h"
#include "promql/parser.h"

namespace narthex::lab {
namespace {

std::string_view trimmed(std::string_view text) {
  auto blank = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

Result<> add(RawLabels& labels, std::string name, std::string value) {
  auto same_name = [&](const Label& label) { return label.name == name; };
  if (std::any_of(labels.begin(), labels.end(), same_name)) return invalid("label " + go_quote(name) + " comes twice");
  if (!is_valid_label_name(name, NameScheme::kUtf8)) return invalid(go_quote(name) + " is not a valid label name");
  labels.push_back({std::move(name), std::move(value)});
  return {};
}

Result<RawLabels> from_json(const boost::json::object& object) {
  RawLabels out;
  for (const auto& [name, value] : object) {
    if (!value.is_string()) return invalid("the value of label " + go_quote(name) + " is not a string");
    if (auto ok = add(out, name, std::string(value.get_string())); !ok) return ok.error();
  }
  return out;
}

Result<RawLabels> from_selector(std::string_view text) {
  auto expr = promql::parse_expr(text, {});
  if (!expr) return expr.error();
  const auto* selector = std::get_if<promql::VectorSelector>(&(*expr)->node);
  if (selector == nullptr) return invalid("not a label set: " + go_quote(text));
  RawLabels out;
  for (const Matcher& matcher : selector->matchers) {
    if (matcher.type() != MatchType::kEqual) return invalid("a label set has no " + matcher.str() + ", only '='");
    if (auto ok = add(out, matcher.name(), matcher.value()); !ok) return ok.error();
  }
  return out;
}

// Whether it begins as a JSON object: `{"name":`. A selector may begin with a quoted name too, but goes on with '='.
bool looks_like_json(std::string_view text) {
  if (!text.starts_with('{')) return false;
  text = trimmed(text.substr(1));
  if (!text.starts_with('"')) return false;
  size_t i = 1;
  while (i < text.size() && text[i] != '"') i += text[i] == '\\' ? 2 : 1;
  return i + 1 < text.size() && trimmed(text.substr(i + 1)).starts_with(':');
}

}  // namespace

Result<RawLabels> parse_labels(std::string_view text) {
  text = trimmed(text);
  if (text.empty()) return invalid("a label set is expected, such as {job=\"node\"}");
  if (text.front() == '{' && trimmed(text.substr(1)) == "}") return RawLabels();
  if (!looks_like_json(text)) return from_selector(text);
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(boost::json::string_view(text.data(), text.size()), error);
  if (error) return invalid("not a JSON object of labels: " + error.message());
  return from_json(value.as_object());
}

}  // namespace narthex::lab
