#include "scrape/loop/metadata_cache.h"

#include <xxhash.h>

namespace narthex::scrape {
namespace {

constexpr uint32_t kKeptScrapes = 10;

uint64_t hash_of(const MetadataTable& table) {
  uint64_t hash = table.size();
  for (const MetricMetadata& entry : table) {
    hash = XXH3_64bits_withSeed(entry.metric.data(), entry.metric.size(), hash);
    hash = XXH3_64bits_withSeed(entry.help.data(), entry.help.size(), hash + static_cast<uint64_t>(entry.type));
    hash = XXH3_64bits_withSeed(entry.unit.data(), entry.unit.size(), hash);
  }
  return hash;
}

std::shared_ptr<const MetadataTable> empty_table() { return std::make_shared<const MetadataTable>(); }

}  // namespace

std::shared_ptr<const MetadataTable> MetadataInterner::intern(MetadataTable table) {
  if (tables_.size() >= sweep_at_) {
    std::erase_if(tables_, [](const auto& entry) { return entry.second.expired(); });
    sweep_at_ = 64 + tables_.size() * 2;
  }
  std::weak_ptr<const MetadataTable>& known = tables_[hash_of(table)];
  auto shared = known.lock();
  if (shared && *shared == table) return shared;
  table.shrink_to_fit();
  auto made = std::make_shared<const MetadataTable>(std::move(table));
  known = made;
  return made;
}

MetadataCache::MetadataCache() : known_(empty_table()), published_(known_) {}

void MetadataCache::begin_scrape() {
  ++scrape_;
  if (!drafting_) return;
  drafting_ = false;
  draft_ = {};
  index_ = {};
  last_seen_.resize(known_->size());
}

MetadataCache::Ref MetadataCache::find_or_add(std::string_view metric) {
  if (!drafting_) {
    drafting_ = true;
    draft_ = *known_;
    for (Ref ref = 0; ref < draft_.size(); ++ref) index_.emplace(draft_[ref].metric, ref);
  }
  const auto [it, is_new] = index_.try_emplace(std::string(metric), static_cast<Ref>(draft_.size()));
  if (is_new) {
    draft_.push_back({it->first, exposition::MetricType::kUnknown, {}, {}});
    last_seen_.push_back(scrape_);
  }
  last_seen_[it->second] = scrape_;
  return it->second;
}

MetadataCache::Ref MetadataCache::on_type(std::string_view metric, exposition::MetricType type) {
  const Ref ref = find_or_add(metric);
  draft_[ref].type = type;
  return ref;
}

MetadataCache::Ref MetadataCache::on_help(std::string_view metric, std::string_view text) {
  const Ref ref = find_or_add(metric);
  draft_[ref].help = text;
  return ref;
}

MetadataCache::Ref MetadataCache::on_unit(std::string_view metric, std::string_view unit) {
  const Ref ref = find_or_add(metric);
  draft_[ref].unit = unit;
  return ref;
}

bool MetadataCache::commit(MetadataInterner& interner) {
  const auto before = published_;
  size_t gone = 0;
  for (uint32_t seen : last_seen_) gone += scrape_ - seen > kKeptScrapes;
  if (!drafting_ && gone == gone_) return false;
  if (drafting_) known_ = interner.intern(std::move(draft_));
  drafting_ = false;
  draft_ = {};
  index_ = {};
  gone_ = gone;
  published_ = known_;
  if (gone > 0) {
    MetadataTable live;
    for (Ref ref = 0; ref < known_->size(); ++ref) {
      if (scrape_ - last_seen_[ref] <= kKeptScrapes) live.push_back((*known_)[ref]);
    }
    published_ = interner.intern(std::move(live));
  }
  return published_ != before;
}

void MetadataCache::clear() {
  begin_scrape();
  known_ = empty_table();
  published_ = known_;
  last_seen_ = {};
  gone_ = 0;
}

}  // namespace narthex::scrape
