#include "tests/unit/net/jwt_support.h"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>

namespace narthex::net::testing {
namespace {

std::string decoded(std::string text) {
  std::replace(text.begin(), text.end(), '-', '+');
  std::replace(text.begin(), text.end(), '_', '/');
  size_t padding = 0;
  for (; text.size() % 4 != 0; ++padding) text += '=';
  std::string out(3 * text.size() / 4, '\0');
  EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()), reinterpret_cast<const unsigned char*>(text.data()),
                  static_cast<int>(text.size()));
  out.resize(out.size() - padding);
  return out;
}

}  // namespace

Jwt read_jwt(const std::string& text, EVP_PKEY* key) {
  const size_t first = text.find('.');
  const size_t second = text.find('.', first + 1);
  if (second == std::string::npos) return {};
  Jwt out{decoded(text.substr(0, first)), decoded(text.substr(first + 1, second - first - 1))};
  const EVP_MD* digest = out.header.find("RS512") != std::string::npos   ? EVP_sha512()
                         : out.header.find("RS384") != std::string::npos ? EVP_sha384()
                                                                         : EVP_sha256();
  const std::string signature = decoded(text.substr(second + 1));
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key);
  out.genuine = EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                                 signature.size(), reinterpret_cast<const unsigned char*>(text.data()), second) == 1;
  return out;
}

}  // namespace narthex::net::testing
