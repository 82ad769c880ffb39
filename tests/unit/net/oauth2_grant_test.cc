#include "net/detail/oauth2_grant.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "net/detail/encoding.h"
#include "tests/unit/net/jwt_support.h"
#include "tests/unit/net/tls_support.h"

namespace narthex::net {
namespace {

OAuth2Options credentials() {
  OAuth2Options options;
  options.client_id = "my id";
  options.token_url = "http://t/token";
  return options;
}

OAuth2Options jwt() {
  OAuth2Options options = credentials();
  options.grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer";
  return options;
}

std::string form_of(const OAuth2Options& options) {
  const auto form = grant_form(options, "", 0);
  return form ? form_encode(*form) : form.error().message;
}

TEST(Grant, ClientCredentials) {
  OAuth2Options options = credentials();
  EXPECT_EQ(form_of(options), "grant_type=client_credentials");
  options.scopes = {"a", "b/c"};
  options.endpoint_params = {{"audience", "x y"}};
  EXPECT_EQ(form_of(options), "audience=x+y&grant_type=client_credentials&scope=a+b%2Fc");
  options.endpoint_params = {{"grant_type", "odd"}};
  EXPECT_EQ(form_of(options), "grant_type=odd&scope=a+b%2Fc");
  options.endpoint_params = {{"scope", "odd"}};
  EXPECT_EQ(form_of(options), "oauth2: cannot overwrite parameter \"scope\"");
}

TEST(Grant, SaysWhoAsks) {
  const Form form{{"grant_type", "client_credentials"}};
  const Request header = token_request(credentials(), form, "s&t", ClientAuth::kHeader).request;
  EXPECT_EQ(header.method + ' ' + header.url + ' ' + header.body, "POST http://t/token grant_type=client_credentials");
  ASSERT_EQ(header.headers.size(), 2U);
  EXPECT_EQ(header.headers[0].second, "application/x-www-form-urlencoded");
  EXPECT_EQ(header.headers[1].second, basic_authorization("my+id", "s%26t"));
  const Request in_form = token_request(credentials(), form, "s&t", ClientAuth::kForm).request;
  EXPECT_EQ(in_form.body, "client_id=my+id&client_secret=s%26t&grant_type=client_credentials");
  EXPECT_EQ(in_form.headers.size(), 1U);
  EXPECT_EQ(token_request(credentials(), form, "", ClientAuth::kForm).request.body,
            "client_id=my+id&grant_type=client_credentials");
}

// Claims without what is different every time.
std::string claims_of(const OAuth2Options& options, EVP_PKEY* key) {
  constexpr int64_t kNow = 1'700'000'000'999'999'999;
  const auto form = grant_form(options, testing::key_pem(key), kNow);
  if (!form) return form.error().message;
  EXPECT_EQ(form->at("grant_type"), options.grant_type);
  const testing::Jwt token = testing::read_jwt(form->at("assertion"), key);
  EXPECT_TRUE(token.genuine);
  boost::json::object claims = boost::json::parse(token.claims).as_object();
  EXPECT_EQ(claims["jti"].as_string().size(), 36U);
  claims.erase("jti");
  std::map<std::string, std::string> sorted;
  for (const auto& [name, value] : claims) sorted[name] = boost::json::serialize(value);
  std::string out;
  for (const auto& [name, value] : sorted) out += name + '=' + value + ' ';
  return out;
}

TEST(Grant, JwtBearer) {
  const testing::Identity identity = testing::make_identity({.rsa = true});
  OAuth2Options options = jwt();
  EXPECT_EQ(claims_of(options, identity.key.get()),
            "aud=\"http://t/token\" exp=1700000600 iat=1700000000 iss=\"my id\" sub=\"my id\" ");
  options.iss = "issuer";
  options.audience = "audience";
  options.scopes = {"a", "b"};
  options.claims = {{"extra", "x"}, {"sub", "somebody"}};
  options.signature_algorithm = "RS384";
  EXPECT_EQ(
      claims_of(options, identity.key.get()),
      "aud=\"audience\" exp=1700000600 extra=\"x\" iat=1700000000 iss=\"issuer\" scope=\"a b\" sub=\"somebody\" ");
  EXPECT_EQ(grant_form(options, testing::key_pem(identity.key.get()), 0)->at("scope"), "a b");
  EXPECT_EQ(form_of(options), "invalid key: Key must be a PEM encoded PKCS1 or PKCS8 key");
  options.endpoint_params = {{"assertion", "mine"}};
  EXPECT_EQ(claims_of(options, identity.key.get()), "oauth2: cannot overwrite parameter \"assertion\"");
}

TEST(Grant, JwtBearerCarriesNoClientSecret) {
  const Request request = token_request(jwt(), {{"assertion", "a"}}, "key", ClientAuth::kHeader).request;
  EXPECT_EQ(request.body, "assertion=a");
  EXPECT_EQ(request.headers.size(), 1U);
}

std::string token_of(const OAuth2Options& options, int status, const std::string& type, const std::string& body) {
  Response response;
  response.status = status;
  response.reason = status == 200 ? "OK" : "Unauthorized";
  response.headers = {{"Content-Type", type}};
  response.body = body;
  const auto token = parse_token(response, options, {"hunter2"});
  if (!token) return token.error().message;
  return token->authorization + ' ' + std::to_string(token->lifetime_ns / 1'000'000'000);
}

struct Answer {
  int status;
  const char* type;
  const char* body;
  const char* expected;
};

TEST(Token, IsReadFromAnswers) {
  const char* const json = "application/json";
  const char* const form = "application/x-www-form-urlencoded";
  const Answer cases[] = {
      {200, json, R"({"access_token":"t"})", "Bearer t 0"},
      {200, json, R"({"access_token":"t","token_type":"bearer","expires_in":3600})", "Bearer t 3600"},
      {200, json, R"({"access_token":"t","token_type":"MAC","expires_in":"60"})", "MAC t 60"},
      {200, json, R"({"access_token":"t","token_type":"Own","expires_in":60.0})", "Own t 60"},
      {201, "", R"({"access_token":"t","expires_in":null})", "Bearer t 0"},
      {200, json, R"({"access_token":"t","expires_in":99999999999})", "Bearer t 2147483647"},
      {200, form, "access_token=t%2B&token_type=basic&expires_in=5", "Basic t+ 5"},
      {200, "text/plain; charset=utf-8", "access_token=t", "Bearer t 0"},
      {200, json, "{}", "oauth2: server response missing access_token"},
      {200, json, R"({"access_token":7})", "oauth2: server response missing access_token"},
      {200, form, "", "oauth2: server response missing access_token"},
      {200, json, "", "oauth2: cannot parse json: unexpected end of JSON input"},
      {200, json, R"({"access_token":)", "oauth2: cannot parse json: unexpected end of JSON input"},
      {200, json, "<html>", "oauth2: cannot parse json: invalid character '<' looking for beginning of value"},
      {200, json, "[]", "oauth2: cannot parse json: json: the answer is not an object"},
      {401, json, "<html>", "oauth2: cannot fetch token: 401 Unauthorized\nResponse: <html>"},
      {401, json, "{}", "oauth2: cannot fetch token: 401 Unauthorized\nResponse: {}"},
      {401, json, "what is hunter2?", "oauth2: cannot fetch token: 401 Unauthorized\nResponse: what is <secret>?"},
      {401, json, R"({"error":"invalid_client"})", "oauth2: \"invalid_client\""},
      {401, json, R"({"error":"e","error_description":"d\"","error_uri":"u"})", "oauth2: \"e\" \"d\\\"\" \"u\""},
      {200, json, R"({"error":"e","access_token":"t"})", "oauth2: \"e\""},
      {400, form, "error=e&error_description=no+hunter2", "oauth2: \"e\" \"no <secret>\""},
  };
  for (const Answer& each : cases) {
    EXPECT_EQ(token_of(credentials(), each.status, each.type, each.body), each.expected) << each.body;
  }
}

TEST(Token, OfTheJwtGrantIsJson) {
  const char* const json = "application/json";
  const Answer cases[] = {
      {200, json, R"({"access_token":"t","expires_in":60})", "Bearer t 60"},
      {200, "text/plain", R"({"access_token":"t"})", "Bearer t 0"},
      {200, json, "<", "oauth2: cannot fetch token: invalid character '<' looking for beginning of value"},
      {401, json, R"({"error":"e"})", "oauth2: cannot fetch token: 401 Unauthorized\nResponse: {\"error\":\"e\"}"},
  };
  for (const Answer& each : cases) {
    EXPECT_EQ(token_of(jwt(), each.status, each.type, each.body), each.expected) << each.body;
  }
}

TEST(Token, LongRefusalsAreCut) {
  const std::string text = token_of(credentials(), 401, "text/html", std::string(5000, 'x'));
  EXPECT_EQ(text, "oauth2: cannot fetch token: 401 Unauthorized\nResponse: " + std::string(1000, 'x'));
}

}  // namespace
}  // namespace narthex::net
