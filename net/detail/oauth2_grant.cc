#include "net/detail/oauth2_grant.h"

#include <openssl/rand.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <charconv>
#include <optional>

#include "base/quote.h"
#include "net/detail/encoding.h"
#include "net/detail/jwt.h"
#include "net/detail/url.h"

namespace narthex::net {
namespace {

namespace json = boost::json;

constexpr std::string_view kJwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";
constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kAssertionSeconds = 600;
constexpr int64_t kMaxAnswerBytes = 1 << 20;
constexpr size_t kShownCodePoints = 1000;  // of an answer, in an error

std::string joined(const std::vector<std::string>& scopes) {
  std::string out;
  for (const std::string& scope : scopes) out += (out.empty() ? "" : " ") + scope;
  return out;
}

// A random UUID (RFC 4122, version 4): the assertion's name.
std::string random_id() {
  unsigned char bytes[16] = {};
  RAND_bytes(bytes, sizeof bytes);
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (size_t i = 0; i < sizeof bytes; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += {kHex[bytes[i] >> 4], kHex[bytes[i] & 15]};
  }
  return out;
}

Result<std::string> assertion(const OAuth2Options& options, const std::string& key, int64_t now_ns) {
  const int64_t now = now_ns / kSecond;
  json::object claims{{"iss", options.iss.empty() ? options.client_id : options.iss},
                      {"sub", options.client_id},
                      {"jti", random_id()},
                      {"aud", options.audience.empty() ? options.token_url : options.audience},
                      {"iat", now},
                      {"exp", now + kAssertionSeconds}};
  if (!options.scopes.empty()) claims["scope"] = joined(options.scopes);
  for (const auto& [name, value] : options.claims) claims[name] = value;
  JwtKey signer{.pem = key, .id = options.client_certificate_key_id};
  if (!options.signature_algorithm.empty()) signer.algorithm = options.signature_algorithm;
  return sign_jwt(claims, signer);
}

// The fields of an answer that matter.
struct Fields {
  std::string access_token;
  std::string token_type;
  int64_t expires_in = 0;
  std::string error;
  std::string error_description;
  std::string error_uri;
};

int64_t to_number(std::string_view text) {
  int64_t out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

Fields form_fields(const std::string& body) {
  Form form = form_decode(body);
  return {form["access_token"], form["token_type"],        to_number(form["expires_in"]),
          form["error"],        form["error_description"], form["error_uri"]};
}

// Go's words where they are likely to be seen: a page of HTML, and nothing at all.
std::string json_error(std::string_view body, const boost::system::error_code& error) {
  const size_t first = body.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || error == json::error::incomplete) return "unexpected end of JSON input";
  if (std::string_view("{[\"-0123456789tfn").find(body[first]) == std::string_view::npos) {
    return "invalid character '" + std::string(body.substr(first, 1)) + "' looking for beginning of value";
  }
  return error.message();
}

Result<Fields> json_fields(const std::string& body) {
  boost::system::error_code error;
  const json::value value = json::parse(body, error);
  if (error) return invalid(json_error(body, error));
  const json::object* object = value.if_object();
  if (object == nullptr) return invalid("json: the answer is not an object");
  const auto text = [object](const char* name) -> std::string {
    const json::value* field = object->if_contains(name);
    return field != nullptr && field->is_string() ? std::string(field->get_string()) : "";
  };
  Fields out{text("access_token"), text("token_type"),        to_number(text("expires_in")),
             text("error"),        text("error_description"), text("error_uri")};
  if (const json::value* seconds = object->if_contains("expires_in"); seconds != nullptr && seconds->is_number()) {
    boost::system::error_code inexact;
    out.expires_in = seconds->to_number<int64_t>(inexact);
    if (inexact) out.expires_in = 0;
  }
  return out;
}

bool is_form(const Response& response) {
  std::string_view type = response.header("Content-Type");
  type = type.substr(0, type.find(';'));
  return type == "application/x-www-form-urlencoded" || type == "text/plain";
}

std::string refusal(const Response& response, const Fields& fields) {
  if (fields.error.empty()) {
    return "oauth2: cannot fetch token: " + std::to_string(response.status) + ' ' + response.reason +
           "\nResponse: " + std::string(utf8_prefix(response.body, kShownCodePoints));
  }
  std::string out = "oauth2: " + go_quote(fields.error);
  for (const std::string& more : {fields.error_description, fields.error_uri}) {
    if (!more.empty()) out += ' ' + go_quote(more);
  }
  return out;
}

// Go's Token.Type().
std::string scheme_of(const std::string& type) {
  std::string lowered = type;
  std::transform(lowered.begin(), lowered.end(), lowered.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (lowered.empty() || lowered == "bearer") return "Bearer";
  if (lowered == "mac") return "MAC";
  return lowered == "basic" ? "Basic" : type;
}

Result<Token> understand(const Response& response, bool jwt) {
  const bool refused = response.status < 200 || response.status > 299;
  // Of the JWT bearer grant's answers Go reads nothing but JSON, and of its refusals nothing.
  if (refused && jwt) return Error{Code::kIo, refusal(response, {})};
  const bool form = !jwt && is_form(response);
  auto fields = form ? Result<Fields>(form_fields(response.body)) : json_fields(response.body);
  if (!fields && refused) return Error{Code::kIo, refusal(response, {})};
  if (!fields) return prefixed(jwt ? "oauth2: cannot fetch token: " : "oauth2: cannot parse json: ", fields.error());
  if (refused || !fields->error.empty()) return Error{Code::kIo, refusal(response, *fields)};
  if (fields->access_token.empty()) return Error{Code::kIo, "oauth2: server response missing access_token"};
  return Token{scheme_of(fields->token_type) + ' ' + fields->access_token,
               std::clamp<int64_t>(fields->expires_in, INT32_MIN, INT32_MAX) * kSecond};
}

}  // namespace

bool is_jwt_grant(const OAuth2Options& options) { return options.grant_type == kJwtBearer; }

Result<Form> grant_form(const OAuth2Options& options, const std::string& key, int64_t now_ns) {
  Form form;
  form["grant_type"] = "client_credentials";
  if (is_jwt_grant(options)) {
    auto signed_claims = assertion(options, key, now_ns);
    if (!signed_claims) return signed_claims.error();
    form["grant_type"] = kJwtBearer;
    form["assertion"] = *signed_claims;
  }
  if (!options.scopes.empty()) form["scope"] = joined(options.scopes);
  for (const auto& [name, value] : options.endpoint_params) {
    if (name != "grant_type" && form.contains(name)) {
      return invalid("oauth2: cannot overwrite parameter " + go_quote(name));
    }
    form[name] = value;
  }
  return form;
}

TokenRequest token_request(const OAuth2Options& options, Form form, const std::string& secret, ClientAuth auth) {
  TokenRequest out{{}, {secret, query_escape(secret)}};
  const auto hide_credentials = [&out](const std::string& authorization) {
    out.secrets.push_back(authorization.substr(std::string_view("Basic ").size()));
  };
  if (const auto url = parse_url(options.token_url); url && url->user && url->user->password) {
    out.secrets.push_back(*url->user->password);
    hide_credentials(basic_authorization(url->user->name, *url->user->password));
  }
  Request& request = out.request;
  request.method = "POST";
  request.url = options.token_url;
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  request.max_body_bytes = kMaxAnswerBytes;
  if (is_jwt_grant(options)) {
    out.secrets.push_back(form["assertion"]);
  } else if (auth == ClientAuth::kHeader) {
    const std::string value = basic_authorization(query_escape(options.client_id), query_escape(secret));
    request.headers.emplace_back("Authorization", value);
    hide_credentials(value);
  } else {
    form["client_id"] = options.client_id;
    if (!secret.empty()) form["client_secret"] = secret;
  }
  request.body = form_encode(form);
  return out;
}

Result<Token> parse_token(const Response& response, const OAuth2Options& options,
                          const std::vector<std::string>& secrets) {
  auto token = understand(response, is_jwt_grant(options));
  if (token) return token;
  Error error = token.error();
  for (const std::string& secret : secrets) error.message = without_secret(std::move(error.message), secret);
  return error;
}

}  // namespace narthex::net
