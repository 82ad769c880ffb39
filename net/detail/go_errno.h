// System errors in Go's words.
#pragma once

#include <string>
#include <string_view>

namespace narthex::net {

// "connection refused", "no such file or directory", …: Go's syscall.Errno texts are the C library's in lower case, but
// for a few.
std::string errno_text(int code);

// `read tcp 127.0.0.1:40000->127.0.0.1:9100: read: connection reset by peer`. `operation` is "read" or "write"; the
// addresses may be empty (closed meanwhile).
std::string socket_error_text(std::string_view operation, std::string_view network, const std::string& local,
                              const std::string& remote, int code);

}  // namespace narthex::net
