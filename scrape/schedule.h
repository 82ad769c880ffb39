// When a target is scraped and which timestamp the scrape gets. Pure: time comes in as numbers, so tests replay days.
// Source: scrape spec, section 3. All times and spans in nanoseconds; "wall" since 1970, "steady" never goes back.
#pragma once

#include <cstdint>

namespace narthex::scrape {

// How long from `wall_now` to the first scrape: scrapes fall on (hash ^ seed) mod interval, counted from 1970, so that
// a target keeps its phase over restarts. In (0, interval].
int64_t first_scrape_delay(uint64_t hash, uint64_t seed, int64_t interval, int64_t wall_now);

// The ticks of one target's loop. The owner waits first_scrape_delay(), calls fire(), scrapes, waits next_delay(),
// calls fire(), and so on. Not thread-safe.
class Schedule {
 public:
  struct Options {
    int64_t interval = 0;
    int64_t tolerance = 2'000'000;  // at most; never more than a hundredth of the interval
    bool align = true;              // --scrape.adjust-timestamps
  };

  explicit Schedule(const Options& options) : options_(options) {}

  // A tick has come. Returns the scrape's timestamp: the aligned one if the tick was late by no more than the
  // tolerance, else the real one.
  int64_t fire(int64_t wall_now, int64_t steady_now);

  // How long until the next tick; 0 if one is already due. Ticks keep their distance from the first one however long a
  // scrape takes; of those missed while it ran, one is made up for and the others are dropped.
  int64_t next_delay(int64_t steady_now);

  bool started() const { return ticks_started_; }

 private:
  Options options_;
  bool ticks_started_ = false;
  int64_t aligned_ = 0;       // wall: the last aligned tick
  int64_t first_steady_ = 0;  // steady: tick 0
  int64_t tick_ = 0;          // the tick that fired last
};

}  // namespace narthex::scrape
