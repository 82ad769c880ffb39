#include "server/store_watch.h"

#include <gmock/gmock.h>

#include <mutex>

namespace narthex::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class StoreWatchTest : public ::testing::Test {
 protected:
  void set(std::vector<std::string> troubles) {
    const std::lock_guard lock(mutex_);
    troubles_ = std::move(troubles);
  }
  std::vector<std::string> get() {
    const std::lock_guard lock(mutex_);
    return troubles_;
  }
  std::vector<std::string> shown() const {
    std::vector<std::string> texts;
    for (const auto& notification : notifications_.active()) texts.push_back(notification.text);
    return texts;
  }

  std::mutex mutex_;
  std::vector<std::string> troubles_;
  web::Notifications notifications_{system_clock(), 1};
};

TEST_F(StoreWatchTest, ShowsTroublesAsLongAsTheyLast) {
  notifications_.begin(web::kReloadFailed);
  const std::string other(web::kReloadFailed);
  StoreWatch watch([this] { return get(); }, notifications_);
  set({"a", "b"});
  watch.look();
  EXPECT_THAT(shown(), ElementsAre(other, "a", "b"));
  set({"b", "c"});
  watch.look();
  EXPECT_THAT(shown(), ElementsAre(other, "b", "c"));
  set({});
  watch.look();
  EXPECT_THAT(shown(), ElementsAre(other));
}

TEST_F(StoreWatchTest, LooksByItselfAndEndsWhatItShowed) {
  set({"a"});
  {
    const StoreWatch watch([this] { return get(); }, notifications_);
    while (shown().empty()) std::this_thread::yield();
    EXPECT_THAT(shown(), ElementsAre("a"));
  }
  EXPECT_THAT(shown(), IsEmpty());
}

}  // namespace
}  // namespace narthex::server
