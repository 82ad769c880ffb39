#include "storage/identity/identity.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "storage/identity/series_index.h"

namespace narthex::storage {
namespace {

const Labels kTarget{{"instance", "a"}, {"job", "node"}};

TEST(Difference, OfLabelsUnderATarget) {
  const struct {
    Labels labels;
    const char* expected;
  } cases[] = {
      {{{"__name__", "up"}, {"instance", "a"}, {"job", "node"}}, "{__name__=\"up\"}"},
      {{{"__name__", "up"}}, "{__name__=\"up\", -instance, -job}"},
      {{{"__name__", "up"}, {"instance", "b"}, {"job", "node"}}, "{__name__=\"up\", instance=\"b\"}"},
      {{{"__name__", "up"}, {"exported_job", "x"}, {"instance", "a"}, {"job", "node"}, {"zone", "1"}},
       "{__name__=\"up\", exported_job=\"x\", zone=\"1\"}"},
      {{{"instance", "a"}, {"job", "node"}}, "{}"},
      {{}, "{-instance, -job}"},
  };
  Identity identity;
  const ListRef target = identity.intern(kTarget);
  for (const auto& c : cases) {
    const ListRef list = identity.intern(difference(c.labels, *target));
    EXPECT_EQ(dump(*list), c.expected);
    EXPECT_EQ(combine(*target, *list), c.labels);
    EXPECT_TRUE(equals(*target, *list, c.labels));
    EXPECT_FALSE(equals(*target, *list, Labels{{"other", "1"}}));
    EXPECT_EQ(series_hash(*target, *list), labels_hash(c.labels));
    for (const char* name : {"__name__", "instance", "job", "zone", "absent"}) {
      EXPECT_EQ(label_of(*target, *list, name), c.labels.get(name)) << name;
    }
  }
}

TEST(Identity, KeepsOneListPerContent) {
  Identity identity;
  const ListRef a = identity.intern(kTarget);
  EXPECT_EQ(identity.intern(kTarget), a);
  EXPECT_EQ(identity.get(a->id), a);
  EXPECT_EQ(identity.size(), 1u);
}

TEST(Identity, SweepKeepsWhatIsUsedOrHeld) {
  Identity identity;
  ListId used = 0;
  ListId unused = 0;
  {
    used = identity.intern(Labels{{"__name__", "used"}})->id;
    unused = identity.intern(Labels{{"__name__", "unused"}})->id;
  }
  const ListRef held = identity.intern(Labels{{"__name__", "held"}});
  identity.sweep({used});
  EXPECT_NE(identity.get(used), nullptr);
  EXPECT_EQ(identity.get(unused), nullptr);
  EXPECT_EQ(identity.get(held->id), held);
  EXPECT_EQ(identity.size(), 2u);
  // Numbers are not given twice: the log refers to them.
  EXPECT_GT(identity.intern(Labels{{"__name__", "unused"}})->id, unused);
}

TEST(SeriesIndex, AgreesWithAMultimap) {
  SeriesIndex index;
  std::multimap<uint64_t, uint32_t> truth;
  std::mt19937_64 random(5);
  const auto hash_of = [](uint64_t n) { return (n % 4) << 56 | (n / 4 % 32) << 40; };  // crowds, on purpose
  for (uint32_t i = 0; i < 20000; ++i) {
    const uint64_t hash = hash_of(random());
    if (random() % 3 != 0 || truth.empty()) {
      index.insert(hash, {i % 1000, i});
      truth.emplace(hash, i);
    } else if (const auto it = truth.find(hash); it != truth.end()) {
      index.erase(hash, {it->second % 1000, it->second});
      truth.erase(it);
    }
    if (i % 500 != 0) continue;
    for (uint64_t n = 0; n < 128; ++n) {
      std::vector<uint32_t> expected;
      const auto [begin, end] = truth.equal_range(hash_of(n));
      for (auto it = begin; it != end; ++it) expected.push_back(it->second);
      std::vector<uint32_t> found;
      for (const SeriesPlace& place : index.find(hash_of(n))) found.push_back(place.slot);
      std::sort(expected.begin(), expected.end());
      std::sort(found.begin(), found.end());
      ASSERT_EQ(found, expected);
    }
  }
  EXPECT_EQ(index.size(), truth.size());
}

}  // namespace
}  // namespace narthex::storage
