#include "net/detail/oauth2.h"

#include <utility>

#include "base/clock.h"
#include "net/detail/files.h"

namespace narthex::net {
namespace {

// A fetch has a limit of its own: those who wait for it may have little time left, or much.
constexpr int64_t kFetchTimeoutNs = 30'000'000'000;
constexpr int64_t kEarlyNs = 10'000'000'000;  // Go's expiryDelta

}  // namespace

TokenSource::TokenSource(Reactor& reactor, OAuth2Options options, std::string user_agent)
    : reactor_(reactor), options_(std::move(options)), user_agent_(std::move(user_agent)) {}

Result<std::string> TokenSource::read_secret() const {
  const Secret& secret = is_jwt_grant(options_) ? options_.client_certificate_key : options_.client_secret;
  if (secret.file.empty()) return secret.value;
  auto text = read_trimmed_file(secret.file);
  if (!text) return prefixed("unable to read oauth2 client secret: ", text.error());
  return text;
}

bool TokenSource::has_good_token() const {
  return !authorization_.empty() && system_clock().steady_ns() < good_until_ns_;
}

void TokenSource::authorization(std::function<void(Result<std::string>)> done) {
  auto secret = read_secret();
  if (!secret) return done(secret.error());
  if (secret_ != *secret) {
    secret_ = std::move(*secret);
    auth_.reset();
    authorization_.clear();
  }
  if (has_good_token()) return done(authorization_);
  waiting_.push_back(std::move(done));
  if (!std::exchange(fetching_, true)) fetch();
}

void TokenSource::cancel() {
  if (client_) client_->cancel_all();
}

void TokenSource::fetch() {
  fetching_with_ = *secret_;
  if (!client_) {
    HttpClientOptions options;
    options.tls = options_.tls;
    options.proxy = options_.proxy;
    auto made = HttpClient::create(reactor_, options, user_agent_);
    if (!made) return finish(made.error());
    client_ = std::move(*made);
  }
  send(auth_.value_or(ClientAuth::kHeader));
}

void TokenSource::send(ClientAuth auth) {
  auto form = grant_form(options_, fetching_with_, system_clock().now_ns());
  if (!form) return finish(form.error());
  TokenRequest wanted = token_request(options_, std::move(*form), fetching_with_, auth);
  wanted.request.timeout_ns = kFetchTimeoutNs;
  const auto done = [self = weak_from_this(), auth, secrets = std::move(wanted.secrets)](const Outcome& outcome) {
    if (const auto source = self.lock()) source->on_answer(outcome, auth, secrets);
  };
  client_->send(std::move(wanted.request), done);
}

void TokenSource::on_answer(const Outcome& outcome, ClientAuth auth, const std::vector<std::string>& secrets) {
  if (secret_ != fetching_with_) return fetch();  // it changed meanwhile
  if (!outcome) {
    const bool jwt = is_jwt_grant(options_);
    return finish(jwt ? prefixed("oauth2: cannot fetch token: ", outcome.error().error) : outcome.error().error);
  }
  auto token = parse_token(*outcome, options_, secrets);
  const bool other_way = !token && !auth_ && auth == ClientAuth::kHeader && !is_jwt_grant(options_);
  if (other_way) return send(ClientAuth::kForm);
  if (token) auth_ = auth;
  finish(token);
}

void TokenSource::finish(const Result<Token>& token) {
  fetching_ = false;
  Result<std::string> answer = token ? Result<std::string>(token->authorization) : token.error();
  if (token) {
    authorization_ = token->authorization;
    good_until_ns_ = token->lifetime_ns == 0 ? INT64_MAX : system_clock().steady_ns() + token->lifetime_ns - kEarlyNs;
  }
  // Taken out first: those who are answered may ask again.
  for (const auto& done : std::exchange(waiting_, {})) done(answer);
}

}  // namespace narthex::net
