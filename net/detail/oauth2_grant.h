// What is said to an OAuth 2 token endpoint, and what it answers, as Go's oauth2 package has it. No I/O.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/http_client.h"

namespace narthex::net {

using Form = std::map<std::string, std::string>;

// How a client says who it is (RFC 6749, section 2.3.1): as user and password of basic authentication, or in the form.
enum class ClientAuth { kHeader, kForm };

bool is_jwt_grant(const OAuth2Options& options);

// grant_type, scope and endpoint_params. `key` (of the JWT bearer grant) is a private RSA key in PEM; `now_ns` is the
// wall clock. Errors: `oauth2: cannot overwrite parameter "scope"`, those of sign_jwt().
Result<Form> grant_form(const OAuth2Options& options, const std::string& key, int64_t now_ns);

struct TokenRequest {
  Request request;
  std::vector<std::string> secrets;  // that it carries, in every form they may come back in
};

// The POST for such a form. `secret`: of the client; with the JWT bearer grant the assertion speaks for it.
TokenRequest token_request(const OAuth2Options& options, Form form, const std::string& secret, ClientAuth auth);

struct Token {
  std::string authorization;  // "Bearer …"
  int64_t lifetime_ns = 0;    // from now; 0 = for ever
};

// Error: `oauth2: "invalid_client" "…"`, `oauth2: cannot fetch token: 401 Unauthorized\nResponse: …`, `oauth2: server
// response missing access_token`, … What of `secrets` the server repeats is not in it.
Result<Token> parse_token(const Response& response, const OAuth2Options& options,
                          const std::vector<std::string>& secrets);

}  // namespace narthex::net
