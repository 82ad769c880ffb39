// What a target's HELP, TYPE and UNIT lines said. Source: scrape spec, section 11.
//
// Targets that run the same program say the same, so the texts are shared; a target of its own keeps two numbers per
// metric family.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "scrape/manager.h"

namespace narthex::scrape {

using MetadataTable = std::vector<MetricMetadata>;

// Gives equal tables one place in memory. Not thread-safe; one per shard.
class MetadataInterner {
 public:
  std::shared_ptr<const MetadataTable> intern(MetadataTable table);

 private:
  std::unordered_map<uint64_t, std::weak_ptr<const MetadataTable>> tables_;
  size_t sweep_at_ = 64;
};

// Not thread-safe. A scrape begins with begin_scrape(), tells what it reads, and ends with commit() if it was good and
// its body not empty; otherwise what it told is forgotten at the next begin_scrape().
class MetadataCache {
 public:
  using Ref = uint32_t;

  MetadataCache();

  void begin_scrape();
  Ref on_type(std::string_view metric, exposition::MetricType type);
  Ref on_help(std::string_view metric, std::string_view text);
  Ref on_unit(std::string_view metric, std::string_view unit);
  // The lines that gave `ref` stand in this body too.
  void on_seen(Ref ref) { last_seen_[ref] = scrape_; }

  // What is known of the family so far, also in the scrape under way. Lives until the next call.
  const MetricMetadata& entry(Ref ref) const { return drafting_ ? draft_[ref] : (*known_)[ref]; }

  // Returns whether published() changed. Families that were not seen for more than ten scrapes are gone from it.
  bool commit(MetadataInterner& interner);
  // In order of first appearance; never null.
  const std::shared_ptr<const MetadataTable>& published() const { return published_; }

  // Whether so many families have gone that clear() pays. Refs end with it.
  bool is_mostly_gone() const { return gone_ > 64 && gone_ * 2 > last_seen_.size(); }
  void clear();

 private:
  Ref find_or_add(std::string_view metric);

  std::shared_ptr<const MetadataTable> known_;      // by ref; the gone ones too, since their lines may come back
  std::shared_ptr<const MetadataTable> published_;  // without the gone ones
  std::vector<uint32_t> last_seen_;                 // by ref
  uint32_t scrape_ = 0;
  size_t gone_ = 0;

  // Only while a scrape tells something new.
  MetadataTable draft_;
  bool drafting_ = false;
  std::unordered_map<std::string, Ref> index_;  // of draft_
};

}  // namespace narthex::scrape
