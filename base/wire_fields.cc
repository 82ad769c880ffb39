#include "base/wire_fields.h"

namespace narthex::wire {
namespace {

template <class Number, class Convert>
bool append_varints(const Fields& field, std::vector<Number>& out, const char* name, std::string& error,
                    Convert convert) {
  if (field.is(Type::kVarint)) return out.push_back(convert(field.varint())), true;
  if (!expect(Type::kBytes, field, name, error)) return false;
  const char* p = field.bytes().data();
  for (const char* const end = p + field.bytes().size(); p < end;) {
    uint64_t value;
    const char* const next = read_varint(p, end, value);
    if (next == nullptr) return error = explain_varint(p, end), false;
    out.push_back(convert(value));
    p = next;
  }
  return true;
}

}  // namespace

bool wrong_type(const Fields& field, const char* name, std::string& error) {
  error = "proto: wrong wireType = " + std::to_string(static_cast<int>(field.type())) + " for field " + name;
  return false;
}

bool append(const Fields& field, std::vector<uint32_t>& out, const char* name, std::string& error) {
  return append_varints(field, out, name, error, [](uint64_t value) { return static_cast<uint32_t>(value); });
}

bool append(const Fields& field, std::vector<int64_t>& out, const char* name, std::string& error) {
  return append_varints(field, out, name, error, zigzag64);
}

bool append(const Fields& field, std::vector<double>& out, const char* name, std::string& error) {
  if (field.is(Type::kFixed64)) return out.push_back(field.fixed64()), true;
  if (!expect(Type::kBytes, field, name, error)) return false;
  const std::string_view bytes = field.bytes();
  if (bytes.size() % sizeof(double) != 0) return error = kUnexpectedEnd, false;
  const size_t old_size = out.size();
  out.resize(old_size + bytes.size() / sizeof(double));
  if (!bytes.empty()) std::memcpy(out.data() + old_size, bytes.data(), bytes.size());
  return true;
}

}  // namespace narthex::wire
