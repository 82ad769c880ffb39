// Reads the tokens that the client signs.
#pragma once

#include <openssl/types.h>

#include <string>

namespace narthex::net::testing {

struct Jwt {
  std::string header;
  std::string claims;
  bool genuine = false;  // the signature is that of the key, by the header's algorithm
};

Jwt read_jwt(const std::string& text, EVP_PKEY* key);

}  // namespace narthex::net::testing
