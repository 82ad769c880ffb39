// What OpenSSL found wrong, in Go's words.
#pragma once

#include <openssl/types.h>

#include <string>

namespace narthex::net {

// The oldest error in this thread's OpenSSL queue; empties the queue: `remote error: tls: bad certificate`,
// `tls: first record does not look like a TLS handshake`.
std::string tls_error_text();

// Whether the queue says that the peer hung up without saying goodbye. Empties the queue then.
bool tls_cut_off();

// Whether the queue says that the first bytes of the peer were no TLS record.
bool tls_not_tls();

// Why `certificate` was refused with the X.509 code `reason` when `host` was wanted: `tls: failed to verify
// certificate: x509: certificate signed by unknown authority`.
std::string certificate_error_text(int reason, X509* certificate, const std::string& host);

}  // namespace narthex::net
