// Random scrapes, the same for several stores at once: lines vanish and return, scrapes fail, lines carry their own
// timestamps, come twice, or from two targets with equal labels. Replays from a seed.
#pragma once

#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "storage/store.h"

namespace narthex::testing {

struct GeneratorOptions {
  uint64_t seed = 1;
  int targets = 4;             // the last two have equal public labels, so they produce the same series
  int series_per_target = 40;  // how many different ones a target may expose
  int64_t start_ms = 1'700'000'000'000;
  int64_t interval_ms = 15'000;
  bool own_timestamps = true;
  bool clock_steps = true;      // now and then a scrape is not newer than the one before
  bool beside = false;          // some lines are native histograms, have a start, bring exemplars
  int64_t out_of_order_ms = 0;  // some lines are up to this old, and some a little older; 0: none
};

// Not thread-safe. Commits are waited for.
class ScrapeGenerator {
 public:
  ScrapeGenerator(GeneratorOptions options, std::vector<storage::Store*> stores);

  // One scrape of one random target, in all stores. Returns "" if all stores answered alike, else what differed.
  std::string step();
  // Store number `index` is about to be closed: lets go of its appenders.
  void detach(size_t index);
  // It was opened again: appenders are taken anew.
  void reopened(size_t index, storage::Store* store);
  Timestamp now() const { return now_; }

 private:
  struct Line {
    Labels labels;
    Timestamp timestamp;  // 0: that of the scrape
    double value;
    std::optional<Histogram> histogram = {};
    Timestamp start = 0;
    std::vector<Exemplar> exemplars = {};
  };
  struct Target {
    Labels labels;
    std::vector<double> last;  // value per series
    std::vector<Histogram> last_histogram;
    std::vector<Timestamp> start;
    std::vector<bool> exposed;
    std::vector<Labels> tracked;  // what a missing line gets a stale marker for
    Timestamp last_scrape = 0;
    std::vector<std::shared_ptr<storage::TargetAppender>> appenders;  // by store
  };

  void open(Target& target, size_t store);
  Labels series_labels(const Target& target, size_t index) const;
  double next_value(double last);
  std::vector<Line> body(Target& target);
  void add_beside(Target& target, size_t index, Line& line);
  std::vector<Exemplar> exemplars();
  void add_stale_markers(Target& target, std::vector<Line>& lines, bool failed);
  storage::CommitResult write(Target& target, size_t store, Timestamp at, const std::vector<Line>& lines);
  bool chance(int percent) { return static_cast<int>(random_() % 100) < percent; }

  const GeneratorOptions options_;
  std::vector<storage::Store*> stores_;
  std::vector<Target> targets_;
  std::mt19937_64 random_;
  Timestamp now_;
};

}  // namespace narthex::testing
