#include "storage/seal/segment_writer.h"

namespace narthex::storage {

Result<std::unique_ptr<SegmentWriter>> SegmentWriter::begin(SegmentFiles& files, const SegmentFooter& about) {
  auto file = files.create();
  if (!file) return file.error();
  return std::unique_ptr<SegmentWriter>(new SegmentWriter(std::move(*file), about));
}

ListNumber SegmentWriter::number_of(const ListRef& list) {
  if (const auto known = numbers_.find(list.get()); known != numbers_.end()) return known->second;
  std::vector<PairView> pairs;
  pairs.reserve(list->pairs.size());
  for (const SymbolPair& pair : list->pairs) pairs.push_back({pair.name->text, pair.value->text});
  const ListNumber number = builder_.list(pairs);
  numbers_.emplace(list.get(), number);
  held_.push_back(list);
  return number;
}

void SegmentWriter::expect_times(const ListRef& target, std::span<const Timestamp> times) {
  if (!times.empty()) builder_.expect_times(number_of(target), times);
}

Result<> SegmentWriter::add(const ListRef& target, const ListRef& difference, const Column& samples) {
  if (samples.empty()) return {};
  ++series_;
  const ListNumber t = number_of(target);
  return builder_.add(t, number_of(difference), samples);
}

Result<std::unique_ptr<SegmentFile>> SegmentWriter::finish() {
  auto footer = builder_.finish();
  if (!footer) return footer.error();
  footer_ = std::move(*footer);
  if (auto closed = file_->close(); !closed) return closed.error();
  return std::move(file_);
}

}  // namespace narthex::storage
