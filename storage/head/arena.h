// Where the column bytes of one window live: chunks cut from large pages, freed all at once with the window.
//
// A column is a chain of chunks, each with a link to the one before it; only the last one has room. Sizes grow with the
// column, so that a short column wastes little and a long one has few links; nothing is ever copied or freed, because
// in the lockstep of scrapes freed small chunks would find no taker.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>

namespace narthex::storage {

// A chunk's place in its arena, in units of 4 bytes. 0: no chunk.
using ChunkHandle = uint32_t;

// Chains are guarded by their owners (a target's mutex); chunks may be cut for several chains at once, as the readers
// of the log do. Pages never move.
class Arena {
 public:
  Arena();
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // Bytes reserved so far.
  uint64_t bytes() const { return pages_used_.load(std::memory_order_relaxed) * kPageBytes; }

  // A chain of chunks as a column stores it: the last chunk, and how many bytes are in use in all of them.
  struct Chain {
    ChunkHandle tail = 0;
    uint32_t used = 0;
  };
  void append(Chain& chain, const uint8_t* data, size_t size);
  // The same for at most 8 bytes, the first of which is the lowest of `bytes`.
  void append_small(Chain& chain, uint64_t bytes, size_t size);
  // Appends the chain's bytes to `out`.
  void copy(const Chain& chain, std::string& out) const;

 private:
  static constexpr size_t kPageBytes = 256 << 10;
  static constexpr size_t kPages = 1 << 16;  // 16 GB, what a handle can reach

  uint8_t* at(ChunkHandle handle) const {
    return pages_[handle >> 16].load(std::memory_order_relaxed) + size_t{handle & 0xffff} * 4;
  }
  ChunkHandle allocate(size_t size);

  std::unique_ptr<std::atomic<uint8_t*>[], void (*)(void*)> pages_;
  std::atomic<size_t> pages_used_{0};
  std::mutex mutex_;               // short: taken once per chunk
  size_t page_fill_ = kPageBytes;  // behind mutex_
};

}  // namespace narthex::storage
