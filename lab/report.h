// Explanations as text for people and as JSON for programs. Both say the same.
#pragma once

#include <boost/json/fwd.hpp>
#include <span>
#include <string>

#include "lab/explain.h"
#include "relabel/relabel.h"

namespace narthex::lab {

// Rule by rule: its number, place, action and reason, and what it changed:
//
//   {__address__="h:1", env="dev"}
//     rule 1 (replace) at prometheus.yml:9:7: regex "(.*)" matches "dev" (of [env]); $1="dev"; set stage="dev"
//       + stage="dev"
//     rule 2 (keep) at prometheus.yml:12:7: regex "prod" does not match "dev" (of [env])
//
// `start` are the labels before the first rule.
std::string steps_text(std::span<const relabel::Rule> rules, const relabel::Explanation& explanation,
                       const Labels& start);

// The same with a head line for the target and its end:
//
//     => dropped by rule 2 at prometheus.yml:12:7
//     => kept: {instance="h:1", job="node"}, scraped at http://h:1/metrics
//     => invalid: no address
std::string target_text(std::span<const relabel::Rule> rules, const TargetTrace& trace);

// And for a sample: `=> kept: {…}` or dropped.
std::string sample_text(std::span<const relabel::Rule> rules, const relabel::Explanation& explanation,
                        const Labels& start);

// [{"rule":1,"action":"keep","file":"…","line":9,"column":7,"matched":true,"keep":true,"reason":"…","before":{…},
//   "after":{…}}, …]
boost::json::array steps_json(std::span<const relabel::Rule> rules, const relabel::Explanation& explanation);

// {"source":"0","index":0,"discoveredLabels":{…},"steps":[…],"outcome":"kept"|"dropped"|"invalid"} with, by outcome,
// "labels" (public ones) and "url"; "droppedBy" (number of the rule); "error".
boost::json::object target_json(std::span<const relabel::Rule> rules, const TargetTrace& trace);

// {"labels":{…},"steps":[…],"outcome":"kept"|"dropped","result":{…}}
boost::json::object sample_json(std::span<const relabel::Rule> rules, const relabel::Explanation& explanation,
                                const Labels& start);

}  // namespace narthex::lab
