// Counters since start, shared by all loops.
#pragma once

#include <atomic>
#include <cstdint>

#include "scrape/manager.h"

namespace narthex::scrape {

// Thread-safe.
struct Counters {
  std::atomic<uint64_t> scrapes = 0;
  std::atomic<uint64_t> scrapes_failed = 0;
  std::atomic<uint64_t> samples = 0;
  std::atomic<uint64_t> sample_out_of_order = 0;
  std::atomic<uint64_t> sample_duplicate_timestamp = 0;
  std::atomic<uint64_t> sample_out_of_bounds = 0;
  std::atomic<uint64_t> exceeded_sample_limit = 0;
  std::atomic<uint64_t> exceeded_bucket_limit = 0;
  std::atomic<uint64_t> exemplar_out_of_order = 0;
  std::atomic<uint64_t> exceeded_body_size_limit = 0;
  std::atomic<uint64_t> exceeded_target_limit = 0;
  std::atomic<uint64_t> exceeded_label_limits = 0;

  static void add(std::atomic<uint64_t>& counter, uint64_t by = 1) {
    if (by) counter.fetch_add(by, std::memory_order_relaxed);
  }
  Stats stats() const;
};

inline Stats Counters::stats() const {
  return {scrapes,
          scrapes_failed,
          samples,
          sample_out_of_order,
          sample_duplicate_timestamp,
          sample_out_of_bounds,
          exceeded_sample_limit,
          exceeded_bucket_limit,
          exemplar_out_of_order,
          exceeded_body_size_limit,
          exceeded_target_limit,
          exceeded_label_limits};
}

}  // namespace narthex::scrape
