#include "net/reactor.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <vector>

namespace narthex::net {
namespace {

constexpr int64_t kMillisecond = 1'000'000;

// Runs `task` on the reactor and waits for it.
void run_on(Reactor& reactor, const std::function<void()>& task) {
  std::promise<void> ran;
  reactor.post([&] {
    task();
    ran.set_value();
  });
  ran.get_future().wait();
}

TEST(Reactor, RunsPostsInOrderOnItsOwnThread) {
  Reactor reactor("order");
  std::vector<int> seen;
  std::atomic<bool> elsewhere = false;
  for (int i = 0; i < 1000; ++i) {
    reactor.post([&, i] {
      seen.push_back(i);
      if (!reactor.on_own_thread()) elsewhere = true;
    });
  }
  run_on(reactor, [] {});
  ASSERT_EQ(seen.size(), 1000U);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(seen[static_cast<size_t>(i)], i);
  EXPECT_FALSE(elsewhere);
  EXPECT_FALSE(reactor.on_own_thread());
}

TEST(Reactor, RunsWhatATaskPosts) {
  Reactor reactor("nested");
  std::promise<void> done;
  reactor.post([&] { reactor.post([&] { reactor.post([&] { done.set_value(); }); }); });
  done.get_future().wait();
}

TEST(Reactor, FiresTimersInOrderOfTime) {
  Reactor reactor("timers");
  std::vector<int> fired;
  std::vector<Timer> timers;
  std::promise<void> last;
  run_on(reactor, [&] {
    timers.push_back(reactor.after(30 * kMillisecond, [&] {
      fired.push_back(3);
      last.set_value();
    }));
    timers.push_back(reactor.after(10 * kMillisecond, [&] { fired.push_back(1); }));
    timers.push_back(reactor.after(20 * kMillisecond, [&] { fired.push_back(2); }));
    timers.push_back(reactor.after(-5, [&] { fired.push_back(0); }));
    EXPECT_TRUE(fired.empty()) << "a timer must not fire inside after()";
  });
  last.get_future().wait();
  EXPECT_EQ(fired, (std::vector{0, 1, 2, 3}));
}

TEST(Reactor, CancelledAndDestroyedTimersNeverFire) {
  Reactor reactor("cancel");
  bool cancelled_fired = false;
  bool destroyed_fired = false;
  bool replaced_fired = false;
  Timer kept;
  std::promise<void> later;
  run_on(reactor, [&] {
    Timer cancelled = reactor.after(0, [&] { cancelled_fired = true; });
    cancelled.cancel();
    {
      const Timer destroyed = reactor.after(0, [&] { destroyed_fired = true; });
    }
    kept = reactor.after(0, [&] { replaced_fired = true; });
    kept = reactor.after(2 * kMillisecond, [&] { later.set_value(); });
  });
  later.get_future().wait();
  EXPECT_FALSE(cancelled_fired);
  EXPECT_FALSE(destroyed_fired);
  EXPECT_FALSE(replaced_fired);
}

TEST(Reactor, ATimerCanCancelAnotherThatIsDueAtOnce) {
  Reactor reactor("rival");
  bool second_fired = false;
  Timer first;
  Timer second;
  std::promise<void> later;
  Timer end;
  run_on(reactor, [&] {
    first = reactor.after(0, [&] { second.cancel(); });
    second = reactor.after(0, [&] { second_fired = true; });
    end = reactor.after(kMillisecond, [&] { later.set_value(); });
  });
  later.get_future().wait();
  EXPECT_FALSE(second_fired);
}

TEST(Reactor, ATimerMayReplaceItselfWhileItRuns) {
  Reactor reactor("again");
  int count = 0;
  Timer timer;
  std::promise<void> done;
  std::function<void()> tick = [&] {
    if (++count == 5) return done.set_value();
    timer = reactor.after(0, tick);
  };
  run_on(reactor, [&] { timer = reactor.after(0, tick); });
  done.get_future().wait();
  EXPECT_EQ(count, 5);
}

TEST(Reactor, ManyCancelledTimersDoNotStayInMemory) {
  Reactor reactor("sweep");
  const auto witness = std::make_shared<int>(0);
  run_on(reactor, [&] {
    for (int i = 0; i < 10'000; ++i) Timer timer = reactor.after(3600'000 * kMillisecond, [witness] {});
    EXPECT_EQ(witness.use_count(), 1) << "cancelling drops what the function owns";
  });
}

TEST(Reactor, DestroysQueuedFunctionsWithoutRunningThem) {
  const auto witness = std::make_shared<int>(0);
  bool ran = false;
  Timer survivor;
  std::promise<void> started;
  std::promise<void> go;
  {
    Reactor reactor("stop");
    reactor.post([&] {
      survivor = reactor.after(3600'000 * kMillisecond, [witness] {});
      started.set_value();
      go.get_future().wait();
    });
    started.get_future().wait();
    reactor.post([witness, &ran] { ran = true; });
    reactor.stop();
    reactor.post([witness, &ran] { ran = true; });
    go.set_value();
  }
  EXPECT_FALSE(ran);
  EXPECT_EQ(witness.use_count(), 1);
}

TEST(Reactor, TasksMayPostWhileTheyAreDestroyed) {
  struct PostsAtEnd {
    Reactor* reactor;
    ~PostsAtEnd() {
      reactor->post([] {});
    }
  };
  std::promise<void> stopped;
  Reactor reactor("dying");
  reactor.post([&] {
    reactor.post([last = std::make_shared<PostsAtEnd>(&reactor)] {});
    reactor.stop();
    stopped.set_value();
  });
  stopped.get_future().wait();
}

}  // namespace
}  // namespace narthex::net
