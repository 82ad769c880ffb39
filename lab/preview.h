// What one scrape of a body would store, and which of its lines are wrong, without storing anything.
#pragma once

#include <boost/json/fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "exposition/content_type.h"
#include "model/histogram.h"
#include "model/labels.h"
#include "scrape/options.h"

namespace narthex::lab {

struct PreviewSample {
  Labels labels;  // as stored
  double value = 0;
  std::optional<Histogram> histogram;  // instead of the value
  std::optional<Timestamp> timestamp;  // its own, if that counts
};

// Why the scrape would fail. The server stops at the first of them; here all that can be found are told.
struct PreviewFault {
  std::string message;
  size_t offset = 0;  // byte in the body
  int line = 0;       // from 1; 0: the fault has no line
  int column = 0;
  std::string text;  // the line
};

struct Preview {
  size_t entries = 0;  // series and histograms read
  size_t dropped = 0;  // of these, by metric_relabel_configs
  std::vector<PreviewSample> samples;
  std::vector<PreviewFault> faults;  // the first one is what the server would say
};

// Reads `body` as a scrape of a job's target with these public labels would: label conflicts, metric relabeling, names
// and limits. Classic histograms are shown as they are exposed. Error: the job's rules do not compile.
Result<Preview> preview(const scrape::JobOptions& job, const Labels& target, std::string_view body,
                        exposition::Format format);

// A line per sample, then a paragraph per fault:
//
//   a{instance="h:1", job="j"} 1
//   4:5: expected label value, got "o" ("INVALID") while parsing: "c{x=o"
//     c{x=oops} 3
//         ^
std::string preview_text(const Preview& preview);
// {"entries":2,"dropped":0,"samples":[{"labels":{…},"value":"1","timestamp":…}],"faults":[{"line":4,…}]}
boost::json::object preview_json(const Preview& preview);

}  // namespace narthex::lab
