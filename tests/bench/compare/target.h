// A simulated target: the text that it answers scrape after scrape.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/bench/compare/catalogue.h"
#include "tests/bench/compare/values.h"

namespace narthex::bench {

// What targets of a kind have in common. Immutable once made, so targets share one.
struct TargetPlan {
  enum class Kind {
    kMixed,     // a machine and an application
    kCadvisor,  // containers with long unique labels, whose samples carry timestamps
    kChurn,     // pods that are replaced by others
  };

  // About `series` per target: whole containers or pods of them, and the scrape's number. Of 100 pods, ten are replaced
  // in `scrapes_per_hour` scrapes.
  TargetPlan(Kind kind, int series, int scrapes_per_hour);

  const Kind kind;
  const Catalogue catalogue;  // of each group
  const size_t groups;
  const int scrapes_per_hour;
  std::vector<std::string> heads;     // by series of the catalogue: HELP and TYPE before a family's first, else empty
  std::vector<std::string> openings;  // and its text up to the labels of the group

  size_t series() const { return catalogue.size() * groups + 1; }
};

// Target `number` of a seed has the same values at the same scrape in every run. Not thread-safe.
class Target {
 public:
  Target(const TargetPlan& plan, uint64_t seed, uint64_t number);

  // Appends the next scrape's body. `now_ms` is where timestamps come from, where there are any.
  void scrape(int64_t now_ms, std::string& body);

  // The number of the last scrape, from 1; the body says it as `bench_scrape_number`.
  uint64_t scrapes() const { return scrapes_; }
  // How many values the last scrape changed.
  size_t changed() const { return changed_; }
  // How many groups have been replaced so far.
  uint64_t replaced() const { return replaced_; }

 private:
  struct Text {
    char chars[27];
    uint8_t size;
  };
  // A container, a pod, or the whole target.
  struct Group {
    Values values;
    std::string labels;  // with what closes them, and the blank before the value
    std::vector<Text> texts;
    int64_t delay_ms = 0;   // how much older than the scrape its samples are
    std::string timestamp;  // with the blank before it
    int64_t last_ms = 0;
  };

  Group make_group(size_t place);
  void replace_groups();
  void advance(Group& group, int64_t now_ms);
  static void render(Group& group, uint32_t series);

  const TargetPlan& plan_;
  const uint64_t seed_;
  const uint64_t number_;
  Random random_;
  uint64_t scrapes_ = 0;
  uint64_t replaced_ = 0;
  size_t changed_ = 0;
  std::vector<Group> groups_;
};

}  // namespace narthex::bench
