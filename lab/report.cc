#include "lab/report.h"

#include <boost/json.hpp>

#include "lab/diff.h"

namespace narthex::lab {
namespace {

namespace json = boost::json;

// "rule 2 at prometheus.yml:12:7". Rules count from 1 for people.
std::string rule_name(const relabel::Step& step) {
  const std::string place = step.place.str();
  return "rule " + std::to_string(step.rule + 1) + (place.empty() ? "" : " at " + place);
}

std::string step_text(const relabel::Rule& rule, const relabel::Step& step) {
  const std::string place = step.place.str();
  std::string out = "  rule " + std::to_string(step.rule + 1) + " (" + std::string(action_name(rule.action())) + ")";
  out += (place.empty() ? "" : " at " + place) + ": " + step.reason + "\n";
  if (!step.keep) return out;
  for (const std::string& line : diff(step.before, step.after)) out += "    " + line + "\n";
  return out;
}

std::string dropped_text(const relabel::Explanation& explanation) {
  return "  => dropped by " + rule_name(explanation.steps.back()) + "\n";
}

json::object labels_json(const Labels& labels) {
  json::object out;
  for (const Label& label : labels) out[label.name] = label.value;
  return out;
}

json::object step_json(const relabel::Rule& rule, const relabel::Step& step) {
  return {{"rule", step.rule + 1},
          {"action", std::string(action_name(rule.action()))},
          {"file", step.place.file},
          {"line", step.place.line},
          {"column", step.place.column},
          {"matched", step.matched},
          {"keep", step.keep},
          {"reason", step.reason},
          {"before", labels_json(step.before)},
          {"after", labels_json(step.after)}};
}

}  // namespace

std::string steps_text(std::span<const relabel::Rule> rules, const relabel::Explanation& explanation,
                       const Labels& start) {
  std::string out = start.str() + "\n";
  for (const relabel::Step& step : explanation.steps) out += step_text(rules[step.rule], step);
  return out;
}

std::string target_text(std::span<const relabel::Rule> rules, const TargetTrace& trace) {
  std::string out;
  if (!trace.source.empty()) out = "target " + std::to_string(trace.index) + " of group " + trace.source + ": ";
  out += steps_text(rules, trace.relabeling, trace.discovered);
  if (!trace.relabeling.kept) return out + dropped_text(trace.relabeling);
  if (const auto* refused = std::get_if<scrape::Refused>(&trace.outcome)) {
    return out + "  => invalid: " + refused->error.message + "\n";
  }
  const auto& target = std::get<scrape::Target>(trace.outcome);
  return out + "  => kept: " + target.public_labels.str() + ", scraped at " + target.url + "\n";
}

std::string sample_text(std::span<const relabel::Rule> rules, const relabel::Explanation& explanation,
                        const Labels& start) {
  const std::string steps = steps_text(rules, explanation, start);
  if (!explanation.kept) return steps + dropped_text(explanation);
  return steps + "  => kept: " + explanation.labels.str() + "\n";
}

json::array steps_json(std::span<const relabel::Rule> rules, const relabel::Explanation& explanation) {
  json::array out;
  for (const relabel::Step& step : explanation.steps) out.push_back(step_json(rules[step.rule], step));
  return out;
}

json::object target_json(std::span<const relabel::Rule> rules, const TargetTrace& trace) {
  json::object out{{"source", trace.source},
                   {"index", trace.index},
                   {"discoveredLabels", labels_json(trace.discovered)},
                   {"steps", steps_json(rules, trace.relabeling)}};
  if (!trace.relabeling.kept) {
    out["outcome"] = "dropped";
    out["droppedBy"] = trace.relabeling.steps.back().rule + 1;
  } else if (const auto* refused = std::get_if<scrape::Refused>(&trace.outcome)) {
    out["outcome"] = "invalid";
    out["error"] = refused->error.message;
  } else {
    const auto& target = std::get<scrape::Target>(trace.outcome);
    out["outcome"] = "kept";
    out["labels"] = labels_json(target.public_labels);
    out["url"] = target.url;
  }
  return out;
}

json::object sample_json(std::span<const relabel::Rule> rules, const relabel::Explanation& explanation,
                         const Labels& start) {
  json::object out{{"labels", labels_json(start)},
                   {"steps", steps_json(rules, explanation)},
                   {"outcome", explanation.kept ? "kept" : "dropped"}};
  if (explanation.kept) {
    out["result"] = labels_json(explanation.labels);
  } else {
    out["droppedBy"] = explanation.steps.back().rule + 1;
  }
  return out;
}

}  // namespace narthex::lab
