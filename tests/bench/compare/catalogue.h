// What a simulated target exposes: names, labels, and how each value behaves from scrape to scrape.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace narthex::bench {

enum class Behaviour : uint8_t {
  kConstant,   // one value per target
  kRare,       // a new value once in 200 scrapes
  kCounter,    // an integer that grows by a jittering step
  kDecimal,    // walks about in steps of its last decimal
  kSeconds,    // a counter with decimals
  kBytes,      // walks in pages of 4096, rests one time in three
  kFull,       // every scrape another number with a full mantissa
  kHistogram,  // the first bucket of a histogram, which the next `buckets - 1` series, its sum and its count follow
  kFollows,    // a further series of that histogram
};

struct SeriesShape {
  std::string name;
  std::string family;  // as HELP and TYPE say it
  std::string type;
  std::vector<std::pair<std::string, std::string>> labels;
  Behaviour behaviour = Behaviour::kConstant;
  int decimals = 0;
  int64_t scale = 1;     // the size of a first value, or of a step of a counter, in units of the last decimal
  int idle_percent = 0;  // so many of 100 targets have it without ever changing it
  int buckets = 0;       // of kHistogram
};

// Series in the order of a body: those of a family stand together.
using Catalogue = std::vector<SeriesShape>;

// Exactly `series` of a machine and an application on it, in the proportions of real bodies: about 60 % of the values
// stay from one scrape to the next.
Catalogue mixed_catalogue(int series);

// What cAdvisor tells of one container, without the labels that name the container.
Catalogue container_catalogue();

// What an application in one pod tells, without the label that names the pod.
Catalogue pod_catalogue();

}  // namespace narthex::bench
