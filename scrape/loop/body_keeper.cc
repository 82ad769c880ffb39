#include "scrape/loop/body_keeper.h"

#include <zstd.h>

#include <algorithm>

namespace narthex::scrape {
namespace {

constexpr int kLevel = 1;  // a target that fails each second must not cost more than one that works

// The part of `body` that is kept: all of it, or what stands around `offset`.
std::string_view around(std::string_view body, size_t offset, size_t& first) {
  first = 0;
  if (body.size() <= BodyKeeper::kKeptBytes) return body;
  const size_t half = BodyKeeper::kKeptBytes / 2;
  first = offset > half ? std::min(offset - half, body.size() - BodyKeeper::kKeptBytes) : 0;
  return body.substr(first, BodyKeeper::kKeptBytes);
}

std::string compress(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  const size_t size = ZSTD_compress(out.data(), out.size(), text.data(), text.size(), kLevel);
  out.resize(ZSTD_isError(size) ? 0 : size);
  out.shrink_to_fit();
  return out;
}

}  // namespace

FailedBody KeptBody::unpack() const {
  FailedBody out = facts;
  const unsigned long long size = ZSTD_getFrameContentSize(compressed.data(), compressed.size());
  if (size > BodyKeeper::kKeptBytes) return out;  // not a frame of ours
  out.text.resize(size);
  const size_t got = ZSTD_decompress(out.text.data(), out.text.size(), compressed.data(), compressed.size());
  if (ZSTD_isError(got)) out.text.clear();
  return out;
}

std::shared_ptr<const KeptBody> BodyKeeper::keep(FailedBody facts, std::string_view body,
                                                 const std::shared_ptr<const KeptBody>& before) {
  drop(before);
  facts.size = body.size();
  const std::string_view part = around(body, facts.offset.value_or(0), facts.first);
  auto kept = std::make_shared<KeptBody>();
  kept->facts = std::move(facts);
  kept->compressed = compress(part);
  if (kept->compressed.empty()) return nullptr;
  bytes_ += kept->compressed.size();
  kept_.push_back(kept);
  while (bytes_ > budget_ && kept_.size() > 1) drop(kept_.front());
  return kept;
}

void BodyKeeper::drop(const std::shared_ptr<const KeptBody>& body) {
  if (!body) return;
  const auto place = std::find(kept_.begin(), kept_.end(), body);
  if (place == kept_.end()) return;
  bytes_ -= (*place)->compressed.size();
  kept_.erase(place);
}

}  // namespace narthex::scrape
