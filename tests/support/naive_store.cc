#include "tests/support/naive_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <set>
#include <tuple>
#include <utility>

#include "tests/support/histograms.h"

namespace narthex::testing {
namespace {

using namespace storage;

// Of numbers and histograms.
Timestamp newest_of(const Column& column) {
  const Timestamp number = column.size() == 0 ? INT64_MIN : column.timestamps.back();
  return column.histograms.empty() ? number : std::max(number, column.histograms.back().timestamp);
}

bool is_newest(const Column& column, const NaiveStore::Entry& e) {
  const bool histogram = !column.histograms.empty() && column.histograms.back().timestamp == newest_of(column);
  if (histogram || e.histogram) {
    return histogram && e.histogram && same_bits(*column.histograms.back().histogram, *e.histogram);
  }
  return std::bit_cast<uint64_t>(column.values.back()) == std::bit_cast<uint64_t>(e.value);
}

bool any_within(const Column& column, Timestamp from, Timestamp to) {
  const auto within = [&](Timestamp t) { return t >= from && t <= to; };
  return std::any_of(column.timestamps.begin(), column.timestamps.end(), within) ||
         std::any_of(column.histograms.begin(), column.histograms.end(),
                     [&](const HistogramSample& h) { return within(h.timestamp); });
}

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
      if (column.timestamps[k] < from || column.timestamps[k] > to) continue;
      out.push(column.timestamps[k], column.values[k], column.starts.empty() ? 0 : column.starts[k]);
    }
    for (const HistogramSample& h : column.histograms) {
      if (h.timestamp >= from && h.timestamp <= to) out.histograms.push_back(h);
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
      if (!any_within(it->second, from, to)) continue;
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
  NaiveScratch(Timestamp timestamp, Timestamp now, std::shared_ptr<std::vector<Labels>> known,
               std::shared_ptr<size_t> places)
      : known_(std::move(known)), labels_(*known_), places_(std::move(places)), now_(now) {
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
      if (!has(slot)) continue;
      out.push_back(entry(slot, timestamp_, values_[slot]));
      out.back().quiet = slot / 64 < quiet_.size() && (quiet_[slot / 64] >> slot % 64 & 1);
    }
    for (const SlotHistogram& h : histograms_) {
      for (NaiveStore::Entry& e : out) {
        if (!h.timed && e.labels == labels_[h.slot]) e.histogram = std::make_shared<const Histogram>(h.histogram);
      }
    }
    for (size_t i = 0; i <= timed_.size(); ++i) {
      for (const SlotHistogram& h : histograms_) {
        if (!h.timed || h.timed_before != i) continue;
        out.push_back(entry(h.slot, h.timestamp, 0));
        out.back().histogram = std::make_shared<const Histogram>(h.histogram);
      }
      if (i < timed_.size()) out.push_back(entry(timed_[i].slot, timed_[i].timestamp, timed_[i].value));
    }
    return out;
  }
  std::vector<SeriesExemplars> exemplars() const {
    std::vector<SeriesExemplars> out;
    for (const SlotExemplar& e : exemplars_) {
      const auto it = std::find_if(out.begin(), out.end(), [&](const auto& s) { return s.series == labels_[e.slot]; });
      SeriesExemplars& group = it == out.end() ? out.emplace_back(labels_[e.slot]) : *it;
      group.exemplars.push_back(e.exemplar);
    }
    return out;
  }
  void settle() const { *known_ = labels_; }
  Timestamp now() const { return now_; }
  NaiveStore::Rules rules() const { return {fails_if_too_old_, only_in_order_}; }

