#include "net/detail/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <string_view>

#include "base/clock.h"
#include "net/detail/files.h"
#include "net/detail/tls_errors.h"

namespace narthex::net {
namespace {

using Bio = std::unique_ptr<BIO, int (*)(BIO*)>;
using Certificate = std::unique_ptr<X509, void (*)(X509*)>;

Bio bio_of(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free);
}

Certificate next_certificate(BIO* bio) {
  return Certificate(PEM_read_bio_X509(bio, nullptr, nullptr, nullptr), X509_free);
}

// Inline text or a file's content, and how errors call it.
struct Material {
  std::string text;
  std::string description;
};

Result<Material> fetch(const std::string& inline_text, const std::string& file) {
  if (file.empty()) return Material{inline_text, "inline"};
  auto text = read_file(file);
  if (!text) return text.error();
  return Material{*text, "file " + file};
}

int protocol_number(TlsVersion version) {
  switch (version) {
    case TlsVersion::kDefault:
      return 0;
    case TlsVersion::kTls10:
      return TLS1_VERSION;
    case TlsVersion::kTls11:
      return TLS1_1_VERSION;
    case TlsVersion::kTls12:
      return TLS1_2_VERSION;
    case TlsVersion::kTls13:
      return TLS1_3_VERSION;
  }
  return 0;
}

// Go trusts every certificate that is listed, whether it signed itself or not.
Result<> trust(SSL_CTX* context, const TlsOptions& options) {
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
  if (options.insecure_skip_verify) {
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
  }
  if (options.ca.empty() && options.ca_file.empty()) {
    if (!options.insecure_skip_verify) SSL_CTX_set_default_verify_paths(context);
    return {};
  }
  auto material = fetch(options.ca, options.ca_file);
  if (!material) return prefixed("unable to read CA cert: ", material.error());
  const Bio bio = bio_of(material->text);
  int found = 0;
  for (auto ca = next_certificate(bio.get()); ca; ca = next_certificate(bio.get())) {
    found += X509_STORE_add_cert(store, ca.get());
  }
  ERR_clear_error();
  if (found == 0) return invalid("unable to use specified CA cert " + material->description);
  return {};
}

Result<> use_chain(SSL_CTX* context, const std::string& pem) {
  const Bio bio = bio_of(pem);
  const auto leaf = next_certificate(bio.get());
  if (!leaf) return invalid("tls: failed to find any PEM data in certificate input");
  if (SSL_CTX_use_certificate(context, leaf.get()) != 1) return invalid(tls_error_text());
  for (auto more = next_certificate(bio.get()); more; more = next_certificate(bio.get())) {
    SSL_CTX_add1_chain_cert(context, more.get());
  }
  return {};
}

// Encrypted keys are refused, not asked for.
int no_password(char*, int, int, void*) { return 0; }

Result<> use_key(SSL_CTX* context, const std::string& pem) {
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(
      PEM_read_bio_PrivateKey(bio_of(pem).get(), nullptr, no_password, nullptr), EVP_PKEY_free);
  if (!key) return invalid("tls: failed to find any PEM data in key input");
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1) return invalid("tls: private key does not match public key");
  return {};
}

Result<> identify(SSL_CTX* context, const TlsOptions& options) {
  if (options.cert.empty() && options.cert_file.empty()) return {};
  auto cert = fetch(options.cert, options.cert_file);
  if (!cert) return prefixed("unable to read specified client cert: ", cert.error());
  auto key = fetch(options.key.value, options.key.file);
  if (!key) return prefixed("unable to read specified client key: ", key.error());
  Result<> used = use_chain(context, cert->text);
  if (used) used = use_key(context, key->text);
  ERR_clear_error();
  if (used) return {};
  return prefixed("unable to use specified client cert (" + cert->description + ") & key (" + key->description + "): ",
                  used.error());
}

int verdict_slot() {
  static const int slot = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return slot;
}

int on_verified(int fine, X509_STORE_CTX* store) {
  if (fine == 1) return 1;
  const auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* verdict = static_cast<TlsVerdict*>(SSL_get_ex_data(ssl, verdict_slot()));
  verdict->certificate_error =
      certificate_error_text(X509_STORE_CTX_get_error(store), X509_STORE_CTX_get0_cert(store), verdict->host);
  return 0;
}

void on_message(int is_write, int, int type, const void* data, size_t size, SSL*, void* verdict) {
  auto* out = static_cast<TlsVerdict*>(verdict);
  if (is_write != 0 || type != SSL3_RT_HEADER || !out->first_bytes.empty()) return;
  out->first_bytes.assign(static_cast<const char*>(data), size);
}

}  // namespace

TlsContext::~TlsContext() = default;

