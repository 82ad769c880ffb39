// A consistent state of the store: the batches up to one number, in the windows that existed then.
#pragma once

#include <functional>
#include <memory>
#include <set>

#include "storage/core/appender_impl.h"
#include "storage/querier.h"
#include "storage/query/matching.h"

namespace narthex::storage {

// Immutable; thread-safe. Its snapshot is registered as long as it lives, so that writers keep what it needs.
class ViewImpl final : public View, public std::enable_shared_from_this<ViewImpl> {
 public:
  explicit ViewImpl(std::shared_ptr<Shared> shared);
  ~ViewImpl() override;

  Result<std::shared_ptr<const SeriesSet>> select(std::span<const Matcher> matchers, Timestamp from,
                                                  Timestamp to) const override;
  Result<std::vector<std::string>> label_names(std::span<const Matcher> matchers, Timestamp from,
                                               Timestamp to) const override;
  Result<std::vector<std::string>> label_values(std::string_view name, std::span<const Matcher> matchers,
                                                Timestamp from, Timestamp to) const override;

  Sequence sequence() const { return snapshot_.sequence; }

 private:
  using AskSegment = std::function<Result<std::vector<std::string>>(const Segment&)>;
  using AskSeries =
      std::function<void(const LabelList& target, const LabelList& difference, std::vector<std::string>&)>;

  using AskLabels = std::function<void(const Labels&, std::set<std::string>&)>;

  bool is_deleted_in(Timestamp from, Timestamp to) const;
  Result<std::vector<std::string>> from_select(std::span<const Matcher> matchers, Timestamp from, Timestamp to,
                                               const AskLabels& ask) const;
  // No sample of the head is before it.
  Timestamp head_from() const;
  Result<std::vector<std::string>> from_segments(std::span<const Matcher> matchers, Timestamp from, Timestamp to,
                                                 const AskSegment& ask, const AskSeries& ask_series) const;

  const std::shared_ptr<Shared> shared_;
  const Snapshot snapshot_;
};

}  // namespace narthex::storage
