// From nodes to values, with the complaints of Go's yaml.v2.
#include <algorithm>
#include <cmath>
#include <tuple>

#include "base/quote.h"
#include "base/yaml.h"
#include "base/yaml/scalar.h"

namespace narthex::yaml {
namespace {

std::string at_line(const Node& node) { return "line " + std::to_string(node.place().line) + ": "; }

// An explicit tag must fit its text: `!!int "x"` is wrong whatever is wanted. Custom tags are not checked.
bool tag_fits(const Node& node, const Scalar& value, Problems& problems) {
  const std::string_view tag = node.tag();
  const bool checked = tag == "!!int" || tag == "!!bool" || tag == "!!float" || tag == "!!null" || tag == "!!timestamp";
  const std::string_view real = short_tag(value);
  if (!checked || tag == real) return true;
  problems.add(node, "yaml: cannot decode " + std::string(real) + " `" + node.text() + "` as a " + std::string(tag));
  return false;
}

// Gives the scalar of a node to `accept`, which says whether it fits.
template <class Accept>
bool read_scalar(const Node& node, Problems& problems, std::string_view type, Accept accept) {
  if (node.kind() == Kind::kSequence || node.kind() == Kind::kMapping) return problems.mismatch(node, type), false;
  const Scalar value = value_of(node);
  if (!tag_fits(node, value, problems)) return false;
  if (accept(value)) return true;
  problems.mismatch(node, type);
  return false;
}

// A text in place of one of these is likely the password or token itself ("authorization: abc").
bool may_be_secret(std::string_view type) {
  constexpr std::string_view kTypes[] = {"config.plain",  "config.Authorization", "config.OAuth2",
                                         "config.Header", "config.ProxyHeader",   "[]config.Secret",
                                         "sigv4.plain",   "azuread.OAuthConfig"};
  return std::find(std::begin(kTypes), std::end(kTypes), type) != std::end(kTypes);
}

constexpr double kTwo63 = 9223372036854775808.0;
constexpr double kTwo64 = 18446744073709551616.0;

}  // namespace

void Problems::mismatch(const Node& at, std::string_view type) {
  std::string message = at_line(at) + "cannot unmarshal ";
  if (at.kind() == Kind::kSequence) {
    message += "!!seq";
  } else if (at.kind() == Kind::kMapping) {
    message += "!!map";
  } else {
    const std::string_view tag = at.tag();
    message += tag.empty() ? short_tag(value_of(at)) : tag;
    const std::string& text = at.text();
    message += " `" + (may_be_secret(type) ? "<secret>" : text.size() > 10 ? text.substr(0, 7) + "..." : text) + "`";
  }
  message += " into ";
  message += type;
  add(at, std::move(message));
}

std::vector<Error> Problems::take() {
  auto key = [](const Error& e) { return std::tie(e.place.file, e.place.line, e.place.column); };
  std::stable_sort(errors_.begin(), errors_.end(), [&](const Error& a, const Error& b) { return key(a) < key(b); });
  std::vector<Error> out;
  for (Error& error : errors_) {
    bool repeated = false;
    for (size_t i = out.size(); i-- > 0 && out[i].place == error.place;) repeated |= out[i].message == error.message;
    if (!repeated) out.push_back(std::move(error));
  }
  errors_.clear();
  return out;
}

bool read(const Node& node, bool& out, Problems& problems, std::string_view type) {
  return read_scalar(node, problems, type, [&](const Scalar& value) {
    if (std::holds_alternative<std::monostate>(value)) return out = false, true;
    if (auto* b = std::get_if<bool>(&value)) return out = *b, true;
    return false;
  });
}

bool read(const Node& node, std::string& out, Problems& problems, std::string_view type) {
  return read_scalar(node, problems, type, [&](const Scalar&) {
    out = node.is_null() ? std::string() : node.text();
    return true;
  });
}

bool read(const Node& node, int64_t& out, Problems& problems, std::string_view type) {
  return read_scalar(node, problems, type, [&](const Scalar& value) {
    if (std::holds_alternative<std::monostate>(value)) return out = 0, true;
    if (auto* i = std::get_if<int64_t>(&value)) return out = *i, true;
    auto* d = std::get_if<double>(&value);
    if (!d || !(*d >= -kTwo63 && *d < kTwo63)) return false;
    return out = static_cast<int64_t>(*d), true;
  });
}

bool read(const Node& node, uint64_t& out, Problems& problems, std::string_view type) {
  return read_scalar(node, problems, type, [&](const Scalar& value) {
    if (std::holds_alternative<std::monostate>(value)) return out = 0, true;
    if (auto* i = std::get_if<int64_t>(&value)) return *i < 0 ? false : (out = static_cast<uint64_t>(*i), true);
    if (auto* u = std::get_if<uint64_t>(&value)) return out = *u, true;
    auto* d = std::get_if<double>(&value);
    if (!d || !(*d > -1 && *d < kTwo64)) return false;
    return out = static_cast<uint64_t>(*d), true;
  });
}

bool read(const Node& node, double& out, Problems& problems, std::string_view type) {
  return read_scalar(node, problems, type, [&](const Scalar& value) {
    if (std::holds_alternative<std::monostate>(value)) return out = 0, true;
    if (auto* i = std::get_if<int64_t>(&value)) return out = static_cast<double>(*i), true;
    if (auto* u = std::get_if<uint64_t>(&value)) return out = static_cast<double>(*u), true;
    if (auto* d = std::get_if<double>(&value)) return out = *d, true;
    return false;
  });
}

bool read(const Node& node, std::vector<std::string>& out, Problems& problems, std::string_view type) {
  std::vector<std::string> items;
  const size_t before = problems.count();
  auto item = [&](const Node& n) { read(n, items.emplace_back(), problems); };
  if (!for_each_item(node, type, problems, item) || problems.count() != before) return false;
  out = std::move(items);
  return true;
}

void report_repeated_key(const Entry& entry, Problems& problems) {
  problems.add(entry.key, at_line(entry.value) + "key " + go_quote(entry.key.text()) + " already set in map");
}

Fields::Fields(Node node, std::string_view type, Problems& problems) : node_(node), type_(type), problems_(problems) {
  if (node.kind() != Kind::kMapping && !node.is_null()) problems.mismatch(node, type);
  asked_.resize(node_.entries().size(), false);
}

Fields::~Fields() {
  const auto entries = node_.entries();
  for (size_t i = 0; i < entries.size(); ++i) {
    std::string name;
    if (!yaml::read(entries[i].key, name, problems_)) continue;
    if (!asked_[i]) {
      problems_.add(entries[i].key, at_line(entries[i].key) + "field " + name + " not found in type " + type_);
    } else if (entries[i].duplicate) {
      problems_.add(entries[i].key, at_line(entries[i].key) + "field " + name + " already set in type " + type_);
    }
  }
}

std::optional<Node> Fields::find(std::string_view name) {
  std::optional<Node> found;
  const auto entries = node_.entries();
  for (size_t i = 0; i < entries.size(); ++i) {
    const Node& key = entries[i].key;
    if (key.kind() != Kind::kScalar || key.text() != name) continue;
    asked_[i] = true;
    if (!found) found = entries[i].value;
  }
  return found;
}

Place Fields::place_of(std::string_view name) {
  auto value = find(name);
  return value ? value->place() : place();
}

}  // namespace narthex::yaml
