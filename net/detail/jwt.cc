#include "net/detail/jwt.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <boost/json/serialize.hpp>
#include <memory>

#include "net/detail/encoding.h"

namespace narthex::net {
namespace {

using Key = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;

// Encrypted keys are refused, not asked for.
int no_password(char*, int, int, void*) { return 0; }

Result<Key> parse_key(const std::string& pem) {
  const std::unique_ptr<BIO, int (*)(BIO*)> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr), EVP_PKEY_free);
  ERR_clear_error();
  if (!key) return invalid("invalid key: Key must be a PEM encoded PKCS1 or PKCS8 key");
  if (EVP_PKEY_is_a(key.get(), "RSA") != 1) return invalid("key is not a valid RSA private key");
  return key;
}

const EVP_MD* digest_of(const std::string& algorithm) {
  if (algorithm == "RS384") return EVP_sha384();
  return algorithm == "RS512" ? EVP_sha512() : EVP_sha256();
}

Result<std::string> signature(const std::string& text, const std::string& algorithm, EVP_PKEY* key) {
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  size_t size = 0;
  std::string out;
  bool done = EVP_DigestSignInit(context.get(), nullptr, digest_of(algorithm), nullptr, key) == 1 &&
              EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) == 1;
  if (done) {
    out.resize(size);
    auto* to = reinterpret_cast<unsigned char*>(out.data());
    done = EVP_DigestSign(context.get(), to, &size, bytes, text.size()) == 1;
  }
  ERR_clear_error();
  // A key too short for the digest, for one.
  if (!done) return invalid("the key cannot sign with " + algorithm);
  out.resize(size);
  return out;
}

}  // namespace

Result<std::string> sign_jwt(const boost::json::object& claims, const JwtKey& key) {
  const auto parsed = parse_key(key.pem);
  if (!parsed) return parsed.error();
  boost::json::object header{{"alg", key.algorithm}, {"typ", "JWT"}};
  if (!key.id.empty()) header["kid"] = key.id;
  std::string out = base64_url(boost::json::serialize(header)) + '.' + base64_url(boost::json::serialize(claims));
  const auto signed_text = signature(out, key.algorithm, parsed->get());
  if (!signed_text) return signed_text.error();
  return out + '.' + base64_url(*signed_text);
}

}  // namespace narthex::net
