#include "storage/head/arena.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstdlib>
#include <new>

namespace narthex::storage {
namespace {

constexpr size_t kLinkBytes = sizeof(ChunkHandle);
// Chunk sizes with their link; each about a quarter of what the column holds by then, later ones all as the last.
constexpr std::array<uint16_t, 12> kChunkBytes = {16, 20, 24, 32, 40, 48, 64, 80, 96, 128, 192, 256};

// A chunk by its number in a chain: its payload, and how much all chunks before it hold.
struct ChunkPlace {
  uint32_t before;
  uint32_t payload;
};

constexpr std::array<ChunkPlace, kChunkBytes.size()> chunk_places() {
  std::array<ChunkPlace, kChunkBytes.size()> places{};
  uint32_t before = 0;
  for (size_t i = 0; i < places.size(); ++i) {
    places[i] = {before, kChunkBytes[i] - static_cast<uint32_t>(kLinkBytes)};
    before += places[i].payload;
  }
  return places;
}
constexpr auto kPlaces = chunk_places();
constexpr uint32_t kGrowing = kPlaces.back().before;  // from here on all chunks are as large as the last

// Number of the chunk that holds an offset below kGrowing, by offset / 4: all sizes are multiples of 4.
constexpr auto kNumberOf = [] {
  std::array<uint8_t, kGrowing / 4> numbers{};
  uint8_t number = 0;
  for (uint32_t i = 0; i < numbers.size(); ++i) {
    if (i * 4 >= kPlaces[number].before + kPlaces[number].payload) ++number;
    numbers[i] = number;
  }
  return numbers;
}();

ChunkPlace chunk_holding(uint32_t offset) {
  if (offset < kGrowing) return kPlaces[kNumberOf[offset / 4]];
  const uint32_t payload = kPlaces.back().payload;
  return {kGrowing + (offset - kGrowing) / payload * payload, payload};
}

}  // namespace

Arena::Arena()
    : pages_(static_cast<std::atomic<uint8_t*>*>(std::calloc(kPages, sizeof(std::atomic<uint8_t*>))), std::free) {
  if (!pages_) throw std::bad_alloc();
}

Arena::~Arena() {
  for (size_t i = 0; i < pages_used_; ++i) std::free(pages_[i].load(std::memory_order_relaxed));
}

ChunkHandle Arena::allocate(size_t size) {
  std::lock_guard lock(mutex_);
  if (page_fill_ + size > kPageBytes) {
    const size_t page = pages_used_.load(std::memory_order_relaxed);
    auto* memory = page < kPages ? static_cast<uint8_t*>(std::malloc(kPageBytes)) : nullptr;
    if (memory == nullptr) throw std::bad_alloc();
    pages_[page].store(memory, std::memory_order_relaxed);
    pages_used_.store(page + 1, std::memory_order_relaxed);
    page_fill_ = page == 0 ? 4 : 0;  // handle 0 means none
  }
  const size_t offset = page_fill_;
  page_fill_ += size;
  return static_cast<ChunkHandle>((pages_used_.load(std::memory_order_relaxed) - 1) << 16 | offset / 4);
}

void Arena::append(Chain& chain, const uint8_t* data, size_t size) {
  while (size > 0) {
    const ChunkPlace place = chunk_holding(chain.used);
    if (chain.used == place.before) {
      const ChunkHandle fresh = allocate(place.payload + kLinkBytes);
      std::memcpy(at(fresh), &chain.tail, kLinkBytes);
      chain.tail = fresh;
    }
    const uint32_t inside = chain.used - place.before;
    const size_t part = std::min<size_t>(size, place.payload - inside);
    std::memcpy(at(chain.tail) + kLinkBytes + inside, data, part);
    chain.used += static_cast<uint32_t>(part);
    data += part;
    size -= part;
  }
}

void Arena::append_small(Chain& chain, uint64_t bytes, size_t size) {
  static_assert(std::endian::native == std::endian::little);
  const ChunkPlace place = chunk_holding(chain.used);
  const uint32_t inside = chain.used - place.before;
  // What is written behind the last byte is overwritten later.
  if (inside == 0 || inside + sizeof bytes > place.payload) {
    return append(chain, reinterpret_cast<const uint8_t*>(&bytes), size);
  }
  std::memcpy(at(chain.tail) + kLinkBytes + inside, &bytes, sizeof bytes);
  chain.used += static_cast<uint32_t>(size);
}

void Arena::copy(const Chain& chain, std::string& out) const {
  const size_t start = out.size();
  out.resize(start + chain.used);
  uint32_t left = chain.used;
  for (ChunkHandle handle = chain.tail; left > 0;) {
    const uint8_t* chunk = at(handle);
    const uint32_t before = chunk_holding(left - 1).before;
    std::memcpy(out.data() + start + before, chunk + kLinkBytes, left - before);
    std::memcpy(&handle, chunk, kLinkBytes);
    left = before;
  }
}

}  // namespace narthex::storage
