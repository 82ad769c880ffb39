// A target's last attempts in little memory: 48 bytes each, and each text once.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "scrape/history.h"
#include "scrape/loop/body_keeper.h"

namespace narthex::scrape {

// A span of time in two bytes, to about 0.05 %: 11 bits m and 5 bits e are (2048 + m) * 2^(e - 1) microseconds, or m
// where e is 0. What is negative ("did not take place") is -1.
class ShortTime {
 public:
  ShortTime() = default;
  static ShortTime of(int64_t ns);
  int64_t ns() const;

 private:
  static constexpr uint16_t kNone = 0xffff;
  uint16_t bits_ = 0;
};

// Thread-safe: its loop writes, API requests read.
class AttemptLog {
 public:
  void add(const AttemptRecord& record);
  void set_failed_body(std::shared_ptr<const KeptBody> body);

  // Newest first.
  std::vector<AttemptRecord> newest(size_t count) const;
  // Null: no body made an attempt fail, or there was no room to keep it.
  std::shared_ptr<const KeptBody> failed_body() const;
  size_t memory_bytes() const;

 private:
  struct Packed {
    int64_t start_us;
    uint32_t wire_bytes;
    int32_t body_bytes;
    uint32_t samples;
    uint16_t status;
    ShortTime late;
    ShortTime duration;
    ShortTime phases[kPhases];
    FailureClass failure;
    uint8_t failed_in;  // a Phase, or kPhases
    uint8_t error;      // place in texts_; kNoText
    uint8_t warning;    // likewise
  };
  static_assert(sizeof(Packed) == 48);
  static constexpr uint8_t kNoText = 0xff;

  static Packed pack(const AttemptRecord& record);
  AttemptRecord unpack(const Packed& packed) const;
  uint8_t place_of(const std::string& text);

  mutable std::mutex mutex_;
  std::vector<Packed> ring_;        // grows to kKeptAttempts, then is overwritten
  size_t next_ = 0;                 // where the next one goes once it is full
  std::vector<std::string> texts_;  // "" where none is needed any more
  std::weak_ptr<const KeptBody> body_;
};

}  // namespace narthex::scrape
