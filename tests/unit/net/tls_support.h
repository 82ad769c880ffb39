// Certificates made at test time, and a server that speaks TLS with them.
#pragma once

#include <openssl/ssl.h>

#include <functional>
#include <memory>
#include <string>

#include "tests/unit/net/support.h"

namespace narthex::net::testing {

// A key and a certificate for it.
struct Identity {
  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key{nullptr, EVP_PKEY_free};
  std::unique_ptr<X509, void (*)(X509*)> certificate{nullptr, X509_free};

  std::string certificate_pem() const;
  std::string key_pem() const;
};

std::string key_pem(EVP_PKEY* key);

struct Wanted {
  const char* common_name = "test";
  const char* names = nullptr;  // subjectAltName, e.g. "DNS:localhost,IP:127.0.0.1"
  long valid_from = -3600;      // seconds from now
  long valid_until = 3600;
  bool is_authority = false;
  bool rsa = false;  // instead of an elliptic curve
};

// Signed by `issuer`, or by itself if that is null.
Identity make_identity(const Wanted& wanted, const Identity* issuer = nullptr);

struct TlsServerSetup {
  const Identity* identity = nullptr;
  const Identity* client_authority = nullptr;  // if set, clients must show a certificate of it
  int max_version = 0;
  bool hasty = false;  // closes at once when the handshake failed
  std::string body = "secure";
  // The body for a request with this head, instead of `body`; `client` is the common name of its certificate.
  std::function<std::string(const std::string& head, const std::string& client)> answer = {};
};

// A TLS session with a client that connected to `fd`, after the handshake; null if that failed (or the client wants a
// certificate that it does not get).
using ServerSsl = std::unique_ptr<SSL, void (*)(SSL*)>;
ServerSsl accept_tls(const TlsServerSetup& setup, int fd);

// Answers every request with 200.
std::unique_ptr<ScriptedServer> tls_server(const TlsServerSetup& setup);

std::string https(const ScriptedServer& server, const std::string& host);

// A folder that goes with the test.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  // Writes a file and returns its path.
  std::string file(const std::string& name, const std::string& content) const;

 private:
  std::string path_;
};

}  // namespace narthex::net::testing
