// How a discovered target becomes one that is scraped, is dropped, or is refused. Pure. Source: scrape spec, section 2.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "model/duration.h"
#include "model/labels.h"
#include "model/target_group.h"
#include "relabel/relabel.h"
#include "scrape/options.h"

namespace narthex::scrape {

// How a target's histograms are read: the job's settings, unless relabeling says otherwise
// (__scrape_native_histograms__ and its kin).
struct HistogramSettings {
  bool native = false;
  bool convert_classic = false;
  bool always_classic = false;
};

// A target that is scraped.
struct Target {
  Labels discovered_labels;  // before relabeling
  Labels labels;             // after it, without __meta_*: the identity
  Labels public_labels;      // those not beginning with "__": what samples get
  std::string url;
  std::string unix_socket;  // connect here instead, if not empty
  Duration interval;
  Duration timeout;
  std::string interval_text;  // as relabeling left it: "1500ms"
  std::string timeout_text;
  HistogramSettings histograms;
  uint64_t hash = 0;  // see scrape/identity.h
};

// A target that relabeling dropped. (The spec's other case, no public label left, cannot happen: step 9 adds one.)
struct Dropped {
  Labels discovered_labels;
  std::string reason;  // one sentence
  Place place;         // of the rule that dropped it
};

// A target that cannot be made: a mistake in discovery or rules. Neither active nor dropped.
struct Refused {
  Labels discovered_labels;
  Error error;
};

using TargetOutcome = std::variant<Target, Dropped, Refused>;

// Makes the targets of one job. Immutable; thread-safe.
class TargetFactory {
 public:
  // Fails if a relabel rule does not compile.
  static Result<TargetFactory> create(const JobOptions& job);

  // Steps 1 to 11 of the spec, in its order.
  TargetOutcome make(const RawLabels& target, const RawLabels& group) const;

  // Steps 1 to 3: what the API shows as discoveredLabels, and what relabeling starts from.
  Labels discovered_labels(const RawLabels& target, const RawLabels& group) const;

 private:
  TargetFactory(std::vector<Label> defaults, std::vector<relabel::Rule> rules,
                std::map<std::string, std::vector<std::string>> params, HistogramSettings histograms)
      : defaults_(std::move(defaults)), rules_(std::move(rules)), params_(std::move(params)), histograms_(histograms) {}

  std::vector<Label> defaults_;  // added where a target has no value
  std::vector<relabel::Rule> rules_;
  std::map<std::string, std::vector<std::string>> params_;
  HistogramSettings histograms_;
};

// The labels of a target that its samples get.
Labels public_labels(const Labels& labels);

// Go's strconv.ParseBool: `strconv.ParseBool: parsing "x": invalid syntax`.
Result<bool> parse_bool(std::string_view text);

}  // namespace narthex::scrape
