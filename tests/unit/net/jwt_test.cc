#include "net/detail/jwt.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <boost/json.hpp>

#include "tests/unit/net/jwt_support.h"
#include "tests/unit/net/tls_support.h"

namespace narthex::net {
namespace {

using testing::Jwt;
using PrivateKey = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;

PrivateKey rsa_key(unsigned bits) { return {EVP_RSA_gen(bits), EVP_PKEY_free}; }

TEST(Jwt, IsSignedAsAsked) {
  const PrivateKey key = rsa_key(2048);
  for (const char* algorithm : {"RS256", "RS384", "RS512"}) {
    const auto text = sign_jwt({{"iss", "me"}, {"exp", 17}},
                               {.pem = testing::key_pem(key.get()), .id = "k1", .algorithm = algorithm});
    ASSERT_TRUE(text) << text.error().message;
    const Jwt token = testing::read_jwt(*text, key.get());
    EXPECT_EQ(token.header, "{\"alg\":\"" + std::string(algorithm) + "\",\"typ\":\"JWT\",\"kid\":\"k1\"}");
    EXPECT_EQ(token.claims, "{\"iss\":\"me\",\"exp\":17}");
    EXPECT_TRUE(token.genuine) << algorithm;
    EXPECT_FALSE(testing::read_jwt(*text, rsa_key(2048).get()).genuine);
  }
}

TEST(Jwt, WithoutAKeyIdHasNone) {
  const PrivateKey key = rsa_key(2048);
  const auto text = sign_jwt({}, {.pem = testing::key_pem(key.get()), .id = ""});
  EXPECT_EQ(testing::read_jwt(*text, key.get()).header, "{\"alg\":\"RS256\",\"typ\":\"JWT\"}");
}

TEST(Jwt, KeysThatCannotSignAreNamedAndNotShown) {
  const auto refusal = [](const std::string& pem, const char* algorithm) {
    const auto text = sign_jwt({}, {.pem = pem, .id = "", .algorithm = algorithm});
    return text ? "signed" : text.error().message;
  };
  const char* const no_key = "invalid key: Key must be a PEM encoded PKCS1 or PKCS8 key";
  EXPECT_EQ(refusal("", "RS256"), no_key);
  EXPECT_EQ(refusal("hush", "RS256"), no_key);
  EXPECT_EQ(refusal("-----BEGIN PRIVATE KEY-----\naHVzaA==\n-----END PRIVATE KEY-----\n", "RS256"), no_key);
  const testing::Identity curve = testing::make_identity({});
  EXPECT_EQ(refusal(curve.key_pem(), "RS256"), "key is not a valid RSA private key");
  EXPECT_EQ(refusal(testing::key_pem(rsa_key(512).get()), "RS512"), "the key cannot sign with RS512");
}

}  // namespace
}  // namespace narthex::net
