#include "net/detail/call.h"

#include <boost/asio/post.hpp>

#include "base/quote.h"
#include "net/detail/dial.h"
#include "net/detail/encoding.h"
#include "net/detail/waiting.h"

namespace narthex::net {
namespace asio = boost::asio;
namespace {

constexpr int kMaxRequests = 10;  // nine redirects are followed; scrape spec, section 5.1

// Go's name for a method in errors: "Get".
std::string operation(const std::string& method) {
  std::string out = method;
  for (size_t i = 1; i < out.size(); ++i) {
    if (out[i] >= 'A' && out[i] <= 'Z') out[i] = static_cast<char>(out[i] + 32);
  }
  return out;
}

bool is_idempotent(const std::string& method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE";
}

// Whether the proxy is asked for the whole URL, instead of passing bytes on. `proxy` may be null.
bool takes_requests(const Url* proxy, const Url& url) {
  return proxy != nullptr && !is_socks(*proxy) && url.scheme == "http";
}

// Of an answer that is no success, people will read the reason and the body, and it may repeat what it was sent.
void hide_secrets(std::string_view head, const HttpClientOptions& options, Response& response) {
  for (const std::string_view secret : secrets_in(head, options)) {
    response.reason = without_secret(std::move(response.reason), secret);
    response.body = without_secret(std::move(response.body), secret);
  }
}

}  // namespace

Call::Call(std::shared_ptr<Client> client, Request request, std::function<void(Outcome)> done)
    : client_(std::move(client)), request_(std::move(request)), done_(std::move(done)) {
  if (request_.timeout_ns > 0) {
    deadline_ns_ = system_clock().steady_ns() + request_.timeout_ns;
    deadline_ = client_->reactor().after(request_.timeout_ns, [this] {
      interrupt_.raise(Error{Code::kTimeout, "context deadline exceeded"});
    });
  }
}

Call::~Call() { client_->forget(this); }

Task<void> Call::run() {
  Outcome outcome = co_await perform();
  if (in_send_) co_await asio::post(client_->reactor().impl().io, use_task);
  deadline_.cancel();
  client_->forget(this);
  const auto done = std::move(done_);
  done(std::move(outcome));
}

Failure Call::failure(FailedPhase phase, std::string text, const std::string& url, Code code) const {
  if (interrupt_.raised()) {
    text = interrupt_.reason()->message;
    code = interrupt_.reason()->code;
  }
  const bool in_body = phase == FailedPhase::kBody || phase == FailedPhase::kBodyLimit;
  if (!in_body) text = operation(request_.method) + ' ' + go_quote(url) + ": " + text;
  return Failure{phase, Error{code, std::move(text)}, phases_, status_};
}

Failure Call::unauthorized(const Error& error, const Url& url) const {
  return failure(FailedPhase::kCredentials, error.message, url.str(false), error.code);
}

Task<Outcome> Call::perform() {
  auto parsed = parse_url(request_.url);
  if (!parsed) co_return Failure{FailedPhase::kUrl, parsed.error(), phases_, 0};
  Url url = std::move(*parsed);
  origin_host_ = url.host_name();
  for (int requests = 1;; ++requests) {
    Response response;
    auto failed = co_await round_trip(url, response);
    if (failed) co_return std::move(*failed);
    const std::string location(response.header("Location"));
    auto next = client_->options().follow_redirects ? decide_redirect(response.status, location, request_.method, url)
                                                    : Result<std::optional<Redirect>>(std::nullopt);
    if (!next) co_return failure(FailedPhase::kRedirect, next.error().message, url.str(false), Code::kInvalid);
    if (!*next) {
      response.url = url.str(false);
      response.phases = phases_;
      co_return std::move(response);
    }
    if (requests == kMaxRequests) {
      co_return failure(FailedPhase::kRedirect, "stopped after 10 redirects", without_password(location), Code::kLimit);
    }
    request_.buffer = std::move(response.body);
    follow(**next);
    url = std::move((*next)->url);
  }
}

void Call::follow(const Redirect& next) {
  request_.method = next.method;
  if (!next.keep_body) request_.body.clear();
  referer_ = next.referer;
  withhold_secrets_ = withhold_secrets_ || !is_host_or_subdomain(next.url.host_name(), origin_host_);
}

std::optional<Failure> Call::check(const Url& url) {
  if (url.scheme != "http" && url.scheme != "https") {
    const std::string text = "unsupported protocol scheme " + go_quote(url.scheme);
    return failure(FailedPhase::kUrl, text, url.str(false), Code::kInvalid);
  }
  if (url.host.empty()) {
    return failure(FailedPhase::kUrl, "http: no Host in request URL", url.str(false), Code::kInvalid);
  }
  return std::nullopt;
}

Result<std::string> Call::request_head(const Url& url) const {
  auto configured = configured_headers(client_->options(), withhold_secrets_);
  if (!configured) return configured.error();
  const Url* proxy = proxy_for(url);
  const bool to_proxy = takes_requests(proxy, url);
  const std::string proxy_credentials = to_proxy ? proxy_authorization(*proxy) : "";
  const RequestHead head{.method = request_.method,
                         .url = url,
                         .user_agent = client_->user_agent(),
                         .headers = request_.headers,
                         .configured = *configured,
                         .token = token_,
                         .referer = referer_,
                         .to_proxy = to_proxy,
                         .proxy_authorization = proxy_credentials,
                         .accept_gzip = request_.accept_gzip,
                         .withhold_secrets = withhold_secrets_,
                         .body_bytes = request_.body.size()};
  return head.str();
}

const Url* Call::proxy_for(const Url& url) const {
  return request_.unix_socket.empty() ? client_->proxy_for(url) : nullptr;
}

Task<std::optional<Error>> Call::authorize() {
  const Awaited<Result<std::string>> answer(client_->reactor());
  client_->tokens()->authorization(answer.callback());
  auto token = co_await answer.wait(interrupt_);
  if (!token) co_return *interrupt_.reason();
  if (!*token) co_return token->error();
  token_ = std::move(**token);
  co_return std::nullopt;
}

Result<const TlsContext*> Call::tls_for(const Url& url) const {
  const Url* proxy = proxy_for(url);
  if (url.scheme == "https" || (proxy != nullptr && proxy->scheme == "https")) return client_->tls();
  return nullptr;
}

std::string Call::pool_key(const Url& url) const {
  const Url* proxy = proxy_for(url);
  const std::string by = proxy != nullptr ? " by " + proxy->str(true) : "";
  if (takes_requests(proxy, url)) return url.scheme + by;  // for all hosts
  return url.scheme + ' ' + url.host + ' ' + request_.unix_socket + by;
}

Task<std::optional<Failure>> Call::round_trip(const Url& url, Response& response) {
  if (auto failed = check(url)) co_return failed;
  token_.clear();
  if (client_->tokens() != nullptr && !withhold_secrets_) {
    const auto error = co_await authorize();
    if (error) co_return unauthorized(*error, url);
  }
  const auto head = request_head(url);
  if (!head) co_return unauthorized(head.error(), url);
  bool retry = false;
  auto failed = co_await try_once(url, *head, false, retry, response);
  if (failed && retry && !interrupt_.raised()) failed = co_await try_once(url, *head, true, retry, response);
  if (!failed && response.status != 200) hide_secrets(*head, client_->options(), response);
  co_return failed;
}

// `fresh`: not on a kept connection. `retry` receives whether the request may be sent again: a kept connection had been
// closed by the server before it answered.
Task<std::optional<Failure>> Call::try_once(const Url& url, const std::string& head, bool fresh, bool& retry,
                                            Response& response) {
  const auto fail = [&](FailedPhase phase, std::string text, Code code = Code::kIo) {
    return failure(phase, std::move(text), url.str(false), code);
  };
  const auto tls = tls_for(url);
  if (!tls) co_return unauthorized(tls.error(), url);
  const std::string key = pool_key(url);
  std::unique_ptr<Transport> transport = fresh ? nullptr : client_->pool().take(key, !is_idempotent(request_.method));
  const bool reused = transport != nullptr;
  if (!reused) {
    const DialRequest wanted{.reactor = client_->reactor(),
                             .interrupt = interrupt_,
                             .url = url,
                             .unix_socket = request_.unix_socket,
                             .proxy = proxy_for(url),
                             .proxy_options = client_->options().proxy,
                             .user_agent = client_->user_agent(),
                             .tls = *tls,
                             .deadline_ns = deadline_ns_,
                             .phases = phases_};
    Dialed dialed = co_await dial(wanted);
    if (!dialed.transport || interrupt_.raised()) co_return fail(dialed.phase, dialed.error);
    transport = std::move(dialed.transport);
  }
  const Interrupt::Scope scope(interrupt_, [&transport] { transport->close(); });
  const ExchangeInput input{.head = head,
                            .body = request_.body,
                            .is_head_request = request_.method == "HEAD",
                            .follows_redirects = client_->options().follow_redirects,
                            .max_body_bytes = request_.max_body_bytes,
                            .buffer = request_.buffer};
  const ExchangeEnd end = co_await exchange(*transport, client_->scratch(), input, response, phases_);
  response.reused_connection = reused;
  status_ = response.status;
  if (end.error.empty() && !interrupt_.raised()) {
    if (end.reusable) client_->pool().put(key, std::move(transport));
    co_return std::nullopt;
  }
  retry = reused && !end.answered && (is_idempotent(request_.method) || end.phase == FailedPhase::kRequest);
  co_return fail(end.phase, end.error, end.limit ? Code::kLimit : Code::kIo);
}

}  // namespace narthex::net
