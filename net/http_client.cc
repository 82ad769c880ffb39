#include "net/http_client.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <stdexcept>

#include "net/detail/call.h"
#include "net/detail/client.h"

namespace narthex::net {
namespace asio = boost::asio;
namespace {

std::shared_ptr<TokenSource> make_token_source(Reactor& reactor, const HttpClientOptions& options,
                                               const std::string& user_agent) {
  if (!options.oauth2) return nullptr;
  return std::make_shared<TokenSource>(reactor, *options.oauth2, user_agent);
}

Task<void> run(std::unique_ptr<Call> call) { co_await call->run(); }

}  // namespace

std::string_view Response::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (equal_ignoring_case(key, name)) return value;
  }
  return "";
}

void throw_exception_from_error(const Failure& failure, const boost::source_location& location) {
  throw_exception_from_error(failure.error, location);
}

Client::Client(Reactor& reactor, HttpClientOptions options, std::string user_agent, Proxies proxies)
    : reactor_(reactor),
      options_(std::move(options)),
      user_agent_(std::move(user_agent)),
      proxies_(std::move(proxies)),
      tokens_(make_token_source(reactor, options_, user_agent_)),
      pool_(reactor) {}

Client::~Client() = default;

Result<const TlsContext*> Client::tls() {
  if (!tls_) {
    auto context = TlsContext::create(options_.tls);
    if (!context) return context.error();
    tls_ = std::move(*context);
    return tls_.get();
  }
  const auto changed = tls_->reload_if_changed();
  if (!changed) return changed.error();
  if (*changed) pool_.clear();
  return tls_.get();
}

void Client::send(Request request, std::function<void(Outcome)> done) {
  auto call = std::make_unique<Call>(shared_from_this(), std::move(request), std::move(done));
  Call* const running = call.get();
  calls_.insert(running);
  asio::co_spawn(reactor_.impl().io, run(std::move(call)), asio::detached);
  running->started();  // it cannot have ended before
}

void Client::cancel_all() {
  pool_.clear();
  if (tokens_) tokens_->cancel();
  const auto calls = calls_;
  for (Call* call : calls) call->interrupt(Error{Code::kCanceled, "context canceled"});
}

Result<std::shared_ptr<HttpClient>> HttpClient::create(Reactor& reactor, const HttpClientOptions& options,
                                                       std::string user_agent) {
  auto proxies = Proxies::create(options.proxy);
  if (!proxies) return proxies.error();
  auto client = std::make_shared<Client>(reactor, options, std::move(user_agent), std::move(*proxies));
  if (options.tls != TlsOptions()) {
    if (auto context = client->tls(); !context) return context.error();
  }
  return std::shared_ptr<HttpClient>(std::move(client));
}

}  // namespace narthex::net
