// The client: what its calls share.
#pragma once

#include <memory>
#include <string>
#include <unordered_set>

#include "net/detail/exchange.h"
#include "net/detail/idle_pool.h"
#include "net/detail/oauth2.h"
#include "net/detail/proxy.h"
#include "net/http_client.h"

namespace narthex::net {

class Call;

// Belongs to its reactor's thread. Calls under way keep it alive.
class Client final : public HttpClient, public std::enable_shared_from_this<Client> {
 public:
  Client(Reactor& reactor, HttpClientOptions options, std::string user_agent, Proxies proxies);
  ~Client() override;

  void send(Request request, std::function<void(Outcome)> done) override;
  void cancel_all() override;

  // Made at first need, unless there are files to check at creation. Reads changed files again.
  Result<const TlsContext*> tls();

  // The proxy for a request to `url`, null if there is none.
  const Url* proxy_for(const Url& url) const { return proxies_.proxy_for(url); }
  // Null without oauth2.
  TokenSource* tokens() const { return tokens_.get(); }

  Reactor& reactor() { return reactor_; }
  const HttpClientOptions& options() const { return options_; }
  const std::string& user_agent() const { return user_agent_; }
  IdlePool& pool() { return pool_; }
  Scratch& scratch() { return scratch_; }
  void forget(Call* call) { calls_.erase(call); }

 private:
  Reactor& reactor_;
  const HttpClientOptions options_;
  const std::string user_agent_;
  const Proxies proxies_;
  const std::shared_ptr<TokenSource> tokens_;
  std::unique_ptr<TlsContext> tls_;
  IdlePool pool_;
  Scratch scratch_;
  std::unordered_set<Call*> calls_;
};

}  // namespace narthex::net
