// Strict YAML with a place on every node, and a reader that collects every mistake instead of stopping at the first.
// The only door to yaml-cpp. Values mean what they mean to Go's yaml.v2 (YAML 1.1: `yes` is a boolean, `0x1f` an
// integer), and complaints are worded as its strict mode words them, because users search for those words.
//
//   auto document = yaml::Document::parse(text, "prometheus.yml");
//   if (!document) return document.error();                  // syntax: nothing can be read
//   yaml::Problems problems;
//   {
//     yaml::Fields fields(document->root(), "config.plain", problems);
//     fields.read("honor_labels", job.honor_labels);          // absent: untouched; `honor_labels:` (null): false
//     fields.parse("scrape_interval", job.interval, parse_duration);
//     fields.each("static_configs", "[]*targetgroup.Group", [&](yaml::Node item) { ... });
//   }                                                         // here unknown and repeated keys are reported
//   auto errors = problems.take();                            // all of them, in the order of the file
//
// `type` arguments are what the messages call a type; they follow Prometheus ("config.plain").
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace narthex::yaml {

enum class Kind { kNull, kScalar, kSequence, kMapping };

struct NodeData;
struct Entry;

// One value of a document. A view, cheap to copy; valid while its Document lives. Immutable, thread-safe. An alias is
// the same node as its anchor, with the anchor's place.
class Node {
 public:
  explicit Node(const NodeData* data) : data_(data) {}

  Kind kind() const;
  bool is_null() const { return kind() == Kind::kNull; }
  // Where the value begins. A value that is not written (`key:`) has the place of its key, `-` without an item that of
  // the dash.
  Place place() const;
  // A scalar as written, unquoted; `!!binary` is decoded. "" for everything else.
  const std::string& text() const;
  // Whether a scalar was written without quotes, so that its text decides its type.
  bool plain() const;
  // The explicit tag, short ("!!int"), "" if none.
  std::string_view tag() const;
  // Of a sequence; empty for everything else.
  std::span<const Node> items() const;
  // Of a mapping, in the order of the file, own keys before merged (`<<`) ones; empty for everything else.
  std::span<const Entry> entries() const;

 private:
  const NodeData* data_;
};

struct Entry {
  Node key;
  Node value;
  bool duplicate = false;  // an earlier entry of this mapping has the same key
};

// Whether `text`, written without quotes, would be read as a string, and not as null, boolean, number or time.
bool is_plain_string(std::string_view text);

// A parsed document, owner of its nodes. Immutable; movable.
class Document {
 public:
  // An empty text is a null root. `<<` is resolved; a mapping's own keys win over merged ones.
  // Errors (with place): syntax (`yaml: line N: …`), text that is not UTF-8 or has control characters, unknown or
  // self-containing aliases, aliases that expand to much more than was written, bad `!!binary`, a second document.
  static Result<Document> parse(std::string_view text, std::string file);
  Node root() const;

  struct Storage;

 private:
  explicit Document(std::shared_ptr<const Storage> storage) : storage_(std::move(storage)) {}
  std::shared_ptr<const Storage> storage_;
};

// Collects what is wrong with a file. Not thread-safe.
class Problems {
 public:
  void add(const Place& place, std::string message) { errors_.push_back(invalid(std::move(message), place)); }
  void add(const Node& at, std::string message) { add(at.place(), std::move(message)); }
  void add(Error error) { errors_.push_back(std::move(error)); }
  // "line N: cannot unmarshal !!str `abc` into bool". Where a section with secrets stands, `<secret>` is in place of
  // abc.
  void mismatch(const Node& at, std::string_view type);

  size_t count() const { return errors_.size(); }
  // All, ordered by file, line and column; exact repetitions (an alias read twice) are given once.
  std::vector<Error> take();

 private:
  std::vector<Error> errors_;
};

// Reads one value. Null gives the zero value, as in Go. False: not of that type, reported; `out` is then untouched.
// An unquoted scalar of any type is accepted as a string; a sequence or mapping is not.
bool read(const Node& node, bool& out, Problems& problems, std::string_view type = "bool");
bool read(const Node& node, std::string& out, Problems& problems, std::string_view type = "string");
bool read(const Node& node, int64_t& out, Problems& problems, std::string_view type = "int");
bool read(const Node& node, uint64_t& out, Problems& problems, std::string_view type = "uint");
bool read(const Node& node, double& out, Problems& problems, std::string_view type = "float64");
bool read(const Node& node, std::vector<std::string>& out, Problems& problems, std::string_view type = "[]string");

// Calls `visit(Node)` for each item. Null has no items; what is no sequence is reported, false.
template <class Visit>
bool for_each_item(const Node& node, std::string_view type, Problems& problems, Visit visit) {
  if (node.kind() != Kind::kSequence && !node.is_null()) return problems.mismatch(node, type), false;
  for (const Node& item : node.items()) visit(item);
  return true;
}

// Reports `line N: key "x" already set in map`.
void report_repeated_key(const Entry& entry, Problems& problems);

// Calls `visit(const std::string& key, const Entry&)` for each entry of a mapping with free keys. Null has none; what
// is no mapping and keys that are no strings or come twice are reported.
template <class Visit>
bool for_each_entry(const Node& node, std::string_view type, Problems& problems, Visit visit) {
  if (node.kind() != Kind::kMapping && !node.is_null()) return problems.mismatch(node, type), false;
  for (const Entry& entry : node.entries()) {
    std::string key;
    if (!read(entry.key, key, problems)) continue;
    if (entry.duplicate) {
      report_repeated_key(entry, problems);
    } else {
      visit(key, entry);
    }
  }
  return true;
}

// Reads a mapping with known keys: ask for each of them; the destructor reports what nobody asked for
// (`line N: field X not found in type T`) and what came twice (`line N: field X already set in type T`). A node that is
// no mapping is reported at once and then behaves as an empty one; so does null, unreported. Not thread-safe.
class Fields {
 public:
  Fields(Node node, std::string_view type, Problems& problems);
  ~Fields();
  Fields(const Fields&) = delete;
  Fields& operator=(const Fields&) = delete;

  // The value of `name` (possibly null), nullopt if it is absent. Marks the key as known.
  std::optional<Node> find(std::string_view name);
  bool has(std::string_view name) { return find(name).has_value(); }
  // Where a message about the whole, or about a field that is absent, points to.
  Place place() const { return node_.place(); }
  Place place_of(std::string_view name);
  Problems& problems() { return problems_; }

  // Absent: `out` is untouched, false. Present: as yaml::read(); true if it was read.
  template <class T>
  bool read(std::string_view name, T& out) {
    auto value = find(name);
    return value && yaml::read(*value, out, problems_);
  }
  template <class T>
  bool read(std::string_view name, T& out, std::string_view type) {
    auto value = find(name);
    return value && yaml::read(*value, out, problems_, type);
  }
  // A scalar with a syntax of its own: `parse(std::string_view)` returns Result<T>; its error is reported here.
  // Null is not parsed but gives T{}.
  template <class T, class Parse>
  bool parse(std::string_view name, T& out, Parse&& parse_text, std::string_view type = "string") {
    auto value = find(name);
    if (!value) return false;
    if (value->is_null()) return out = T{}, true;
    std::string text;
    if (!yaml::read(*value, text, problems_, type)) return false;
    auto parsed = parse_text(std::string_view(text));
    if (!parsed) return problems_.add(*value, parsed.error().message), false;
    out = *std::move(parsed);
    return true;
  }
  // True if the key is there and a sequence (or null).
  template <class Visit>
  bool each(std::string_view name, std::string_view type, Visit visit) {
    auto value = find(name);
    return value && for_each_item(*value, type, problems_, visit);
  }
  template <class Visit>
  bool each_entry(std::string_view name, std::string_view type, Visit visit) {
    auto value = find(name);
    return value && for_each_entry(*value, type, problems_, visit);
  }

 private:
  Node node_;
  std::string type_;
  Problems& problems_;
  std::vector<bool> asked_;  // one per entry
};

}  // namespace narthex::yaml
