#include "storage/deletion/cut_set.h"

namespace narthex::storage {
namespace {

class CutSet final : public SeriesSet {
 public:
  CutSet(std::shared_ptr<const SeriesSet> set, std::shared_ptr<const Deletions> deletions)
      : set_(std::move(set)), deletions_(std::move(deletions)) {}

  size_t size() const override { return set_->size(); }
  Labels labels(size_t i) const override { return set_->labels(i); }
  std::string_view label(size_t i, std::string_view name) const override { return set_->label(i, name); }
  Result<> read(size_t i, Timestamp from, Timestamp to, Column& out) const override {
    return read_cut(*deletions_, labels(i), 0, out, [&](Column& column) { return set_->read(i, from, to, column); });
  }

 private:
  const std::shared_ptr<const SeriesSet> set_;
  const std::shared_ptr<const Deletions> deletions_;
};

class Subset final : public SeriesSet {
 public:
  Subset(std::shared_ptr<const SeriesSet> set, std::vector<size_t> kept)
      : set_(std::move(set)), kept_(std::move(kept)) {}

  size_t size() const override { return kept_.size(); }
  Labels labels(size_t i) const override { return set_->labels(kept_[i]); }
  std::string_view label(size_t i, std::string_view name) const override { return set_->label(kept_[i], name); }
  Result<> read(size_t i, Timestamp from, Timestamp to, Column& out) const override {
    return set_->read(kept_[i], from, to, out);
  }

 private:
  const std::shared_ptr<const SeriesSet> set_;
  const std::vector<size_t> kept_;
};

}  // namespace

std::shared_ptr<const SeriesSet> cut_all(std::shared_ptr<const SeriesSet> set,
                                         std::shared_ptr<const Deletions> deletions) {
  return std::make_shared<CutSet>(std::move(set), std::move(deletions));
}

Result<std::shared_ptr<const SeriesSet>> without_empty(std::shared_ptr<const SeriesSet> set, const Deletions& deletions,
                                                       Timestamp from, Timestamp to) {
  std::vector<size_t> kept;
  Column samples;
  for (size_t i = 0; i < set->size(); ++i) {
    bool left = deletions.of(set->labels(i), 0).empty();
    if (!left) {
      samples.clear();
      if (auto read = set->read(i, from, to, samples); !read) return read.error();
      left = !samples.empty();
    }
    if (left) kept.push_back(i);
  }
  if (kept.size() == set->size()) return set;
  return std::shared_ptr<const SeriesSet>(std::make_shared<Subset>(std::move(set), std::move(kept)));
}

}  // namespace narthex::storage
