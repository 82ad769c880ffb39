#include "remote/write/content.h"

#include <snappy.h>

#include <algorithm>
#include <iterator>

#include "remote/receiver.h"

namespace narthex::remote {
namespace {

constexpr std::string_view kMedia = "application/x-protobuf";
constexpr std::string_view kV1Name = "prometheus.WriteRequest";
constexpr std::string_view kV2Name = "io.prometheus.write.v2.Request";

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

// Cuts off what stands before the next `separator`.
std::string_view next_part(std::string_view& rest, char separator) {
  const size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return trimmed(part);
}

Result<Version> message_named(std::string_view name) {
  if (name == kV1Name) return Version::kV1;
  if (name == kV2Name) return Version::kV2;
  return invalid("unknown type for remote write protobuf message " + std::string(name) +
                 ", supported: " + std::string(kV1Name) + ", " + std::string(kV2Name));
}

}  // namespace

Result<> check_encoding(std::string_view content_encoding) {
  if (content_encoding.empty() || content_encoding == "snappy") return {};
  return invalid(std::string(content_encoding) +
                 " encoding (compression) is not accepted by this server; only snappy is acceptable");
}

Result<Version> message_of(std::string_view content_type) {
  std::string_view rest = trimmed(content_type);
  if (rest.empty()) return Version::kV1;
  if (const std::string_view media = next_part(rest, ';'); media != kMedia) {
    return invalid("expected " + std::string(kMedia) + " as the first (media) part, got " + std::string(content_type) +
                   " content-type");
  }
  while (!rest.empty()) {
    const std::string_view part = next_part(rest, ';');
    const size_t equals = part.find('=');
    if (equals == std::string_view::npos || part.find('=', equals + 1) != std::string_view::npos) {
      return invalid(
          "as per https://www.rfc-editor.org/rfc/rfc9110#parameter expected parameters to be key-values, got " +
          std::string(part) + " in " + std::string(content_type) + " content-type");
    }
    if (part.substr(0, equals) != "proto") continue;
    auto version = message_named(part.substr(equals + 1));
    if (!version) return prefixed("got " + std::string(content_type) + " content type; ", version.error());
    return version;
  }
  return Version::kV1;
}

Result<> check_accepted(Version version, const ReceiverOptions& options) {
  const bool is_v1 = version == Version::kV1;
  if (is_v1 ? options.accept_v1 : options.accept_v2) return {};
  const std::string_view only = is_v1 ? kV2Name : kV1Name;
  return invalid(std::string(is_v1 ? kV1Name : kV2Name) +
                 " protobuf message is not accepted by this server; only accepts " + std::string(only));
}

Result<> accept_only(const std::vector<std::string>& messages, ReceiverOptions& options) {
  options.accept_v1 = options.accept_v2 = false;
  for (const std::string& list : messages) {
    for (std::string_view rest = list; !rest.empty();) {
      auto version = message_named(next_part(rest, ','));
      if (!version) return version.error();
      (*version == Version::kV1 ? options.accept_v1 : options.accept_v2) = true;
    }
  }
  return {};
}

Result<> decompress(std::string_view body, size_t limit, std::string& out) {
  size_t size = 0;
  if (!snappy::GetUncompressedLength(body.data(), body.size(), &size)) return invalid("s2: corrupt input");
  if (size > limit) return invalid("s2: decoded block is too large");
  out.resize(size);
  if (!snappy::RawUncompress(body.data(), body.size(), out.data())) return invalid("s2: corrupt input");
  return {};
}

}  // namespace narthex::remote
