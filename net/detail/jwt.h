// Signed JSON Web Tokens (RFC 7519, 7515), as far as OAuth 2's JWT bearer grant (RFC 7523) needs them.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "base/result.h"

namespace narthex::net {

struct JwtKey {
  std::string pem;                  // a private RSA key, PKCS #1 or #8
  std::string id;                   // the header's "kid"; "" = none
  std::string algorithm = "RS256";  // or RS384, RS512
};

// `header.claims.signature`. Errors, which never show the key: `invalid key: Key must be a PEM encoded PKCS1 or PKCS8
// key`, `key is not a valid RSA private key`.
Result<std::string> sign_jwt(const boost::json::object& claims, const JwtKey& key);

}  // namespace narthex::net
