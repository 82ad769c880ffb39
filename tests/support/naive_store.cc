#include "tests/support/naive_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <set>

namespace narthex::testing {
namespace {

using namespace storage;

class NaiveSet final : public SeriesSet {
 public:
  NaiveSet(std::shared_ptr<const SeriesMap> keep, std::vector<SeriesMap::const_iterator> found)
      : keep_(std::move(keep)), found_(std::move(found)) {}
  size_t size() const override { return found_.size(); }
  Labels labels(size_t i) const override { return found_[i]->first; }
  std::string_view label(size_t i, std::string_view name) const override { return found_[i]->first.get(name); }
  Result<> read(size_t i, Timestamp from, Timestamp to, Column& out) const override {
    const Column& column = found_[i]->second;
    for (size_t k = 0; k < column.size(); ++k) {
      if (column.timestamps[k] >= from && column.timestamps[k] <= to) out.push(column.timestamps[k], column.values[k]);
    }
    return {};
  }

 private:
  std::shared_ptr<const SeriesMap> keep_;
  std::vector<SeriesMap::const_iterator> found_;
};

class NaiveView final : public View {
 public:
  explicit NaiveView(std::shared_ptr<const SeriesMap> series) : series_(std::move(series)) {}

  Result<std::shared_ptr<const SeriesSet>> select(std::span<const Matcher> matchers, Timestamp from,
                                                  Timestamp to) const override {
    return std::make_shared<NaiveSet>(series_, find(matchers, from, to));
  }
  Result<std::vector<std::string>> label_names(std::span<const Matcher> matchers, Timestamp from,
                                               Timestamp to) const override {
    std::set<std::string> names;
    for (auto it : find(matchers, from, to)) {
      for (const Label& label : it->first) names.insert(label.name);
    }
    return std::vector<std::string>(names.begin(), names.end());
  }
  Result<std::vector<std::string>> label_values(std::string_view name, std::span<const Matcher> matchers,
                                                Timestamp from, Timestamp to) const override {
    std::set<std::string> values;
    for (auto it : find(matchers, from, to)) {
      if (it->first.has(name)) values.emplace(it->first.get(name));
    }
    return std::vector<std::string>(values.begin(), values.end());
  }

 private:
  std::vector<SeriesMap::const_iterator> find(std::span<const Matcher> matchers, Timestamp from, Timestamp to) const {
    std::vector<SeriesMap::const_iterator> found;
    for (auto it = series_->begin(); it != series_->end(); ++it) {
      const Column& c = it->second;
      const auto first = std::lower_bound(c.timestamps.begin(), c.timestamps.end(), from);
      if (first == c.timestamps.end() || *first > to) continue;
      const bool all = std::all_of(matchers.begin(), matchers.end(),
                                   [&](const Matcher& m) { return m.matches(it->first.get(m.name())); });
      if (all) found.push_back(it);
    }
    return found;
  }

  std::shared_ptr<const SeriesMap> series_;
};

// Slots of scratches that were dropped are free: a place without labels, which the next new series gets.
class NaiveScratch final : public Scratch {
 public:
  NaiveScratch(Timestamp timestamp, Timestamp now, std::vector<Labels> known, std::shared_ptr<size_t> places)
      : labels_(std::move(known)), places_(std::move(places)), now_(now) {
    timestamp_ = timestamp;
    labels_.resize(std::max(labels_.size(), *places_));
    grow();
  }
  Slot resolve(const Labels& labels) {
    auto it = std::find(labels_.begin(), labels_.end(), labels);
    if (it == labels_.end()) {
      it = std::find(labels_.begin(), labels_.end(), Labels());
      if (it == labels_.end()) it = labels_.insert(it, labels);
      *it = labels;
      created_.push_back(static_cast<Slot>(it - labels_.begin()));
    }
    const auto slot = static_cast<Slot>(it - labels_.begin());
    grow();
    return slot;
  }
  std::vector<Slot> created_slots() const override { return created_; }
  std::vector<NaiveStore::Entry> entries() const {
    std::vector<NaiveStore::Entry> out;
    for (Slot slot = 0; slot < slot_count(); ++slot) {
      if (has(slot)) out.push_back({labels_[slot], timestamp_, values_[slot]});
    }
    for (const TimedSample& s : timed_) out.push_back({labels_[s.slot], s.timestamp, s.value});
    return out;
  }
  const std::vector<Labels>& labels() const { return labels_; }
  Timestamp now() const { return now_; }