 private:
  NaiveStore::Entry entry(Slot slot, Timestamp t, double value) const {
    NaiveStore::Entry e{labels_[slot], t, value};
    for (const SlotStart& s : starts_) {
      if (s.slot == slot) e.start = s.start;
    }
    for (const TimedStart& s : timed_starts_) {
      if (s.slot == slot && s.timestamp == t) e.start = s.start;
    }
    return e;
  }
  void grow() {
    slot_count_ = labels_.size();
    *places_ = std::max(*places_, slot_count_);
    values_.resize(slot_count_);
    seen_.resize(slot_count_ / 64 + 1);
  }
  const std::shared_ptr<std::vector<Labels>> known_;  // the appender's
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
  Labels labels(Slot slot) const override { return (*labels_)[slot]; }
  void commit(std::unique_ptr<Scratch> scratch, std::function<void(CommitResult)> done) override {
    const auto& naive = static_cast<const NaiveScratch&>(*scratch);
    CommitResult result = store_.commit(naive.entries(), naive.now(), naive.rules());
    if (result.status) {
      store_.commit_exemplars(naive.exemplars(), naive.timestamp(), naive.now(), result);
      naive.settle();
    }
    done(std::move(result));
  }

 private:
  NaiveStore& store_;
  const std::shared_ptr<std::vector<Labels>> labels_ = std::make_shared<std::vector<Labels>>();
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

void NaiveStore::add(const Labels& labels, Timestamp timestamp, Histogram histogram) {
  std::lock_guard lock(mutex_);
  writable()[labels].histograms.push_back({timestamp, std::make_shared<const Histogram>(std::move(histogram))});
  newest_ = std::max(newest_, timestamp);
}

void NaiveStore::add(const Labels& labels, Exemplar exemplar) {
  std::lock_guard lock(mutex_);
  exemplars_.emplace_back(labels, std::move(exemplar));
}

void NaiveStore::set(const Labels& labels, Column column) {
  std::lock_guard lock(mutex_);
  newest_ = std::max(newest_, newest_of(column));
  writable()[labels] = std::move(column);
}

void NaiveStore::fail_commits(int count) {
  std::lock_guard lock(mutex_);
  failing_ = count;
}

std::shared_ptr<const View> NaiveStore::view() const {
  std::lock_guard lock(mutex_);
  if (!deleted_.empty()) return std::make_shared<NaiveView>(left());
  viewed_ = true;
  return std::make_shared<NaiveView>(series_);
}

Result<> NaiveStore::delete_series(std::vector<std::vector<Matcher>> selectors, Timestamp from, Timestamp to) {
  std::lock_guard lock(mutex_);
  deleted_.push_back({std::move(selectors), from, std::min(to, newest_)});
  return {};
}

bool NaiveStore::Deleted::hides(const Labels& labels, Timestamp t) const {
  if (t < from || t > to) return false;
  return std::any_of(selectors.begin(), selectors.end(), [&](const auto& matchers) {
    return std::all_of(matchers.begin(), matchers.end(),
                       [&](const Matcher& m) { return m.matches(labels.get(m.name())); });
  });
}

bool NaiveStore::is_deleted(const Labels& labels, Timestamp t) const {
  return std::any_of(deleted_.begin(), deleted_.end(), [&](const Deleted& d) { return d.hides(labels, t); });
}

// What no deletion hides.
std::shared_ptr<const SeriesMap> NaiveStore::left() const {
  auto left = std::make_shared<SeriesMap>();
  for (const auto& [labels, column] : *series_) {
    Column kept;
    for (size_t i = 0; i < column.size(); ++i) {
      const Timestamp start = column.starts.empty() ? 0 : column.starts[i];
      if (!is_deleted(labels, column.timestamps[i])) kept.push(column.timestamps[i], column.values[i], start);
    }
    for (const HistogramSample& h : column.histograms) {
      if (!is_deleted(labels, h.timestamp)) kept.histograms.push_back(h);
    }
    if (!kept.empty()) left->emplace(labels, std::move(kept));
  }
  return left;
}

std::shared_ptr<TargetAppender> NaiveStore::open_target(const Labels&) {
  return std::make_shared<NaiveAppender>(*this);
}

void NaiveStore::commit_all(std::vector<std::unique_ptr<Scratch>> scratches, CommitMode mode,
                            std::function<void(CommitResult)> done) {
  std::unique_lock lock(mutex_);
  const SeriesMap before = *series_;
  const Timestamp newest = newest_;
  lock.unlock();
  CommitResult sum;
  for (const auto& scratch : scratches) {
    const auto& naive = static_cast<const NaiveScratch&>(*scratch);
    CommitResult result = commit(naive.entries(), naive.now(), naive.rules());
    if (!result.status) sum.status = result.status;
    sum.add(std::move(result));
  }
  const bool refused = mode == CommitMode::kAllOrNothing && sum.refused_samples() > 0;
  if (refused) sum.status = Error{Code::kInvalid, "a sample was refused"};
  for (const auto& scratch : scratches) {
    const auto& naive = static_cast<const NaiveScratch&>(*scratch);
    if (!sum.status) continue;
    commit_exemplars(naive.exemplars(), naive.timestamp(), naive.now(), sum);
    naive.settle();
  }
  if (!sum.status) {
    lock.lock();
    writable() = before;
    newest_ = newest;
    lock.unlock();
  }
  scratches.clear();
  done(std::move(sum));
}

Stats NaiveStore::stats() const {
  std::lock_guard lock(mutex_);
  Stats stats;
  stats.series = series_->size();
  stats.samples_appended = appended_;
  stats.commits = commits_;
  return stats;
}

namespace {

std::vector<Ranked> ranked(const std::map<std::string, uint64_t>& counts, size_t limit) {
  std::vector<Ranked> out;
  for (const auto& [name, value] : counts) out.push_back({name, value});
  std::stable_sort(out.begin(), out.end(), [](const Ranked& a, const Ranked& b) { return a.value > b.value; });
  if (out.size() > limit) out.resize(limit);
  return out;
}

}  // namespace

Cardinality NaiveStore::cardinality(size_t limit) const {
  std::lock_guard lock(mutex_);
  Cardinality out;
  std::map<std::string, uint64_t> pairs;
  std::map<std::string, std::set<std::string>> values;
  std::map<std::string, uint64_t> metrics;
  for (const auto& [labels, column] : *series_) {
    ++out.series;
    ++out.columns;
    out.min_time = std::min(out.min_time, column.timestamps.front());
    out.max_time = std::max(out.max_time, column.timestamps.back());
    for (const Label& label : labels) {
      ++pairs[label.name + "=" + label.value];
      values[label.name].insert(label.value);
    }
    if (labels.has("__name__")) ++metrics[std::string(labels.get("__name__"))];
  }
  std::map<std::string, uint64_t> counts;
  std::map<std::string, uint64_t> bytes;
  for (const auto& [name, set] : values) {
    counts[name] = set.size();
    for (const std::string& value : set) bytes[name] += value.size();
  }
  out.label_pairs = pairs.size();
  out.series_by_metric = ranked(metrics, limit);
  out.values_by_label = ranked(counts, limit);
  out.bytes_by_label = ranked(bytes, limit);
  out.series_by_pair = ranked(pairs, limit);
  return out;
}

void NaiveStore::set_limits(const Limits& limits) {
  std::lock_guard lock(mutex_);
  limits_ = limits;
}

NaiveStore::Verdict NaiveStore::not_in_order(Timestamp t, Rules rules) const {
  if (limits_.out_of_order_window_ms == 0) return Verdict::kOutOfOrder;
  if (rules.only_in_order) return Verdict::kSilent;
  return t >= newest_ - limits_.out_of_order_window_ms ? Verdict::kInsert : Verdict::kTooOld;
}

NaiveStore::Verdict NaiveStore::judge(const Entry& e, Timestamp now, Rules rules) const {
  const bool window = limits_.out_of_order_window_ms > 0;
  const bool retained = limits_.retention_ms == 0 || e.timestamp >= now - limits_.retention_ms;
  if (e.timestamp > now + options_.max_future_ms) return Verdict::kOutOfBounds;
  if (!in_bounds(e.timestamp, now)) {
    return window && retained ? not_in_order(e.timestamp, rules) : window ? Verdict::kTooOld : Verdict::kOutOfBounds;
  }
  const auto it = series_->find(e.labels);
  if (it == series_->end() || it->second.empty() || e.timestamp > newest_of(it->second)) return Verdict::kAccept;
  if (e.timestamp < newest_of(it->second)) return not_in_order(e.timestamp, rules);
  return is_newest(it->second, e) ? Verdict::kSilent : Verdict::kDuplicate;
}

namespace {

// A place among the others, unless there is a sample at that time.
void insert(Column& column, const NaiveStore::Entry& e) {
  const auto at = std::lower_bound(column.timestamps.begin(), column.timestamps.end(), e.timestamp);
  const auto histogram = std::lower_bound(column.histograms.begin(), column.histograms.end(), e.timestamp,
                                          [](const HistogramSample& h, Timestamp t) { return h.timestamp < t; });
  if (at != column.timestamps.end() && *at == e.timestamp) return;
  if (histogram != column.histograms.end() && histogram->timestamp == e.timestamp) return;
  if (e.histogram) {
    column.histograms.insert(histogram, {e.timestamp, e.histogram, e.start});
    return;
  }
  const auto place = at - column.timestamps.begin();
  if (e.start != 0 && column.starts.empty()) column.starts.resize(column.size());
  if (e.start != 0 || !column.starts.empty()) column.starts.insert(column.starts.begin() + place, e.start);
  column.values.insert(column.values.begin() + place, e.value);
  column.timestamps.insert(at, e.timestamp);
}

}  // namespace

CommitResult NaiveStore::commit(const std::vector<Entry>& entries, Timestamp now, Rules rules) {
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
  std::vector<std::pair<const Entry*, Verdict>> accepted;
  for (const Entry& e : entries) {
    const Verdict verdict = judge(e, now, rules);
    if (verdict == Verdict::kAccept || verdict == Verdict::kInsert) accepted.emplace_back(&e, verdict);
    if (e.quiet) continue;
    result.out_of_bounds += verdict == Verdict::kOutOfBounds;
    result.duplicate_timestamp += verdict == Verdict::kDuplicate;
    result.out_of_order += verdict == Verdict::kOutOfOrder;
    result.too_old += verdict == Verdict::kTooOld;
  }
  if (rules.fail_if_too_old && result.too_old > 0) {
    const uint64_t too_old = result.too_old;
    result = {};
    result.too_old = too_old;
    result.status = invalid("too old sample");
    return result;
  }
  SeriesMap& series = writable();
  const Timestamp newest_before = newest_;
  for (auto [e, verdict] : accepted) {
    Column& column = series[e->labels];
    const Timestamp newest = column.empty() ? INT64_MIN : newest_of(column);
    if (verdict == Verdict::kAccept && e->timestamp < newest) {
      const Timestamp newest_now = std::exchange(newest_, newest_before);
      verdict = not_in_order(e->timestamp, rules);
      newest_ = newest_now;
    }
    if (verdict == Verdict::kAccept && e->timestamp == newest) continue;
    if (verdict != Verdict::kAccept && verdict != Verdict::kInsert) continue;
    insert(column, *e);
    newest_ = std::max(newest_, e->timestamp);
    ++appended_;
  }
  ++commits_;
  return result;
}

bool NaiveStore::in_bounds(Timestamp t, Timestamp now) const {
  return t <= now + options_.max_future_ms && (limits_.retention_ms == 0 || t >= now - limits_.retention_ms) &&
         (newest_ == INT64_MIN || t >= newest_ - options_.max_past_ms);
}

void NaiveStore::commit_exemplars(const std::vector<SeriesExemplars>& exemplars, Timestamp at, Timestamp now,
                                  CommitResult& result) {
  std::lock_guard lock(mutex_);
  if (!in_bounds(at, now) || max_exemplars_ == 0) return;
  const auto key = [](const Exemplar& e) { return std::tuple(e.timestamp, e.value, e.labels); };
  for (SeriesExemplars group : exemplars) {
    std::stable_sort(group.exemplars.begin(), group.exemplars.end(),
                     [&](const Exemplar& a, const Exemplar& b) { return key(a) < key(b); });
    size_t refused = 0;
    for (const Exemplar& e : group.exemplars) {
      size_t length = 0;  // the generator writes ASCII
      for (const Label& l : e.labels) length += l.name.size() + l.value.size();
      const Exemplar* newest = nullptr;
      for (const auto& [series, kept] : exemplars_) newest = series == group.series ? &kept : newest;
      const bool older = newest != nullptr && key(e) < key(*newest);
      if (length > 128 || (newest != nullptr && e == *newest)) continue;
      if (older) ++refused;
      if (!older) exemplars_.emplace_back(group.series, e);
    }
    if (refused == group.exemplars.size()) result.exemplar_out_of_order += refused;
  }
  keep_exemplars();
}

void NaiveStore::keep_exemplars() {
  if (exemplars_.size() <= max_exemplars_) return;
  exemplars_.erase(exemplars_.begin(), exemplars_.end() - static_cast<ptrdiff_t>(max_exemplars_));
}

void NaiveStore::set_max_exemplars(size_t max) {
  std::lock_guard lock(mutex_);
  max_exemplars_ = max;
  keep_exemplars();
}

std::vector<SeriesExemplars> NaiveStore::exemplars(std::span<const std::vector<Matcher>> matcher_sets, Timestamp from,
                                                   Timestamp to) const {
  std::lock_guard lock(mutex_);
  std::map<Labels, std::vector<Exemplar>> found;
  for (const auto& [series, e] : exemplars_) {
    const auto satisfied = [&, &labels = series](const std::vector<Matcher>& matchers) {
      return std::all_of(matchers.begin(), matchers.end(),
                         [&](const Matcher& m) { return m.matches(labels.get(m.name())); });
    };
    const bool wanted = std::any_of(matcher_sets.begin(), matcher_sets.end(), satisfied);
    if (wanted && e.timestamp >= from && e.timestamp <= to) found[series].push_back(e);
  }
  std::vector<SeriesExemplars> out;
  for (auto& [series, list] : found) out.push_back({series, std::move(list)});
  return out;
}

std::string dump(const View& view, Timestamp from, Timestamp to) {
  std::string out;
  auto set = view.select({}, from, to);
  if (!set) return "error: " + set.error().str() + "\n";
  Column column;
  for (size_t i = 0; i < (*set)->size(); ++i) {
    column.clear();
    if (auto read = (*set)->read(i, from, to, column); !read) return "error: " + read.error().str() + "\n";
    if (column.empty()) continue;
    out += (*set)->labels(i).metric_str();
    const auto sample = [&](Timestamp t, Timestamp start, const std::string& text) {
      const std::string since = start == 0 ? "" : fmt::format("{}>", start);
      out += fmt::format(" {}{}:{}", since, t, text);
    };
    size_t h = 0;
    for (size_t k = 0; k <= column.size(); ++k) {
      const Timestamp t = k < column.size() ? column.timestamps[k] : INT64_MAX;
      for (; h < column.histograms.size() && column.histograms[h].timestamp < t; ++h) {
        sample(column.histograms[h].timestamp, column.histograms[h].start, text_of(*column.histograms[h].histogram));
      }
      if (k < column.size()) sample(t, column.starts.empty() ? 0 : column.starts[k], text_of(column.values[k]));
    }
    out += '\n';
  }
  return out;
}

std::string dump_exemplars(const Queryable& store, Timestamp from, Timestamp to) {
  std::string out;
  const std::vector<Matcher> all[1];
  for (const SeriesExemplars& series : store.exemplars(all, from, to)) {
    out += series.series.metric_str();
    for (const Exemplar& e : series.exemplars) {
      out += fmt::format(" {}:{}{}", e.timestamp, text_of(e.value), e.labels.str());
    }
    out += '\n';
  }
  return out;
}

}  // namespace narthex::testing