Result<std::unique_ptr<TlsContext>> TlsContext::create(const TlsOptions& options) {
  std::unique_ptr<TlsContext> context(new TlsContext(options));
  if (auto loaded = context->load(); !loaded) return loaded.error();
  return context;
}

Result<> TlsContext::load() {
  // Before reading: a file that changes meanwhile is read again next time.
  auto states = file_states();
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> fresh(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  SSL_CTX_set_verify(fresh.get(), SSL_VERIFY_PEER, on_verified);
  SSL_CTX_set_options(fresh.get(), SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(fresh.get(),
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  const int lowest =
      options_.min_version == TlsVersion::kDefault ? TLS1_2_VERSION : protocol_number(options_.min_version);
  SSL_CTX_set_min_proto_version(fresh.get(), lowest);
  SSL_CTX_set_max_proto_version(fresh.get(), protocol_number(options_.max_version));
  // Level 1 takes RSA keys from 1024 bits, as Go does; TLS 1.0 and 1.1 need SHA-1, which only level 0 allows.
  SSL_CTX_set_security_level(fresh.get(), lowest < TLS1_2_VERSION ? 0 : 1);
  if (auto done = trust(fresh.get(), options_); !done) return done.error();
  if (auto done = identify(fresh.get(), options_); !done) return done.error();
  context_ = std::move(fresh);
  files_ = std::move(states);
  return {};
}

std::vector<TlsContext::FileState> TlsContext::file_states() const {
  std::vector<FileState> out;
  for (const std::string* path : {&options_.ca_file, &options_.cert_file, &options_.key.file}) {
    if (path->empty()) continue;
    struct stat info {};
    FileState state{*path};
    if (::stat(path->c_str(), &info) == 0) {
      state.modified_ns = info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec;
      state.size = info.st_size;
      state.inode = info.st_ino;
    }
    out.push_back(std::move(state));
  }
  return out;
}

Result<bool> TlsContext::reload_if_changed() {
  constexpr int64_t kLookAgainNs = 1'000'000'000;  // a file system call per request would be wasted
  const int64_t now = system_clock().steady_ns();
  if (now - checked_ns_ < kLookAgainNs) return false;
  if (file_states() != files_) {
    if (auto loaded = load(); !loaded) return loaded.error();
    checked_ns_ = now;
    return true;
  }
  checked_ns_ = now;
  return false;
}

TlsSession TlsContext::prepare(const std::string& host) const {
  TlsSession out{std::make_unique<TlsVerdict>(), nullptr, SslPointer(SSL_new(context_.get()), SSL_free)};
  SSL* ssl = out.ssl.get();
  const std::string& wanted = out.verdict->host = options_.server_name.empty() ? host : options_.server_name;
  SSL_set_ex_data(ssl, verdict_slot(), out.verdict.get());
  SSL_set_msg_callback(ssl, on_message);
  SSL_set_msg_callback_arg(ssl, out.verdict.get());
  X509_VERIFY_PARAM* rules = SSL_get0_param(ssl);
  boost::system::error_code no_address;
  boost::asio::ip::make_address(wanted, no_address);
  if (no_address) {
    X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    X509_VERIFY_PARAM_set1_host(rules, wanted.data(), wanted.size());
    SSL_set_tlsext_host_name(ssl, wanted.c_str());
  } else {
    X509_VERIFY_PARAM_set1_ip_asc(rules, wanted.c_str());
  }
  static constexpr unsigned char kProtocols[] = "\x08http/1.1";
  SSL_set_alpn_protos(ssl, kProtocols, sizeof kProtocols - 1);
  SSL_set_connect_state(ssl);
  return out;
}

TlsSession TlsContext::open(int handle, const std::string& host) const {
  TlsSession out = prepare(host);
  SSL_set_fd(out.ssl.get(), handle);
  return out;
}

TlsSession TlsContext::open_inside(TlsSession outer, const std::string& host) const {
  TlsSession out = prepare(host);
  BIO* filter = BIO_new(BIO_f_ssl());
  BIO_set_ssl(filter, outer.ssl.release(), BIO_CLOSE);
  SSL_set_bio(out.ssl.get(), filter, filter);
  out.outer_verdict = std::move(outer.verdict);
  return out;
}

std::string handshake_error_text(const TlsVerdict& verdict) {
  if (!verdict.certificate_error.empty()) {
    ERR_clear_error();
    return verdict.certificate_error;
  }
  if (tls_not_tls()) {
    ERR_clear_error();
    if (verdict.first_bytes.starts_with("HTTP/")) return "http: server gave HTTP response to HTTPS client";
    return "tls: first record does not look like a TLS handshake";
  }
  return tls_error_text();
}

}  // namespace narthex::net