 private:
  void grow() {
    slot_count_ = labels_.size();
    *places_ = std::max(*places_, slot_count_);
    values_.resize(slot_count_);
    seen_.resize(slot_count_ / 64 + 1);
  }
  std::vector<Labels> labels_;
  std::vector<Slot> created_;
  std::shared_ptr<size_t> places_;  // how many the target ever had
  Timestamp now_;
};

class NaiveAppender final : public TargetAppender {
 public:
  explicit NaiveAppender(NaiveStore& store) : store_(store) {}
  Slot slot_count() const override { return static_cast<Slot>(*places_); }
  std::unique_ptr<Remap> take_remap() override { return nullptr; }
  std::unique_ptr<Scratch> begin(Timestamp timestamp, Timestamp now) override {
    return std::make_unique<NaiveScratch>(timestamp, now, labels_, places_);
  }
  Result<Slot> resolve(Scratch& scratch, const Labels& labels) override {
    return static_cast<NaiveScratch&>(scratch).resolve(labels);
  }
  Labels labels(Slot slot) const override { return labels_[slot]; }
  void commit(std::unique_ptr<Scratch> scratch, std::function<void(CommitResult)> done) override {
    const auto& naive = static_cast<const NaiveScratch&>(*scratch);
    CommitResult result = store_.commit(naive.entries(), naive.now());
    if (result.status) labels_ = naive.labels();
    done(std::move(result));
  }

 private:
  NaiveStore& store_;
  std::vector<Labels> labels_;
  const std::shared_ptr<size_t> places_ = std::make_shared<size_t>(0);
};

}  // namespace

SeriesMap& NaiveStore::writable() {
  if (viewed_) series_ = std::make_shared<SeriesMap>(*series_);
  viewed_ = false;
  return *series_;
}

void NaiveStore::add(const Labels& labels, Timestamp timestamp, double value) {
  std::lock_guard lock(mutex_);
  writable()[labels].push(timestamp, value);
  newest_ = std::max(newest_, timestamp);
}

void NaiveStore::fail_commits(int count) {
  std::lock_guard lock(mutex_);
  failing_ = count;
}

std::shared_ptr<const View> NaiveStore::view() const {
  std::lock_guard lock(mutex_);
  viewed_ = true;
  return std::make_shared<NaiveView>(series_);
}

std::shared_ptr<TargetAppender> NaiveStore::open_target(const Labels&) {
  return std::make_shared<NaiveAppender>(*this);
}

Stats NaiveStore::stats() const {
  std::lock_guard lock(mutex_);
  Stats stats;
  stats.series = series_->size();
  stats.samples_appended = appended_;
  stats.commits = commits_;
  return stats;
}

CommitResult NaiveStore::commit(const std::vector<Entry>& entries, Timestamp now) {
  std::lock_guard lock(mutex_);
  CommitResult result;
  for (const Entry& entry : entries) {
    if (entry.labels.empty()) result.status = Error{Code::kInternal, "a sample for a slot that nobody resolved"};
  }
  if (!result.status) return result;
  if (failing_ > 0) {
    --failing_;
    result.status = Error{Code::kUnavailable, "the store was told to fail"};
    return result;
  }
  SeriesMap& series = writable();
  std::vector<const Entry*> accepted;
  for (const Entry& e : entries) {
    const auto it = series.find(e.labels);
    const bool has_newest = it != series.end() && it->second.size() > 0;
    const Timestamp newest = has_newest ? it->second.timestamps.back() : INT64_MIN;
    const bool future = e.timestamp > now + options_.max_future_ms;
    const bool past = newest_ != INT64_MIN && e.timestamp < newest_ - options_.max_past_ms;
    if (future || past) {
      ++result.out_of_bounds;
    } else if (has_newest && e.timestamp == newest) {
      const bool same = std::bit_cast<uint64_t>(it->second.values.back()) == std::bit_cast<uint64_t>(e.value);
      if (!same) ++result.duplicate_timestamp;
    } else if (has_newest && e.timestamp < newest) {
      ++result.out_of_order;
    } else {
      accepted.push_back(&e);
    }
  }
  for (const Entry* e : accepted) {
    Column& column = series[e->labels];
    if (column.size() > 0 && column.timestamps.back() >= e->timestamp) continue;
    column.push(e->timestamp, e->value);
    newest_ = std::max(newest_, e->timestamp);
    ++appended_;
  }
  ++commits_;
  return result;
}

std::string dump(const View& view, Timestamp from, Timestamp to) {
  std::string out;
  auto set = view.select({}, from, to);
  if (!set) return "error: " + set.error().str() + "\n";
  Column column;
  for (size_t i = 0; i < (*set)->size(); ++i) {
    column.clear();
    if (auto read = (*set)->read(i, from, to, column); !read) return "error: " + read.error().str() + "\n";
    if (column.size() == 0) continue;
    out += (*set)->labels(i).metric_str();
    for (size_t k = 0; k < column.size(); ++k) {
      const double v = column.values[k];
      const bool small = v == std::trunc(v) && std::fabs(v) < 1e6 && !(v == 0 && std::signbit(v));
      out += small ? fmt::format(" {}:{}", column.timestamps[k], static_cast<int>(v))
                   : fmt::format(" {}:{:016x}", column.timestamps[k], std::bit_cast<uint64_t>(v));
    }
    out += '\n';
  }
  return out;
}

}  // namespace narthex::testing
