#include "scrape/identity.h"

#include <gtest/gtest.h>

#include "scrape/schedule.h"
#include "scrape/target_url.h"

namespace narthex::scrape {
namespace {

Labels reference_target() {
  return {{"__address__", "h:1"},
          {"__always_scrape_classic_histograms__", "false"},
          {"__convert_classic_histograms_to_nhcb__", "false"},
          {"__metrics_path__", "/metrics"},
          {"__scheme__", "http"},
          {"__scrape_interval__", "15s"},
          {"__scrape_native_histograms__", "false"},
          {"__scrape_timeout__", "10s"},
          {"instance", "h:1"},
          {"job", "j"}};
}

TEST(Identity, AgreesWithTheReferenceOnItsTestVector) {
  const Labels labels = reference_target();
  const uint64_t hash = target_hash(labels, target_url(labels, {}));
  EXPECT_EQ(labels_hash(labels), 17158618267219102109ULL);
  EXPECT_EQ(hash, 12324786086778796835ULL);
  EXPECT_EQ(schedule_seed("h", {}), 3690168938690428891ULL);
  const int64_t interval = 15'000'000'000;
  EXPECT_EQ(first_scrape_delay(hash, schedule_seed("h", {}), interval, 0), 10572300024);
}

TEST(Identity, CountsLongStringsWithThreeBytes) {
  const Labels short_value{{"a", std::string(254, 'x')}};
  const Labels long_value{{"a", std::string(255, 'x')}};
  EXPECT_NE(labels_hash(short_value), labels_hash(long_value));
}

TEST(Identity, DiffersWhenOnlyTheUrlDiffers) {
  EXPECT_NE(target_hash({{"a", "b"}}, "http://a/"), target_hash({{"a", "b"}}, "http://b/"));
}

TEST(Identity, SpreadsReplicasByNameAndExternalLabels) {
  EXPECT_NE(schedule_seed("h", {}), schedule_seed("g", {}));
  EXPECT_NE(schedule_seed("h", {}), schedule_seed("h", {{"replica", "1"}}));
  EXPECT_EQ(schedule_seed("h", {{"a", "b"}, {"c", "d"}}), fnv1a(R"(h{a="b", c="d"})"));
}

}  // namespace
}  // namespace narthex::scrape
