#include "storage/segment/page/body.h"

#include <zstd.h>

#include <memory>

#include "storage/head/bytes.h"

namespace narthex::storage {
namespace {

constexpr int kLevel = 3;        // higher ones gain a few hundredths here and take several times as long
constexpr size_t kMinimum = 32;  // shorter ones never gain
constexpr uint8_t kRaw = 0;
constexpr uint8_t kZstd = 1;
// No zstd block of 128 KiB takes less than 4 bytes: what claims to hold more is damaged.
constexpr size_t kMaxGain = 32 * 1024;

struct FreeContext {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

}  // namespace

struct PageWriter::Context {
  ZSTD_CCtx* zstd = ZSTD_createCCtx();
  ~Context() { ZSTD_freeCCtx(zstd); }
};

PageWriter::PageWriter() : context_(new Context) {}
PageWriter::~PageWriter() { delete context_; }

std::string_view PageWriter::close(std::string_view raw) {
  page_.assign(1, static_cast<char>(kZstd));
  put_varint(page_, raw.size());
  const size_t head = page_.size();
  if (raw.size() >= kMinimum) {
    page_.resize(head + ZSTD_compressBound(raw.size()));
    const size_t size =
        ZSTD_compressCCtx(context_->zstd, page_.data() + head, page_.size() - head, raw.data(), raw.size(), kLevel);
    page_.resize(head + (ZSTD_isError(size) != 0 ? raw.size() : size));
    if (page_.size() <= raw.size() - raw.size() / 10) return page_;
  }
  page_.assign(1, static_cast<char>(kRaw)).append(raw);
  return page_;
}

bool open_page(std::string_view page, std::string& raw) {
  raw.clear();
  ByteReader in(page);
  const uint8_t method = in.byte();
  if (!in.ok()) return false;
  if (method == kRaw) {
    raw.assign(in.rest());
    return true;
  }
  const uint64_t size = in.varint();
  if (method != kZstd || !in.ok() || size > in.rest().size() * kMaxGain) return false;
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
  raw.resize(size);
  return ZSTD_decompressDCtx(context.get(), raw.data(), size, in.rest().data(), in.rest().size()) == size;
}

}  // namespace narthex::storage
