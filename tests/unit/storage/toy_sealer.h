// A store whose frozen windows go where segments would be: a map of series. Both together must show what was written.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include "storage/core/open.h"
#include "storage/head/frozen.h"
#include "storage/head/frozen_reader.h"
#include "storage/query/merge.h"
#include "tests/support/naive_store.h"
#include "tests/unit/storage/fixture.h"

namespace narthex::storage {

// Keeps what it is given until it is told to seal, or seals at once on a thread of its own.
class ToySealer final : public FrozenSink {
 public:
  void take(Frozen frozen) override {
    std::lock_guard lock(mutex_);
    families_.push_back(frozen.family);
    waiting_.push_back(std::move(frozen));
    wake_.notify_one();
  }
  ~ToySealer() override { stop(); }

  // Seals what waits.
  void seal(Shared& shared) {
    for (;;) {
      Frozen frozen{};
      {
        std::lock_guard lock(mutex_);
        if (waiting_.empty()) return;
        frozen = std::move(waiting_.front());
        waiting_.pop_front();
      }
      for (const auto& window : frozen.windows) seal(shared, window);
    }
  }
  void start(Shared& shared) {
    thread_ = std::thread([this, &shared] {
      for (;;) {
        {
          std::unique_lock lock(mutex_);
          wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
          if (stopping_) return;
        }
        seal(shared);
      }
    });
  }
  void stop() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
      wake_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
  }
  // What waits is lost, as in a crash.
  void forget_waiting() {
    std::lock_guard lock(mutex_);
    waiting_.clear();
  }

  std::deque<Frozen> waiting() const {
    std::lock_guard lock(mutex_);
    return waiting_;
  }
  // In the order of freezing.
  std::vector<int64_t> families() const {
    std::lock_guard lock(mutex_);
    return families_;
  }
  std::map<Labels, Column> sealed() const {
    std::lock_guard lock(mutex_);
    return sealed_;
  }

 private:
  void seal(Shared& shared, const std::shared_ptr<Window>& window) {
    for (const FrozenSeries& series : frozen_series(*window)) {
      const ListRef list = shared.core.identity.get(series.list);
      ASSERT_NE(list, nullptr) << "templates of frozen series are kept";
      Column sources[2];
      ASSERT_TRUE(read_frozen(series, sources[1]));
      ASSERT_FALSE(sources[1].empty());
      std::lock_guard lock(mutex_);
      Column& known = sealed_[combine(series.target->labels(), *list)];
      sources[0] = std::move(known);
      known = {};
      merge_columns(sources, known);
    }
    shared.windows.remove(window);
  }

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Frozen> waiting_;
  std::vector<int64_t> families_;
  std::map<Labels, Column> sealed_;
  bool stopping_ = false;
  std::thread thread_;
};

class SealedStore {
 public:
  explicit SealedStore(Options options) : folder_(std::move(options)) {
    folder_.close();
    open();
  }

  Store& get() { return *store_; }
  Store* operator->() { return store_.get(); }
  Shared& shared() { return static_cast<StoreImpl&>(*store_).shared(); }
  ToySealer& sealer() { return sealer_; }
  // What is sealed then is all that the commits before made due.
  void seal() {
    settle(*store_);
    sealer_.seal(shared());
  }

  void open() {
    auto opened = open_store(folder_.options(), system_clock(), null_log(), {.sink = &sealer_});
    ASSERT_TRUE(opened) << opened.error().str();
    store_ = std::move(*opened);
  }
  // As after a crash: what was not sealed is only in the log.
  void reopen() {
    store_.reset();
    sealer_.forget_waiting();
    open();
  }

  // What the store shows together with what was sealed.
  std::string dump(const View& view, Timestamp from = kMinTime, Timestamp to = kMaxTime) const {
    testing::NaiveStore all;
    std::map<Labels, Column> sealed = sealer_.sealed();
    for (auto& [labels, column] : sealed) all.set(labels, column);
    const auto set = view.select({}, kMinTime, kMaxTime);
    for (size_t i = 0; i < (*set)->size(); ++i) {
      Column sources[2];
      const Labels labels = (*set)->labels(i);
      sources[0] = sealed[labels];
      EXPECT_TRUE((*set)->read(i, kMinTime, kMaxTime, sources[1]));
      Column merged;
      merge_columns(sources, merged);
      all.set(labels, std::move(merged));
    }
    return testing::dump(*all.view(), from, to);
  }
  std::string dump() const { return dump(*store_->view()); }

 private:
  OpenStore folder_;
  ToySealer sealer_;
  std::unique_ptr<Store> store_;
};

}  // namespace narthex::storage
