// OAuth 2 for clients: a token that is fetched when it is first needed, and kept until it expires.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/detail/oauth2_grant.h"
#include "net/http_client.h"

namespace narthex::net {

// The token of one client. Belongs to its reactor's thread.
//
// Who the client is goes into the Authorization header first; a token endpoint that refuses that is asked again with
// client_id and client_secret in the form, and the way that worked is remembered. A changed client_secret_file (or
// client_certificate_key_file) drops the token.
class TokenSource : public std::enable_shared_from_this<TokenSource> {
 public:
  TokenSource(Reactor& reactor, OAuth2Options options, std::string user_agent);

  // Calls `done` with the value of an Authorization header, at once if there is a token that is good for ten seconds
  // more, else when it was fetched; all who ask meanwhile wait for the same fetch. Errors are Go's: `Post
  // "<token_url>": …`, `oauth2: cannot fetch token: 401 Unauthorized\nResponse: …`, `unable to read oauth2 client
  // secret: …`. Not called if the source is destroyed before.
  void authorization(std::function<void(Result<std::string>)> done);
  // Ends a fetch under way with kCanceled.
  void cancel();

 private:
  Result<std::string> read_secret() const;
  bool has_good_token() const;
  void fetch();
  void send(ClientAuth auth);
  void on_answer(const Outcome& outcome, ClientAuth auth, const std::vector<std::string>& secrets);
  void finish(const Result<Token>& token);

  Reactor& reactor_;
  const OAuth2Options options_;
  const std::string user_agent_;
  std::shared_ptr<HttpClient> client_;  // to the token endpoint; made at first need
  std::optional<std::string> secret_;   // that the token was got with
  std::optional<ClientAuth> auth_;      // the way that worked
  std::string authorization_;           // "" = no token
  int64_t good_until_ns_ = 0;           // steady clock
  bool fetching_ = false;
  std::string fetching_with_;  // the secret
  std::vector<std::function<void(Result<std::string>)>> waiting_;
};

}  // namespace narthex::net
