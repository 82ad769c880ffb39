#include "scrape/loop/metadata_cache.h"

#include <gtest/gtest.h>

namespace narthex::scrape {
namespace {

using exposition::MetricType;

std::string dump(const MetadataCache& cache) {
  std::string text;
  for (const MetricMetadata& entry : *cache.published()) {
    text += entry.metric + ":" + std::string(exposition::type_name(entry.type)) + ":" + entry.help;
    if (!entry.unit.empty()) text += ":" + entry.unit;
    text += " ";
  }
  return text;
}

class MetadataCacheTest : public ::testing::Test {
 protected:
  // A good scrape that shows these families where they were.
  void pass(std::initializer_list<MetadataCache::Ref> seen, int times = 1) {
    for (int i = 0; i < times; ++i) {
      cache_.begin_scrape();
      for (auto ref : seen) cache_.on_seen(ref);
      cache_.commit(interner_);
    }
  }

  MetadataInterner interner_;
  MetadataCache cache_;
};

TEST_F(MetadataCacheTest, TypeAndHelpOfAFamilyAreOneEntry) {
  cache_.begin_scrape();
  const auto a = cache_.on_help("a", "The a.");
  EXPECT_EQ(cache_.on_type("a", MetricType::kCounter), a);
  EXPECT_NE(cache_.on_type("b", MetricType::kGauge), a);
  EXPECT_EQ(dump(cache_), "");
  EXPECT_TRUE(cache_.commit(interner_));
  EXPECT_EQ(dump(cache_), "a:counter:The a. b:gauge: ");
}

TEST_F(MetadataCacheTest, UnitsChangeAndVanish) {
  cache_.begin_scrape();
  const auto a = cache_.on_unit("a_s", "s");
  EXPECT_EQ(cache_.on_type("a_s", MetricType::kCounter), a);
  cache_.commit(interner_);
  EXPECT_EQ(dump(cache_), "a_s:counter::s ");
  cache_.begin_scrape();
  cache_.on_seen(a);
  cache_.on_unit("a_s", "");
  EXPECT_TRUE(cache_.commit(interner_));
  EXPECT_EQ(dump(cache_), "a_s:counter: ");
}

TEST_F(MetadataCacheTest, FailedScrapeLeavesNoTrace) {
  cache_.begin_scrape();
  const auto a = cache_.on_type("a", MetricType::kCounter);
  cache_.commit(interner_);
  cache_.begin_scrape();
  cache_.on_type("a", MetricType::kGauge);
  cache_.on_type("b", MetricType::kGauge);
  pass({a});
  EXPECT_EQ(dump(cache_), "a:counter: ");
}

TEST_F(MetadataCacheTest, FamilyUnseenForMoreThanTenScrapesGoesAndMayReturn) {
  cache_.begin_scrape();
  const auto a = cache_.on_type("a", MetricType::kCounter);
  const auto b = cache_.on_type("b", MetricType::kGauge);
  cache_.commit(interner_);
  pass({a}, 10);
  EXPECT_EQ(dump(cache_), "a:counter: b:gauge: ");
  pass({a});
  EXPECT_EQ(dump(cache_), "a:counter: ");
  pass({a, b});
  EXPECT_EQ(dump(cache_), "a:counter: b:gauge: ");
}

TEST_F(MetadataCacheTest, FailedScrapesCountAsScrapes) {
  cache_.begin_scrape();
  const auto a = cache_.on_type("a", MetricType::kCounter);
  cache_.on_type("b", MetricType::kGauge);
  cache_.commit(interner_);
  for (int i = 0; i < 10; ++i) cache_.begin_scrape();
  EXPECT_EQ(dump(cache_), "a:counter: b:gauge: ");  // nothing goes before a good scrape
  pass({a});
  EXPECT_EQ(dump(cache_), "a:counter: ");
}

TEST_F(MetadataCacheTest, EqualTablesAreShared) {
  MetadataCache other;
  for (MetadataCache* cache : {&cache_, &other}) {
    cache->begin_scrape();
    cache->on_help("a", "The a.");
    cache->commit(interner_);
  }
  EXPECT_EQ(cache_.published(), other.published());
}

TEST_F(MetadataCacheTest, ManyGoneFamiliesAskForANewStart) {
  cache_.begin_scrape();
  const auto kept = cache_.on_type("kept", MetricType::kGauge);
  for (int i = 0; i < 100; ++i) cache_.on_type("gone_" + std::to_string(i), MetricType::kGauge);
  cache_.commit(interner_);
  pass({kept}, 11);
  EXPECT_TRUE(cache_.is_mostly_gone());
  cache_.clear();
  EXPECT_FALSE(cache_.is_mostly_gone());
  EXPECT_EQ(dump(cache_), "");
}

}  // namespace
}  // namespace narthex::scrape
