#include "net/detail/go_errno.h"

#include <cctype>
#include <cerrno>
#include <cstring>

namespace narthex::net {

std::string errno_text(int code) {
  if (code == EHOSTUNREACH) return "no route to host";
  if (code == EPERM) return "operation not permitted";
  char buffer[128];
  std::string text = ::strerror_r(code, buffer, sizeof buffer);
  // "Connection refused", but not "RPC version wrong": abbreviations stay.
  if (text.size() > 1 && std::islower(static_cast<unsigned char>(text[1])) != 0) {
    text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  }
  return text;
}

std::string socket_error_text(std::string_view operation, std::string_view network, const std::string& local,
                              const std::string& remote, int code) {
  std::string out(operation);
  out.append(" ").append(network);
  if (!local.empty()) out += " " + local;
  if (!remote.empty()) out += (local.empty() ? " " : "->") + remote;
  out.append(": ").append(operation).append(": ").append(errno_text(code));
  return out;
}

}  // namespace narthex::net
