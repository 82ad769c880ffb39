#include "net/detail/gzip.h"

#include <libdeflate.h>

#include <algorithm>
#include <boost/beast/zlib/inflate_stream.hpp>
#include <cstring>
#include <memory>

namespace narthex::net {
namespace {

constexpr size_t kFixedHeader = 10;  // magic, method, flags, time, extra flags, system
constexpr size_t kTrailer = 8;       // CRC-32, size modulo 2^32
constexpr size_t kMaxRatio = 1032;   // deflate cannot do better: 258 bytes from two bits

uint32_t little_endian(const char* at) {
  uint32_t value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

// libdeflate's objects are some 30 KB and 300 KB: one of each per thread.
libdeflate_decompressor* decompressor() {
  thread_local const std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> instance(
      libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
  return instance.get();
}

libdeflate_compressor* compressor() {
  constexpr int kLevel = 3;  // JSON to a sixth at some 250 MB/s; level 6 gains 10 % and costs twice the time
  thread_local const std::unique_ptr<libdeflate_compressor, void (*)(libdeflate_compressor*)> instance(
      libdeflate_alloc_compressor(kLevel), libdeflate_free_compressor);
  return instance.get();
}

// Cuts a zero-terminated field off; false if the end did not come.
bool skip_text(std::string_view& rest) {
  const size_t end = rest.find('\0');
  if (end == std::string_view::npos) return false;
  rest.remove_prefix(end + 1);
  return true;
}

// Cuts a member's header off.
Result<> skip_header(std::string_view& rest) {
  enum : unsigned { kHeaderCrc = 2, kExtra = 4, kName = 8, kComment = 16 };
  const Error cut_off = invalid("unexpected EOF");
  if (rest.size() < kFixedHeader) return cut_off;
  if (!rest.starts_with("\x1f\x8b\x08")) return invalid("gzip: invalid header");
  const auto flags = static_cast<unsigned char>(rest[3]);
  rest.remove_prefix(kFixedHeader);
  if ((flags & kExtra) != 0) {
    if (rest.size() < 2) return cut_off;
    const size_t length = 2U + static_cast<unsigned char>(rest[0]) + 256U * static_cast<unsigned char>(rest[1]);
    if (rest.size() < length) return cut_off;
    rest.remove_prefix(length);
  }
  if ((flags & kName) != 0 && !skip_text(rest)) return cut_off;
  if ((flags & kComment) != 0 && !skip_text(rest)) return cut_off;
  if ((flags & kHeaderCrc) != 0) {
    if (rest.size() < 2) return cut_off;
    rest.remove_prefix(2);
  }
  return {};
}

// libdeflate says only "bad data". A slow second look tells where, and whether the data was cut off.
Error why_bad(std::string_view deflated) {
  namespace zlib = boost::beast::zlib;
  zlib::inflate_stream stream;
  char window[32 * 1024];
  zlib::z_params params;
  params.next_in = deflated.data();
  params.avail_in = deflated.size();
  boost::system::error_code error;
  for (;;) {
    const size_t before = params.avail_in;
    params.next_out = window;
    params.avail_out = sizeof window;
    stream.write(params, zlib::Flush::sync, error);
    const bool progress = params.avail_in != before || params.avail_out != sizeof window;
    if (error == zlib::error::need_buffers || (!error && !progress)) return invalid("unexpected EOF");
    if (error) return invalid("flate: corrupt input before offset " + std::to_string(params.total_in));
  }
}

// How large the output probably is: the trailer's size field, as long as that is possible at all.
size_t likely_size(std::string_view wire, size_t limit) {
  const size_t stated = wire.size() < kTrailer ? 0 : little_endian(wire.data() + wire.size() - 4);
  return std::min({std::max<size_t>(stated, 1), wire.size() * kMaxRatio, limit});
}

// Inflates one member's data behind out[0, used), growing `out` as needed.
Result<> inflate_member(std::string_view& rest, size_t limit, std::string& out, size_t& used) {
  for (;;) {
    size_t taken = 0;
    size_t made = 0;
    const auto result = libdeflate_deflate_decompress_ex(decompressor(), rest.data(), rest.size(), out.data() + used,
                                                         out.size() - used, &taken, &made);
    if (result == LIBDEFLATE_BAD_DATA) return why_bad(rest);
    if (result == LIBDEFLATE_INSUFFICIENT_SPACE) {
      if (out.size() >= limit) return Error{Code::kLimit, "decompressed size limit exceeded"};
      out.resize(std::min(limit, std::max<size_t>(2 * out.size(), 4096)));
      continue;
    }
    rest.remove_prefix(taken);
    if (rest.size() < kTrailer) return invalid("unexpected EOF");
    const bool intact = libdeflate_crc32(0, out.data() + used, made) == little_endian(rest.data()) &&
                        static_cast<uint32_t>(made) == little_endian(rest.data() + 4);
    if (!intact) return invalid("gzip: invalid checksum");
    rest.remove_prefix(kTrailer);
    used += made;
    return {};
  }
}

}  // namespace

Result<> gunzip(std::string_view wire, size_t limit, std::string& out) {
  if (wire.empty()) return invalid("EOF");
  // What is there already needs no zeroing: a caller who brings the last body's string saves that.
  const size_t likely = likely_size(wire, limit);
  if (out.size() < likely || out.size() > limit) out.resize(likely);
  size_t used = 0;
  std::string_view rest = wire;
  while (!rest.empty()) {
    if (auto header = skip_header(rest); !header) return header.error();
    if (auto member = inflate_member(rest, limit, out, used); !member) return member.error();
  }
  out.resize(used);
  return {};
}

std::string compress(std::string_view plain, Coding coding) {
  libdeflate_compressor* const with = compressor();
  std::string out;
  if (coding == Coding::kGzip) {
    out.resize(libdeflate_gzip_compress_bound(with, plain.size()));
    out.resize(libdeflate_gzip_compress(with, plain.data(), plain.size(), out.data(), out.size()));
  } else if (coding == Coding::kDeflate) {
    out.resize(libdeflate_zlib_compress_bound(with, plain.size()));
    out.resize(libdeflate_zlib_compress(with, plain.data(), plain.size(), out.data(), out.size()));
  } else {
    out = plain;
  }
  return out;
}

}  // namespace narthex::net
