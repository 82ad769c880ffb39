#include "net/detail/stream_coder.h"

#include <libdeflate.h>

#include <boost/beast/zlib/deflate_stream.hpp>

namespace narthex::net {
namespace zlib = boost::beast::zlib;
namespace {

constexpr int kLevel = 2;
constexpr int kWindowBits = 15;
constexpr int kMemoryLevel = 8;

void append_little_endian(std::string& out, uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(value >> shift);
}

void append_big_endian(std::string& out, uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}

}  // namespace

struct StreamCoder::Impl {
  explicit Impl(Coding wanted) : coding(wanted) {
    stream.reset(kLevel, kWindowBits, kMemoryLevel, zlib::Strategy::normal);
    if (coding == Coding::kDeflate) checksum = libdeflate_adler32(0, nullptr, 0);
  }

  void deflate(std::string_view plain, bool last, std::string& out) {
    zlib::z_params params;
    params.next_in = plain.data();
    params.avail_in = plain.size();
    char piece[16 * 1024];
    do {
      params.next_out = piece;
      params.avail_out = sizeof piece;
      boost::system::error_code error;  // "end of stream" and "nothing to do" are how it ends
      stream.write(params, last ? zlib::Flush::finish : zlib::Flush::sync, error);
      out.append(piece, sizeof piece - params.avail_out);
    } while (params.avail_out == 0);
  }

  Coding coding;
  zlib::deflate_stream stream;
  uint32_t checksum = 0;
  uint32_t size = 0;  // modulo 2^32, as gzip's trailer has it
  bool started = false;
};

StreamCoder::StreamCoder(Coding coding) : impl_(std::make_unique<Impl>(coding)) {}

StreamCoder::~StreamCoder() = default;

std::string StreamCoder::code(std::string_view plain, bool last) {
  using namespace std::literals;
  const bool gzip = impl_->coding == Coding::kGzip;
  std::string out;
  if (!std::exchange(impl_->started, true)) out = gzip ? "\x1f\x8b\x08\0\0\0\0\0\0\xff"s : "\x78\x01"s;
  impl_->checksum = gzip ? libdeflate_crc32(impl_->checksum, plain.data(), plain.size())
                         : libdeflate_adler32(impl_->checksum, plain.data(), plain.size());
  impl_->size += static_cast<uint32_t>(plain.size());
  impl_->deflate(plain, last, out);
  if (!last) return out;
  if (gzip) {
    append_little_endian(out, impl_->checksum);
    append_little_endian(out, impl_->size);
  } else {
    append_big_endian(out, impl_->checksum);
  }
  return out;
}

}  // namespace narthex::net
