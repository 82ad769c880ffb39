// Prints YAML as Go's yaml.v2 does: block style, sequences not indented below their key, quotes only where needed,
// lines folded after 80 bytes. Private to config/.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace narthex::config {

// A value to print. Keys of a mapping are printed in the order in which they were added.
class Value {
 public:
  // A string: quoted if it could be mistaken for something else.
  static Value text(std::string_view text);
  // A number, boolean or null: printed as it is.
  static Value literal(std::string_view text);
  static Value mapping();
  static Value sequence();
  static Value strings(const std::vector<std::string>& items);
  // [a, b] on one line.
  static Value flow_strings(const std::vector<std::string>& items);

  Value& add(std::string_view key, Value value);
  Value& add(std::string_view key, std::string_view string) { return add(key, text(string)); }
  Value& add(std::string_view key, bool value) { return add(key, literal(value ? "true" : "false")); }
  Value& add(std::string_view key, const char* string) { return add(key, text(string)); }
  Value& push(Value value);
  // Adds unless zero or empty, as Go's `omitempty`.
  Value& add_if(std::string_view key, std::string_view string) { return string.empty() ? *this : add(key, string); }
  Value& add_if(std::string_view key, uint64_t number);
  Value& add_if_true(std::string_view key, bool value) { return value ? add(key, true) : *this; }

  // Of a mapping.
  const std::vector<std::pair<std::string, Value>>& fields() const { return fields_; }
  bool empty() const { return fields_.empty() && items_.empty(); }

  // The whole, ending in a newline; an empty mapping is "{}\n".
  std::string print() const;

 private:
  enum class Kind { kText, kLiteral, kMapping, kSequence, kFlow };
  friend class Printer;

  explicit Value(Kind kind) : kind_(kind) {}

  Kind kind_;
  std::string text_;
  std::vector<std::pair<std::string, Value>> fields_;
  std::vector<Value> items_;
};

}  // namespace narthex::config
