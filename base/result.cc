#include "base/result.h"

#include <stdexcept>

namespace narthex {

std::string Place::str() const {
  std::string out = file;
  if (line > 0) {
    if (!out.empty()) out += ':';
    out += std::to_string(line);
    if (column > 0) out += ':' + std::to_string(column);
  }
  return out;
}

std::string Error::str() const {
  std::string where = place.str();
  return where.empty() ? message : where + ": " + message;
}

Error prefixed(std::string_view prefix, Error error) {
  error.message.insert(0, prefix);
  return error;
}

void throw_exception_from_error(const Error& error, const boost::source_location& location) {
  throw std::logic_error(std::string(location.file_name()) + ": unchecked result: " + error.str());
}

}  // namespace narthex
