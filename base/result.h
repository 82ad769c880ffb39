// Errors are values. A function that can fail returns Result<T>; the error says what, of which kind, and where.
//
//   Result<Config> load(const std::string& path);
//   auto config = load(path);
//   if (!config) return config.error();
//   use(*config);
//
// Libraries that throw are caught at the edge of the folder that uses them; nothing of ours throws.
#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <utility>

namespace narthex {

// The kind of a failure: what a caller may do about it. The text is for people, the code for programs.
enum class Code {
  kInvalid,      // the input is wrong: it will fail again (HTTP 400)
  kNotFound,     // the thing asked for does not exist (404)
  kUnsupported,  // valid, but not something this build can do; the message names what is missing
  kIo,           // the operating system refused: file, socket
  kTimeout,      // a deadline passed
  kCanceled,     // whoever asked is gone, or the process stops
  kLimit,        // a limit that the user set was exceeded; the message names it
  kUnavailable,  // not now: starting, stopping, disk full
  kCorruption,   // stored bytes are not what was written
  kExecution,    // a valid query that cannot be evaluated on this data (422)
  kInternal,     // a bug of ours
};

// Where an error was found. Empty parts are unknown. Lines and columns count from 1, columns in bytes.
struct Place {
  std::string file;
  int line = 0;
  int column = 0;

  // "file:line:column", leaving out what is unknown; "" if nothing is known.
  std::string str() const;
  friend bool operator==(const Place&, const Place&) = default;
};

struct Error {
  Code code = Code::kInternal;
  std::string message;
  Place place = {};

  // "file:line:column: message"
  std::string str() const;
};

template <class T = void>
using Result = boost::system::result<T, Error>;

inline Error invalid(std::string message, Place place = {}) {
  return Error{Code::kInvalid, std::move(message), std::move(place)};
}

// The same error with `prefix` before its message.
Error prefixed(std::string_view prefix, Error error);

// Found by argument-dependent look-up: what Result::value() does when there is an error. Reaching it is a bug.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& location);

}  // namespace narthex
