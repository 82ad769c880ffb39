// TLS for clients: contexts from options, and the rules of verification. No sockets here.
#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/options.h"

namespace narthex::net {

using SslPointer = std::unique_ptr<SSL, void (*)(SSL*)>;

// What the handshake of one connection found.
struct TlsVerdict {
  std::string host;               // the name that must be in the certificate
  std::string certificate_error;  // why it was refused, "" if it was not
  std::string first_bytes;        // of the first record, to recognise a peer that does not speak TLS
};

struct TlsSession {
  std::unique_ptr<TlsVerdict> verdict;        // the SSL points to it
  std::unique_ptr<TlsVerdict> outer_verdict;  // likewise, of the session that this one runs in
  SslPointer ssl{nullptr, nullptr};           // owns the outer one
};

// A context made of the options' files as they were then. Immutable; belongs to one thread because of reload().
class TlsContext {
 public:
  // Errors: `unable to read CA cert: unable to read file <f>: open <f>: no such file or directory`,
  // `unable to use specified CA cert file <f>`, …
  static Result<std::unique_ptr<TlsContext>> create(const TlsOptions& options);
  ~TlsContext();

  // Reads the files again if one of them has changed since. True: they had, and idle connections should not be used.
  Result<bool> reload_if_changed();

  // For a connection on the socket `handle` to `host`. The handshake is the caller's to run.
  TlsSession open(int handle, const std::string& host) const;
  // The same, inside an established session: TLS to a target behind a proxy that is itself reached by TLS.
  TlsSession open_inside(TlsSession outer, const std::string& host) const;

 private:
  struct FileState {
    std::string path;
    int64_t modified_ns = 0;
    int64_t size = -1;
    uint64_t inode = 0;
    friend bool operator==(const FileState&, const FileState&) = default;
  };
  explicit TlsContext(const TlsOptions& options) : options_(options) {}
  Result<> load();
  TlsSession prepare(const std::string& host) const;
  std::vector<FileState> file_states() const;

  TlsOptions options_;
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_{nullptr, nullptr};
  std::vector<FileState> files_;
  int64_t checked_ns_ = 0;
};

// The text of a handshake that failed, from the verdict and OpenSSL's queue.
std::string handshake_error_text(const TlsVerdict& verdict);

}  // namespace narthex::net
