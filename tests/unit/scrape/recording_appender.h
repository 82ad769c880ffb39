// An appender that keeps what a pass wrote, as text: what tests of passes compare.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "model/histogram_buckets.h"
#include "storage/appender.h"

namespace narthex::scrape {

class RecordingScratch final : public storage::Scratch {
 public:
  RecordingScratch(Timestamp timestamp, std::vector<Labels>& known) : known_(known), first_new_(known.size()) {
    timestamp_ = timestamp;
    grow();
  }
  storage::Slot resolve(const Labels& labels) {
    auto it = std::find(known_.begin(), known_.end(), labels);
    if (it == known_.end()) it = known_.insert(it, labels);
    const auto slot = static_cast<storage::Slot>(it - known_.begin());
    grow();
    return slot;
  }
  std::vector<storage::Slot> created_slots() const override {
    std::vector<storage::Slot> out;
    for (size_t slot = first_new_; slot < known_.size(); ++slot) out.push_back(static_cast<storage::Slot>(slot));
    return out;
  }

  // A line per sample, in the order of slots, then those with timestamps of their own; with exemplars and start.
  std::string dump() const {
    std::string out;
    for (storage::Slot slot = 0; slot < slot_count(); ++slot) {
      if (!has(slot)) continue;
      const auto* histogram = histogram_of(slot);
      out += line(slot, histogram ? narthex::dump(*histogram) : number(values_[slot]), "");
    }
    for (const auto& s : timed_) out += line(s.slot, number(s.value), " @" + std::to_string(s.timestamp));
    for (const auto& h : histograms_) {
      if (h.timed) out += line(h.slot, narthex::dump(h.histogram), " @" + std::to_string(h.timestamp));
    }
    return out;
  }

 private:
  void grow() {
    slot_count_ = known_.size();
    values_.resize(slot_count_);
    seen_.resize(slot_count_ / 64 + 1);
  }
  const Histogram* histogram_of(storage::Slot slot) const {
    for (const auto& h : histograms_) {
      if (!h.timed && h.slot == slot) return &h.histogram;
    }
    return nullptr;
  }
  static std::string number(double value) {
    std::string text = std::to_string(value);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text;
  }
  std::string line(storage::Slot slot, const std::string& value, const std::string& time) const {
    std::string out = known_[slot].metric_str() + " " + value + time;
    for (const auto& e : exemplars_) {
      if (e.slot != slot) continue;
      out +=
          " # " + e.exemplar.labels.str() + " " + number(e.exemplar.value) + " " + std::to_string(e.exemplar.timestamp);
    }
    for (const auto& s : starts_) {
      if (s.slot == slot) out += " since " + std::to_string(s.start);
    }
    return out + "\n";
  }

  std::vector<Labels>& known_;
  const size_t first_new_;
};

class RecordingAppender final : public storage::TargetAppender {
 public:
  storage::Slot slot_count() const override { return static_cast<storage::Slot>(known_.size()); }
  std::unique_ptr<storage::Remap> take_remap() override { return nullptr; }
  std::unique_ptr<storage::Scratch> begin(Timestamp timestamp, Timestamp) override {
    return std::make_unique<RecordingScratch>(timestamp, known_);
  }
  Result<storage::Slot> resolve(storage::Scratch& scratch, const Labels& labels) override {
    return static_cast<RecordingScratch&>(scratch).resolve(labels);
  }
  Labels labels(storage::Slot slot) const override { return known_[slot]; }
  void commit(std::unique_ptr<storage::Scratch>, std::function<void(storage::CommitResult)> done) override { done({}); }

 private:
  std::vector<Labels> known_;
};

}  // namespace narthex::scrape
