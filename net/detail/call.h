// One send(): its requests through redirects and retries, under one deadline.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "net/detail/client.h"
#include "net/detail/interrupt.h"
#include "net/detail/redirect.h"
#include "net/detail/request_head.h"

namespace narthex::net {

// Lives in its own coroutine's frame; belongs to the client's reactor.
class Call {
 public:
  Call(std::shared_ptr<Client> client, Request request, std::function<void(Outcome)> done);
  ~Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // Calls `done` when all is over.
  Task<void> run();
  // To be called when the first piece of run() is over, and with it HttpClient::send(): `done` may be called from now
  // on.
  void started() { in_send_ = false; }
  void interrupt(Error reason) { interrupt_.raise(std::move(reason)); }

 private:
  Task<Outcome> perform();
  Task<std::optional<Failure>> round_trip(const Url& url, Response& response);
  Task<std::optional<Failure>> try_once(const Url& url, const std::string& head, bool fresh, bool& retry,
                                        Response& response);
  std::optional<Failure> check(const Url& url);
  // Fetches or takes the token of OAuth 2; answers what failed.
  Task<std::optional<Error>> authorize();
  // Null: none.
  const Url* proxy_for(const Url& url) const;
  Result<std::string> request_head(const Url& url) const;
  // For https, also of the proxy; null otherwise.
  Result<const TlsContext*> tls_for(const Url& url) const;
  std::string pool_key(const Url& url) const;
  Failure failure(FailedPhase phase, std::string text, const std::string& url, Code code = Code::kIo) const;
  Failure unauthorized(const Error& error, const Url& url) const;
  void follow(const Redirect& next);

  const std::shared_ptr<Client> client_;
  Request request_;
  std::function<void(Outcome)> done_;
  Interrupt interrupt_;
  Timer deadline_;
  int64_t deadline_ns_ = INT64_MAX;
  Phases phases_;
  int status_ = 0;
  bool in_send_ = true;
  std::string origin_host_;        // where secrets may go
  bool withhold_secrets_ = false;  // some redirect left that host
  std::string referer_;
  std::string token_;  // of OAuth 2, as Authorization has it
};

}  // namespace narthex::net
