// Sections described by a table: which fields there are, of which kind, and what they default to. One description reads
// a section strictly, fills in its defaults and prints it again. For everything whose values this program only checks
// and shows. Private to config/.
//
//   constexpr Field kFields[] = {always(text("project")), duration("refresh_interval", "1m")};
//   constexpr Schema kSchema = {"gce.plain", kFields, [](Section& s) { s.require("project", "a project is missing");
//   }}; Section section(node, kSchema, context);   // mistakes are reported to context.problems
//   out.push(section.value());
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/marshal/writer.h"
#include "config/sections/context.h"
#include "net/options.h"

namespace narthex::config {

class Section;
struct Schema;

// As `fallback` of kHttpClient: enable_http2 defaults to false.
constexpr std::string_view kNoHttp2 = "no HTTP/2";

enum class Kind {
  kString,  // printed with passwords in URLs hidden
  kSecret,  // printed as <secret>
  kUrl,
  kPath,  // relative to the file
  kBool,
  kInt,
  kFloat,
  kDuration,
  kSize,
  kStrings,
  kPaths,  // strings as written, printed relative to the file
  kStringMap,
  kTls,
  kHttpClient,  // the options of the HTTP client, inline
  kDiscovery,   // static_configs and *_sd_configs, inline
  kRules,       // relabel rules
  kSection,     // a mapping that is always there, be it with defaults only
  kOptional,    // a mapping that may be absent
  kSections,    // a list of mappings
};

struct Field {
  std::string_view name = {};
  Kind kind = Kind::kString;
  std::string_view fallback = {};   // as YAML would have it
  std::string_view type = {};       // what messages call it, if that does not follow from the kind
  bool always = false;              // printed even if zero or empty
  const Schema* inner = nullptr;    // of kSection, kOptional and kSections
  std::string_view complaint = {};  // about a null item of kRules and kSections
};

struct Schema {
  std::string_view type;  // what messages call it
  std::span<const Field> fields;
  void (*check)(Section&) = nullptr;  // what concerns values, and several fields
};

constexpr Field field(std::string_view name, Kind kind, std::string_view fallback = {}) {
  return {.name = name, .kind = kind, .fallback = fallback};
}
constexpr Field text(std::string_view name, std::string_view fallback = {}) {
  return field(name, Kind::kString, fallback);
}
constexpr Field secret(std::string_view name) { return field(name, Kind::kSecret); }
constexpr Field path(std::string_view name) { return field(name, Kind::kPath); }
constexpr Field flag(std::string_view name, std::string_view fallback = {}) {
  return field(name, Kind::kBool, fallback);
}
constexpr Field integer(std::string_view name, std::string_view fallback = {}) {
  return field(name, Kind::kInt, fallback);
}
constexpr Field duration(std::string_view name, std::string_view fallback = {}) {
  return field(name, Kind::kDuration, fallback);
}
constexpr Field strings(std::string_view name) { return field(name, Kind::kStrings); }
constexpr Field http_client() { return field("", Kind::kHttpClient); }
constexpr Field nested(std::string_view name, const Schema& inner, Kind kind = Kind::kOptional) {
  return {.name = name, .kind = kind, .inner = &inner};
}
constexpr Field rules(std::string_view name, std::string_view null_item) {
  return {.name = name, .kind = Kind::kRules, .complaint = null_item};
}
constexpr Field always(Field f) {
  f.always = true;
  return f;
}

// A section that was read. A value type; its problems must outlive calls of complain() and require().
class Section {
 public:
  // Reads `node`, null being an empty section, and lets the schema's check see the result.
  Section(const yaml::Node& node, const Schema& schema, const Context& context);

  // The value of a field, or its default. A scalar in its canonical form: "true", "1m30s", "80".
  const std::string& text(std::string_view name) const { return find(name).text; }
  bool flag(std::string_view name) const { return text(name) == "true"; }
  int64_t integer(std::string_view name) const;
  double number(std::string_view name) const;
  const std::vector<std::string>& strings(std::string_view name) const { return find(name).strings; }
  // Where each key of a kStringMap stands; strings() has the keys.
  const std::vector<Place>& key_places(std::string_view name) const { return find(name).key_places; }
  // Of kOptional none or one, of kSection one.
  const std::vector<Section>& sections(std::string_view name) const { return find(name).sections; }
  const net::HttpClientOptions& http() const { return http_; }

  // Whether the file has the field, and not as null.
  bool given(std::string_view name) const { return find(name).given; }
  // Whether the mapping has such a key, also one that is no field of its own (`bearer_token` of the HTTP client).
  bool has_key(std::string_view name) const;
  // Of the field's value; of the section if the file does not have it.
  Place place(std::string_view name) const { return given(name) ? find(name).place : place_; }
  const Place& place() const { return place_; }

  void complain(std::string_view name, std::string message) { complain_at(place(name), std::move(message)); }
  void complain_at(const Place& place, std::string message) { problems_->add(place, std::move(message)); }
  // Complains if the field is empty (0 for numbers). Not if its value could not be read: that is reported already.
  // True if there is a value.
  bool require(std::string_view name, std::string message);
  // Complains unless the field holds one of the values.
  void require_one_of(std::string_view name, std::initializer_list<std::string_view> values, std::string message);

  // Defaults filled in, secrets hidden, in the order of the schema.
  Value value() const;
  // Whether the section may be left out when it is printed: every field is zero, and would be without it.
  bool omittable() const;

 private:
  struct Read {
    std::string text;
    std::vector<std::string> strings;
    std::vector<Place> key_places;
    std::vector<Section> sections;
    std::vector<std::pair<std::string, Value>> inlined;
    std::optional<Value> shown;  // of what is no scalar and no section
    bool zero = true;
    bool given = false;
    bool broken = false;
    Place place;
  };
  friend class SectionReader;

  const Read& find(std::string_view name) const;
  void add_to(Value& out, const Field& field, const Read& read) const;

  const Schema* schema_;
  yaml::Problems* problems_;
  Place place_;
  std::vector<Read> reads_;  // one per field of the schema
  std::vector<std::string> keys_;
  net::HttpClientOptions http_;
};

// What an absent section is read from.
yaml::Node absent_section();

}  // namespace narthex::config
