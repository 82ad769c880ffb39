// What an API endpoint returns, and how it becomes the envelope of HTTP API spec 1.1.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/http_server.h"

namespace narthex::web {

// HTTP API spec, section 1.2. The status code follows from it.
enum class ErrorType { kBadData, kExecution, kCanceled, kTimeout, kUnavailable, kInternal, kNotFound };

struct ApiError {
  ErrorType type;
  std::string message;
};

// The "data" of an answer. Long ones come in pieces: `data` is their beginning and `more` brings the rest. Without any
// data the answer is 204.
struct ApiData {
  std::string data;      // JSON
  net::BodySource more;  // may be empty
  std::vector<std::string> warnings;
  std::vector<std::string> infos;
  // Sent as it is instead of all the above: for what has no envelope.
  std::optional<net::ServerResponse> other = std::nullopt;
};

template <class T>
using ApiResult = boost::system::result<T, ApiError>;
using Answer = ApiResult<ApiData>;

[[noreturn]] void throw_exception_from_error(const ApiError& error, const boost::source_location& location);

inline ApiError bad_data(std::string message) { return {ErrorType::kBadData, std::move(message)}; }
// `invalid parameter "<name>": <cause>`
ApiError invalid_parameter(std::string_view name, std::string_view cause);
// What an error of storage, or of a query while it ran, is to the client.
ApiError api_error(const Error& error);

// At most ten warnings and ten infos are sent; a last line counts the rest.
net::ServerResponse to_response(Answer answer);

}  // namespace narthex::web
