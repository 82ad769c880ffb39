// Taking fields of protobuf messages for what they should be. What takes one returns false and sets the error, with the
// text of the reference's decoder, if the field has another wire type than its number says.
//
//   return for_each_field(message, "Sample", error, [&](const Fields& field) {
//     if (field.number() == 1) return take(field, value, "Value", error);
//     return field.number() != 2 || take(field, timestamp, "Timestamp", error);  // others are skipped
//   });
#pragma once

#include <concepts>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/wire.h"

namespace narthex::wire {

[[gnu::cold]] bool wrong_type(const Fields& field, const char* name, std::string& error);

inline bool expect(Type type, const Fields& field, const char* name, std::string& error) {
  return field.is(type) || wrong_type(field, name, error);
}

inline bool take(const Fields& field, double& out, const char* name, std::string& error) {
  out = field.fixed64();
  return expect(Type::kFixed64, field, name, error);
}
inline bool take(const Fields& field, std::string_view& out, const char* name, std::string& error) {
  out = field.bytes();
  return expect(Type::kBytes, field, name, error);
}
template <std::integral Integer>
bool take(const Fields& field, Integer& out, const char* name, std::string& error) {
  out = static_cast<Integer>(field.varint());
  return expect(Type::kVarint, field, name, error);
}
// A sint32.
inline bool take_zigzag(const Fields& field, int32_t& out, const char* name, std::string& error) {
  out = zigzag32(field.varint());
  return expect(Type::kVarint, field, name, error);
}

// Repeated numbers, packed or not: uint32, sint64, double.
bool append(const Fields& field, std::vector<uint32_t>& out, const char* name, std::string& error);
bool append(const Fields& field, std::vector<int64_t>& out, const char* name, std::string& error);
bool append(const Fields& field, std::vector<double>& out, const char* name, std::string& error);

// Calls read(field) for each field of a message, whose type is `name`; it returns false when it has set the error.
template <class Read>
bool for_each_field(std::string_view message, const char* name, std::string& error, Read read) {
  Fields field(message);
  while (field.next()) {
    if (!read(static_cast<const Fields&>(field))) return false;
  }
  if (!field.failed()) return true;
  error = field.explain(name);
  return false;
}

}  // namespace narthex::wire
