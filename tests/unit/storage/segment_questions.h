// Everything that a segment can be asked, for pages that may be damaged.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "storage/segment/segment.h"

namespace narthex::storage {

inline bool in_shape(const Column& column) {
  return column.timestamps.size() == column.values.size() &&
         (column.starts.empty() || column.starts.size() == column.size());
}

// "" or what was wrong with an answer. Errors are answers too; they must say something.
inline std::string ask_everything(std::shared_ptr<const PageSource> pages) {
  PageCache cache(1 << 16);
  const auto opened = Segment::open(1, std::move(pages), cache);
  if (!opened) return opened.error().message.empty() ? "an error says nothing" : "";
  const Segment& segment = **opened;
  (void)segment.verify();
  const Matcher matchers[] = {Matcher::equal("__name__", "metric_3"),
                              *Matcher::make(MatchType::kRegex, "instance", "host-[01].*")};
  Column column;
  for (const auto& found : {segment.all(), segment.select(matchers, kMinTime, kMaxTime)}) {
    if (!found) continue;
    for (size_t i = 0; i < found->size(); i += 7) {
      (void)segment.labels((*found)[i]);
      (void)segment.times_of((*found)[i].target);
      const size_t before = column.size();
      const auto read = segment.read((*found)[i], 0, kMaxTime, column);
      if (!read && (column.size() != before || read.error().message.empty())) return "a failed read left something";
    }
  }
  (void)segment.label_names();
  (void)segment.label_values("instance");
  (void)segment.exemplars();
  return in_shape(column) ? "" : "the arrays of a column differ in length";
}

}  // namespace narthex::storage
