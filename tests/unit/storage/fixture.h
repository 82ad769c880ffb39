// What the store's tests share: a store in a folder of its own, and scrapes as one writes them down.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "storage/store.h"

namespace narthex::storage {

inline Options small_windows(int64_t window_ms, int64_t overlap_ms) {
  Options options;
  options.window_ms = window_ms;
  options.overlap_ms = overlap_ms;
  options.key_frame_ms = window_ms / 3;
  return options;
}

// How many times longer than usual random tests run: NARTHEX_TEST_SCALE, 1 if that is not set.
inline int test_scale() {
  const char* scale = std::getenv("NARTHEX_TEST_SCALE");
  return scale == nullptr ? 1 : std::max(1, std::atoi(scale));
}

// A store in a new folder, removed with it.
class OpenStore {
 public:
  explicit OpenStore(Options options = {}) : options_(std::move(options)) {
    static int count = 0;
    folder_ = std::filesystem::temp_directory_path() /
              ("narthex-store-" + std::to_string(::getpid()) + "-" + std::to_string(count++));
    std::filesystem::remove_all(folder_);
    options_.path = folder_;
    open();
  }
  ~OpenStore() {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  Store& get() { return *store_; }
  Store* operator->() { return store_.get(); }
  const Options& options() const { return options_; }
  // For the next opening; the folder stays.
  void set_options(Options options) {
    options_ = std::move(options);
    options_.path = folder_;
  }
  const std::filesystem::path& folder() const { return folder_; }

  void close() { store_.reset(); }
  void open() {
    auto opened = Store::open(options_, system_clock(), null_log());
    ASSERT_TRUE(opened) << opened.error().str();
    store_ = std::move(*opened);
  }
  void reopen() {
    close();
    open();
  }

 private:
  Options options_;
  std::filesystem::path folder_;
  std::unique_ptr<Store> store_;
};

struct Line {
  Labels labels;
  double value;
  Timestamp timestamp = 0;  // 0: the scrape's
};

// One scrape, waited for.
inline CommitResult scrape(TargetAppender& appender, Timestamp at, const std::vector<Line>& lines, Timestamp now = 0) {
  appender.take_remap();
  auto scratch = appender.begin(at, now == 0 ? at : now);
  for (const Line& line : lines) {
    const auto slot = appender.resolve(*scratch, line.labels);
    if (!slot) continue;
    if (line.timestamp == 0) {
      scratch->set(*slot, line.value);
    } else {
      scratch->set_at(*slot, line.timestamp, line.value);
    }
  }
  std::promise<CommitResult> promise;
  appender.commit(std::move(scratch), [&](CommitResult r) { promise.set_value(std::move(r)); });
  return promise.get_future().get();
}

// Waits until the store has done what it does after answering a commit: a commit of nothing comes after that.
inline void settle(Store& store) { scrape(*store.open_target(Labels{{"job", "nothing"}}), 0, {}); }

}  // namespace narthex::storage
