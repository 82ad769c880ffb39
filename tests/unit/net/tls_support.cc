#include "tests/unit/net/tls_support.h"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

namespace narthex::net::testing {
namespace {

std::string drained(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string out(data, static_cast<size_t>(size));
  BIO_free(bio);
  return out;
}

void add_extension(X509* certificate, X509* issuer, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

std::string common_name(X509* certificate) {
  if (certificate == nullptr) return "";
  char name[200] = {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
  return name;
}

// Serves one connection: all its requests get an answer.
void serve_tls(const TlsServerSetup& setup, int fd) {
  const ServerSsl ssl = accept_tls(setup, fd);
  if (!ssl) return;
  const std::unique_ptr<X509, void (*)(X509*)> shown(SSL_get1_peer_certificate(ssl.get()), X509_free);
  const std::string client = common_name(shown.get());
  std::string input;
  char buffer[4096];
  for (int got = SSL_read(ssl.get(), buffer, sizeof buffer); got > 0;
       got = SSL_read(ssl.get(), buffer, sizeof buffer)) {
    input.append(buffer, static_cast<size_t>(got));
    if (!input.ends_with("\r\n\r\n")) continue;
    const std::string body = setup.answer ? setup.answer(input, client) : setup.body;
    input.clear();
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    SSL_write(ssl.get(), answer.data(), static_cast<int>(answer.size()));
  }
}

}  // namespace

std::string Identity::certificate_pem() const {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(bio, certificate.get());
  return drained(bio);
}

std::string Identity::key_pem() const { return testing::key_pem(key.get()); }

std::string key_pem(EVP_PKEY* key) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  return drained(bio);
}

Identity make_identity(const Wanted& wanted, const Identity* issuer) {
  Identity out;
  out.key.reset(wanted.rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256"));
  out.certificate.reset(X509_new());
  X509* certificate = out.certificate.get();
  X509_set_version(certificate, 2);
  static int serial = 1;
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate), wanted.valid_from);
  X509_gmtime_adj(X509_getm_notAfter(certificate), wanted.valid_until);
  X509_set_pubkey(certificate, out.key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(wanted.common_name), -1, -1, 0);
  X509* signer = issuer != nullptr ? issuer->certificate.get() : certificate;
  X509_set_issuer_name(certificate, X509_get_subject_name(signer));
  if (wanted.is_authority) add_extension(certificate, signer, NID_basic_constraints, "critical,CA:TRUE");
  if (wanted.names != nullptr) add_extension(certificate, signer, NID_subject_alt_name, wanted.names);
  X509_sign(certificate, issuer != nullptr ? issuer->key.get() : out.key.get(), EVP_sha256());
  return out;
}

ServerSsl accept_tls(const TlsServerSetup& setup, int fd) {
  const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context.get(), setup.max_version);
  SSL_CTX_use_certificate(context.get(), setup.identity->certificate.get());
  SSL_CTX_use_PrivateKey(context.get(), setup.identity->key.get());
  if (setup.client_authority != nullptr) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), setup.client_authority->certificate.get());
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  ServerSsl ssl(SSL_new(context.get()), SSL_free);
  SSL_set_fd(ssl.get(), fd);
  if (SSL_accept(ssl.get()) == 1) return ssl;
  ERR_clear_error();
  // What the client sent meanwhile must be read, or the close would destroy our alert on its way.
  if (!setup.hasty) ScriptedServer::Peer(fd).wait_for_close();
  return {nullptr, SSL_free};
}

std::unique_ptr<ScriptedServer> tls_server(const TlsServerSetup& setup) {
  std::vector<ScriptedServer::Script> scripts{[setup](ScriptedServer::Peer& peer) { serve_tls(setup, peer.fd()); }};
  return std::make_unique<ScriptedServer>(std::move(scripts));
}

std::string https(const ScriptedServer& server, const std::string& host) {
  return "https://" + host + ':' + std::to_string(server.port()) + '/';
}

TemporaryFolder::TemporaryFolder() {
  char name[] = "/tmp/narthex-net-XXXXXX";
  EXPECT_NE(::mkdtemp(name), nullptr);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() { std::filesystem::remove_all(path_); }

std::string TemporaryFolder::file(const std::string& name, const std::string& content) const {
  const std::string path = path_ + '/' + name;
  std::ofstream(path) << content;
  return path;
}

}  // namespace narthex::net::testing
