#include "net/detail/tls_errors.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <ctime>
#include <utility>
#include <vector>

namespace narthex::net {
namespace {

// Go's alertText.
const char* alert_text(int alert) {
  static constexpr std::pair<int, const char*> kTexts[] = {
      {0, "close notify"},
      {10, "unexpected message"},
      {20, "bad record MAC"},
      {21, "decryption failed"},
      {22, "record overflow"},
      {30, "decompression failure"},
      {40, "handshake failure"},
      {42, "bad certificate"},
      {43, "unsupported certificate"},
      {44, "revoked certificate"},
      {45, "expired certificate"},
      {46, "unknown certificate"},
      {47, "illegal parameter"},
      {48, "unknown certificate authority"},
      {49, "access denied"},
      {50, "error decoding message"},
      {51, "error decrypting message"},
      {70, "protocol version not supported"},
      {71, "insufficient security level"},
      {80, "internal error"},
      {86, "inappropriate fallback"},
      {90, "user canceled"},
      {100, "no renegotiation"},
      {109, "missing extension"},
      {110, "unsupported extension"},
      {112, "unrecognized name"},
      {113, "bad certificate status response"},
      {115, "unknown PSK identity"},
      {116, "certificate required"},
      {120, "no application protocol"},
  };
  for (const auto& [code, text] : kTexts) {
    if (code == alert) return text;
  }
  return nullptr;
}

struct Names {
  bool any_extension = false;
  std::vector<std::string> dns;
  std::vector<std::string> addresses;
};

std::string address_of(const ASN1_OCTET_STRING& octets) {
  namespace ip = boost::asio::ip;
  const unsigned char* data = ASN1_STRING_get0_data(&octets);
  const int size = ASN1_STRING_length(&octets);
  if (size == 4) {
    return ip::address_v4({data[0], data[1], data[2], data[3]}).to_string();
  }
  ip::address_v6::bytes_type bytes{};
  if (size != static_cast<int>(bytes.size())) return "";
  std::copy_n(data, bytes.size(), bytes.begin());
  return ip::address_v6(bytes).to_string();
}

Names names_of(X509* certificate) {
  Names out;
  auto* names = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  if (names == nullptr) return out;
  out.any_extension = true;
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
    if (name->type == GEN_DNS) {
      const auto* data = reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName));
      out.dns.emplace_back(data, static_cast<size_t>(ASN1_STRING_length(name->d.dNSName)));
    } else if (name->type == GEN_IPADD) {
      out.addresses.push_back(address_of(*name->d.iPAddress));
    }
  }
  GENERAL_NAMES_free(names);
  return out;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : ", ") + part;
  return out;
}

// Go's HostnameError.
std::string host_error(X509* certificate, const std::string& host, bool is_address) {
  const Names names = names_of(certificate);
  if (is_address) {
    if (names.addresses.empty()) {
      return "x509: cannot validate certificate for " + host + " because it doesn't contain any IP SANs";
    }
    return "x509: certificate is valid for " + joined(names.addresses) + ", not " + host;
  }
  if (!names.any_extension && X509_check_host(certificate, host.data(), host.size(), 0, nullptr) == 1) {
    return "x509: certificate relies on legacy Common Name field, use SANs instead";
  }
  if (names.dns.empty()) return "x509: certificate is not valid for any names, but wanted to match " + host;
  return "x509: certificate is valid for " + joined(names.dns) + ", not " + host;
}

std::string rfc3339(const std::tm& time) {
  char buffer[40];
  return {buffer, std::strftime(buffer, sizeof buffer, "%Y-%m-%dT%H:%M:%SZ", &time)};
}

std::string validity_error(X509* certificate) {
  const std::time_t now = std::time(nullptr);
  std::tm now_parts{};
  gmtime_r(&now, &now_parts);
  const auto text = [&](const char* relation, const ASN1_TIME* limit) {
    std::tm parts{};
    ASN1_TIME_to_tm(limit, &parts);
    return "x509: certificate has expired or is not yet valid: current time " + rfc3339(now_parts) + " is " + relation +
           " " + rfc3339(parts);
  };
  if (X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0) {
    return text("before", X509_get0_notBefore(certificate));
  }
  if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0) {
    return text("after", X509_get0_notAfter(certificate));
  }
  return "";
}

std::string chain_error(int reason) {
  switch (reason) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return "x509: certificate signed by unknown authority";
    case X509_V_ERR_INVALID_PURPOSE:
      return "x509: certificate specifies an incompatible key usage";
    default:
      return std::string("x509: ") + X509_verify_cert_error_string(reason);
  }
}

bool first_error_is(int library, std::initializer_list<int> reasons) {
  const unsigned long code = ERR_peek_error();
  if (ERR_GET_LIB(code) != library) return false;
  for (const int reason : reasons) {
    if (ERR_GET_REASON(code) == reason) return true;
  }
  return false;
}

}  // namespace

std::string tls_error_text() {
  const unsigned long code = ERR_peek_error();
  const int reason = ERR_GET_REASON(code);
  const char* detail = ERR_reason_error_string(code);
  const char* alert = ERR_GET_LIB(code) == ERR_LIB_SSL && reason >= SSL_AD_REASON_OFFSET
                          ? alert_text(reason - SSL_AD_REASON_OFFSET)
                          : nullptr;
  ERR_clear_error();
  if (alert != nullptr) return std::string("remote error: tls: ") + alert;
  if (ERR_GET_LIB(code) == ERR_LIB_SSL && reason == SSL_R_NO_PROTOCOLS_AVAILABLE) {
    return "tls: no supported versions satisfy MinVersion and MaxVersion";
  }
  return std::string("tls: ") + (detail != nullptr ? detail : "unknown error");
}

bool tls_cut_off() {
  if (!first_error_is(ERR_LIB_SSL, {SSL_R_UNEXPECTED_EOF_WHILE_READING})) return false;
  ERR_clear_error();
  return true;
}

bool tls_not_tls() {
  return first_error_is(ERR_LIB_SSL, {SSL_R_WRONG_VERSION_NUMBER, SSL_R_HTTP_REQUEST, SSL_R_PACKET_LENGTH_TOO_LONG,
                                      SSL_R_RECORD_LENGTH_MISMATCH, SSL_R_UNEXPECTED_MESSAGE});
}

std::string certificate_error_text(int reason, X509* certificate, const std::string& host) {
  boost::system::error_code no_address;
  boost::asio::ip::make_address(host, no_address);
  const bool matches = no_address ? X509_check_host(certificate, host.data(), host.size(),
                                                    X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, nullptr) == 1
                                  : X509_check_ip_asc(certificate, host.c_str(), 0) == 1;
  // Go looks at the time first, then at the name, then at the chain.
  std::string text = validity_error(certificate);
  if (text.empty() && !matches) text = host_error(certificate, host, !no_address);
  if (text.empty()) text = chain_error(reason);
  return "tls: failed to verify certificate: " + text;
}

}  // namespace narthex::net
