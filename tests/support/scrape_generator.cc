#include "tests/support/scrape_generator.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <future>

#include "tests/support/histograms.h"

namespace narthex::testing {

using namespace storage;

ScrapeGenerator::ScrapeGenerator(GeneratorOptions options, std::vector<Store*> stores)
    : options_(options), stores_(std::move(stores)), random_(options.seed), now_(options.start_ms) {
  for (int i = 0; i < options_.targets; ++i) {
    Target target;
    const int shown = std::min(i, std::max(0, options_.targets - 2));  // the last two are equal
    target.labels = Labels{{"instance", fmt::format("host-{}:9100", shown)}, {"job", "node"}};
    target.last.resize(static_cast<size_t>(options_.series_per_target));
    target.exposed.assign(target.last.size(), true);
    target.last_histogram.resize(target.last.size());
    target.start.assign(target.last.size(), options_.start_ms - 1000);
    for (size_t store = 0; store < stores_.size(); ++store) open(target, store);
    targets_.push_back(std::move(target));
  }
}

void ScrapeGenerator::open(Target& target, size_t store) {
  target.appenders.resize(stores_.size());
  target.appenders[store] = stores_[store]->open_target(target.labels);
}

void ScrapeGenerator::detach(size_t index) {
  for (Target& target : targets_) target.appenders[index].reset();
}

void ScrapeGenerator::reopened(size_t index, Store* store) {
  detach(index);
  stores_[index] = store;
  for (Target& target : targets_) open(target, index);
}

// Some series lack a label of their target (honor_labels), some carry exported ones.
Labels ScrapeGenerator::series_labels(const Target& target, size_t index) const {
  std::vector<Label> labels(target.labels.begin(), target.labels.end());
  labels.push_back({std::string(kMetricName), fmt::format("metric_{}", index / 4)});
  labels.push_back({"number", std::to_string(index % 4)});
  if (index % 11 == 3) std::erase_if(labels, [](const Label& l) { return l.name == "instance"; });
  if (index % 7 == 2) labels.push_back({"exported_job", "other"});
  return Labels(std::move(labels));
}

double ScrapeGenerator::next_value(double last) {
  switch (random_() % 12) {
    case 0:
      return last + 1;
    case 1:
      return last + static_cast<double>(random_() % 1000);
    case 2:
      return last + 0.25;
    case 3:
      return 0;
    case 4:
      return std::bit_cast<double>(random_());  // any bits, NaN payloads included
    case 5:
      return -0.0;
    case 6:
      return static_cast<double>(random_() % 100000) / 1000;
    default:
      return last;
  }
}

// Exporters show the same ones again, beside new ones; some are old.
std::vector<Exemplar> ScrapeGenerator::exemplars() {
  std::vector<Exemplar> out;
  for (uint64_t i = 0; i < random_() % 4; ++i) {
    const Timestamp t = now_ / 60'000 * 60'000 + static_cast<int64_t>(random_() % 3) * 500;
    const std::string id = chance(5) ? std::string(140, 'x') : std::to_string(random_() % 3);
    out.push_back({Labels{{"trace_id", id}}, static_cast<double>(random_() % 3), t - (chance(10) ? 70'000 : 0)});
  }
  return out;
}

void ScrapeGenerator::add_beside(Target& target, size_t index, Line& line) {
  if (index % 9 == 4 && !chance(15)) {
    Histogram& last = target.last_histogram[index];
    last = next_histogram(last, random_);
    line.histogram = last;
  }
  if (index % 5 == 1 || index % 18 == 4) {
    if (chance(3)) target.start[index] = now_ - static_cast<int64_t>(random_() % 1000);
    if (!chance(3)) line.start = target.start[index];
  }
  if (index % 6 == 2 || index % 18 == 4) line.exemplars = exemplars();
}

std::vector<ScrapeGenerator::Line> ScrapeGenerator::body(Target& target) {
  std::vector<Line> lines;
  for (size_t i = 0; i < target.last.size(); ++i) {
    if (chance(3)) target.exposed[i] = !target.exposed[i];
    if (!target.exposed[i]) continue;
    target.last[i] = next_value(target.last[i]);
    Line line{series_labels(target, i), 0, target.last[i]};
    if (options_.own_timestamps && i % 13 == 5) {
      line.timestamp = now_ - static_cast<int64_t>(random_() % 60'000);
      if (chance(2)) line.timestamp = now_ + 3'600'000;   // beyond what is legal
      if (chance(2)) line.timestamp = now_ - 90'000'000;  // long ago
    }
    if (options_.out_of_order_ms > 0 && chance(10)) {
      line.timestamp = now_ - static_cast<int64_t>(random_() % static_cast<uint64_t>(options_.out_of_order_ms * 9 / 8));
      if (chance(50)) line.timestamp = line.timestamp / 5000 * 5000;  // where there may be a sample already
    }
    if (options_.beside) add_beside(target, i, line);
    lines.push_back(line);
    if (chance(1)) lines.push_back(line);  // the same line twice
  }
  if (chance(10)) std::shuffle(lines.begin(), lines.end(), random_);
  return lines;
}

void ScrapeGenerator::add_stale_markers(Target& target, std::vector<Line>& lines, bool failed) {
  std::vector<Labels> seen;
  for (const Line& line : lines) {
    if (line.timestamp == 0) seen.push_back(line.labels);
  }
  std::sort(seen.begin(), seen.end());
  seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
  for (const Labels& labels : target.tracked) {
    if (!std::binary_search(seen.begin(), seen.end(), labels)) lines.push_back({labels, 0, kStaleMarker});
  }
  target.tracked = std::move(seen);
  std::vector<Label> up(target.labels.begin(), target.labels.end());
  up.push_back({std::string(kMetricName), "up"});
  lines.push_back({Labels(std::move(up)), 0, failed ? 0.0 : 1.0});
}

CommitResult ScrapeGenerator::write(Target& target, size_t store, Timestamp at, const std::vector<Line>& lines) {
  TargetAppender& appender = *target.appenders[store];
  appender.take_remap();  // slots are looked up anew for each scrape here
  auto scratch = appender.begin(at, now_);
  for (const Line& line : lines) {
    auto slot = appender.resolve(*scratch, line.labels);
    if (!slot) continue;
    if (line.histogram && line.timestamp == 0) {
      scratch->set_histogram(*slot, *line.histogram);
    } else if (line.histogram) {
      scratch->set_histogram_at(*slot, line.timestamp, *line.histogram);
    } else if (line.timestamp == 0) {
      scratch->set(*slot, line.value);
    } else {
      scratch->set_at(*slot, line.timestamp, line.value);
    }
    if (line.start != 0) scratch->set_start(*slot, line.start);
    for (const Exemplar& e : line.exemplars) scratch->add_exemplar(*slot, e);
  }
  std::promise<CommitResult> promise;
  auto future = promise.get_future();
  appender.commit(std::move(scratch), [&](CommitResult result) { promise.set_value(std::move(result)); });
  return future.get();
}

std::string ScrapeGenerator::step() {
  Target& target = targets_[random_() % targets_.size()];
  now_ += options_.interval_ms / static_cast<int64_t>(targets_.size());
  Timestamp at = now_;
  if (options_.clock_steps && chance(2)) at = target.last_scrape - static_cast<int64_t>(random_() % 2) * 5000;
  target.last_scrape = std::max(target.last_scrape, at);
  const bool failed = chance(5);
  std::vector<Line> lines;
  if (failed) {
    // The scrape dies half-way: its scratch is dropped, then markers and the report are written.
    const std::string number = std::to_string(random_());
    for (auto& appender : target.appenders) {
      appender->take_remap();
      auto scratch = appender->begin(at, now_);
      auto slot = appender->resolve(*scratch, Labels{{"__name__", "never_seen"}, {"n", number}});
      if (slot) scratch->set(*slot, 1);
    }
  } else {
    lines = body(target);
  }
  add_stale_markers(target, lines, failed);
  std::string first;
  for (size_t store = 0; store < stores_.size(); ++store) {
    const CommitResult r = write(target, store, at, lines);
    const std::string text =
        fmt::format("{} ooo={} dup={} oob={} old={} exemplars={}", r.status ? "ok" : r.status.error().message,
                    r.out_of_order, r.duplicate_timestamp, r.out_of_bounds, r.too_old, r.exemplar_out_of_order);
    if (store == 0) first = text;
    if (text != first) return fmt::format("at {}: store 0 said '{}', store {} said '{}'", at, first, store, text);
  }
  return {};
}

}  // namespace narthex::testing
