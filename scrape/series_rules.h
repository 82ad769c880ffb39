// From the labels a target exposes to the labels that are stored: label conflicts, metric relabeling, names, limits, in
// this order. Done once per new line; the result is kept with the line. Source: scrape spec, section 6.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "exposition/text.h"
#include "model/labels.h"
#include "relabel/relabel.h"
#include "scrape/options.h"

namespace narthex::scrape {

// What the metadata says of a series, for the feature type-and-unit-labels (exposition spec, section 8): stored as
// __type__ and __unit__, and exposed labels of these names are dropped. What is empty gives no label.
struct TypeAndUnit {
  std::string_view type;
  std::string_view unit;
};

// All of it, for the lines of one target. Not thread-safe: it reuses its memory.
class SeriesRules {
 public:
  // What a job's targets have in common. Must outlive the SeriesRules made of it.
  struct Job {
    std::vector<relabel::Rule> metric_relabel;
    bool honor_labels = false;
    NameScheme scheme = NameScheme::kUtf8;
    Limits limits;
  };
  static Result<Job> compile(const JobOptions& job);

  explicit SeriesRules(const Job& job) : job_(job) {}

  // The labels to store; an empty set: dropped by metric relabeling. An error fails the whole scrape; kLimit: a label
  // limit. `exposed` may repeat names and hold empty values. `metadata` may be null.
  Result<Labels> final_labels(const Labels& target, const exposition::SeriesLabels& exposed,
                              const TypeAndUnit* metadata = nullptr);
  // Whether the labels that final_labels() gave last can be stored: what the store asks, after all limits.
  //   label name "a" is not unique: invalid sample
  Result<> check_unique() const;

 private:
  void take(const exposition::SeriesLabels& exposed);
  void add(const TypeAndUnit& metadata);
  // Sorts exposed_, removes repeated names; the first of these, or "".
  std::string sort_unique();

  const Job& job_;
  std::string repeated_;  // a name that the last labels have twice, or ""
  std::vector<Label> exposed_;
  LabelsBuilder builder_;
};

}  // namespace narthex::scrape
