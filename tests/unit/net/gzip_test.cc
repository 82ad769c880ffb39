#include "net/detail/gzip.h"

#include <gtest/gtest.h>

#include <random>

#include "net/detail/stream_coder.h"

namespace narthex::net {
namespace {

using namespace std::literals;

constexpr size_t kRoom = 64 << 20;

std::string lines(size_t bytes) {
  std::string out;
  for (int i = 0; out.size() < bytes; ++i)
    out += "http_requests_total{code=\"200\",i=\"" + std::to_string(i) + "\"} 1\n";
  out.resize(bytes);
  return out;
}

std::string noise(size_t bytes) {
  std::mt19937 random(1);
  std::string out(bytes, '\0');
  for (char& c : out) c = static_cast<char>(random());
  return out;
}

std::string unpacked(std::string_view wire, size_t limit = kRoom) {
  std::string out;
  const auto done = gunzip(wire, limit, out);
  return done ? out : "error: " + done.error().message;
}

TEST(Gzip, RoundTrips) {
  for (const size_t size : {0U, 1U, 4095U, 4096U, 100'000U, 3'000'000U}) {
    EXPECT_TRUE(unpacked(compress(lines(size), Coding::kGzip)) == lines(size)) << size;
    EXPECT_TRUE(unpacked(compress(noise(size), Coding::kGzip)) == noise(size)) << size;
  }
}

TEST(Gzip, ReadsSeveralMembersAsOneBody) {
  const std::string wire = compress(lines(50'000), Coding::kGzip) + compress("", Coding::kGzip) +
                           compress("tail", Coding::kGzip) + compress(noise(5000), Coding::kGzip);
  EXPECT_TRUE(unpacked(wire) == lines(50'000) + "tail" + noise(5000));
}

TEST(Gzip, SkipsOptionalHeaderFields) {
  const std::string plain = compress("hello", Coding::kGzip);
  const std::string flags = "\x1f\x8b\x08\x1e\0\0\0\0\0\x03"s;  // checksum, extra, name, comment
  const std::string fields = "\x03\0abc"s + "name\0"s + "comment\0"s + "xx"s;
  EXPECT_EQ(unpacked(flags + fields + plain.substr(10)), "hello");
  for (size_t cut = 1; cut < flags.size() + fields.size(); ++cut) {
    EXPECT_EQ(unpacked((flags + fields).substr(0, cut)), "error: unexpected EOF") << cut;
  }
}

TEST(Gzip, NamesEveryFaultAsGoDoes) {
  const std::string good = compress(lines(1000), Coding::kGzip);
  EXPECT_EQ(unpacked(""), "error: EOF");
  EXPECT_EQ(unpacked("x"), "error: unexpected EOF");
  EXPECT_EQ(unpacked("plain text, not gzip at all"), "error: gzip: invalid header");
  EXPECT_EQ(unpacked(good + "trailing junk"), "error: gzip: invalid header");
  std::string bad_sum = good;
  bad_sum[bad_sum.size() - 6] ^= 1;
  EXPECT_EQ(unpacked(bad_sum), "error: gzip: invalid checksum");
  std::string bad_size = good;
  bad_size[bad_size.size() - 1] ^= 1;
  EXPECT_EQ(unpacked(bad_size), "error: gzip: invalid checksum");
  std::string corrupt = good;
  corrupt[10] = '\x07';  // a block of the reserved type
  EXPECT_TRUE(unpacked(corrupt).starts_with("error: flate: corrupt input before offset ")) << unpacked(corrupt);
}

TEST(Gzip, CutOffAnywhereIsUnexpectedEof) {
  const std::string good = compress(lines(700), Coding::kGzip);
  for (size_t cut = 1; cut < good.size(); ++cut) {
    EXPECT_EQ(unpacked(good.substr(0, cut)), "error: unexpected EOF") << cut;
  }
}

TEST(Gzip, NeverMakesMoreThanTheLimit) {
  const std::string bomb = compress(std::string(50 << 20, '\0'), Coding::kGzip);
  ASSERT_LT(bomb.size(), 100U << 10);
  for (const size_t limit : {0U, 1U, 1000U, 1U << 20}) {
    std::string out;
    const auto done = gunzip(bomb, limit, out);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Code::kLimit);
    EXPECT_LE(out.capacity(), 2 * limit + 64);
  }
  // Exactly at the limit is fine here; the caller decides what a body of that size means.
  EXPECT_EQ(unpacked(compress("12345", Coding::kGzip), 5), "12345");
  EXPECT_EQ(unpacked(compress("12345", Coding::kGzip), 4), "error: decompressed size limit exceeded");
  EXPECT_EQ(unpacked(compress("123", Coding::kGzip) + compress("45", Coding::kGzip), 4),
            "error: decompressed size limit exceeded");
}

TEST(Gzip, ALyingSizeFieldDoesNotReserveMemory) {
  std::string wire = compress("small", Coding::kGzip);
  wire.replace(wire.size() - 4, 4, "\xff\xff\xff\x7f");
  std::string out;
  EXPECT_FALSE(gunzip(wire, kRoom, out));
  EXPECT_LT(out.capacity(), 1U << 20);
}

TEST(Gzip, ReusesALongerString) {
  std::string out = noise(100'000);
  const void* memory = out.data();
  ASSERT_TRUE(gunzip(compress(lines(50'000), Coding::kGzip), kRoom, out));
  EXPECT_TRUE(out == lines(50'000));
  EXPECT_EQ(out.data(), memory);
}

TEST(StreamCoder, EveryPieceCanBeDecodedAtOnce) {
  StreamCoder coder(Coding::kGzip);
  std::string wire = coder.code("first ", false);
  wire += coder.code("", false);
  wire += coder.code(lines(200'000), false);
  wire += coder.code("last", true);
  EXPECT_TRUE(unpacked(wire) == "first " + lines(200'000) + "last");
}

TEST(StreamCoder, EndsAnEmptyBody) {
  StreamCoder coder(Coding::kGzip);
  EXPECT_EQ(unpacked(coder.code("", true)), "");
}

}  // namespace
}  // namespace narthex::net
