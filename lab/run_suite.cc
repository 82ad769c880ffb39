#include "base/quote.h"
#include "lab/diff.h"
#include "lab/explain.h"
#include "lab/relabel_suite.h"
#include "lab/report.h"

namespace narthex::lab {
namespace {

// What the rules made of a case, for both subjects. One of `labels`, `explanation`'s drop and `error`.
struct Actual {
  relabel::Explanation explanation;
  Labels start;
  Labels labels;      // if kept
  std::string url;    // of a target
  std::string error;  // why no target can be made; "" if it can
};

Actual run_target(const JobExplainer& explainer, const RelabelCase& test) {
  TargetTrace trace = explainer.target(test.labels);
  Actual out{.explanation = std::move(trace.relabeling),
             .start = std::move(trace.discovered),
             .labels = {},
             .url = {},
             .error = {}};
  if (const auto* target = std::get_if<scrape::Target>(&trace.outcome)) {
    out.labels = target->public_labels;
    out.url = target->url;
  } else if (const auto* refused = std::get_if<scrape::Refused>(&trace.outcome)) {
    out.error = refused->error.message;
  }
  return out;
}

Actual run_labels(const JobExplainer& explainer, const RelabelCase& test) {
  Labels start(test.labels);
  relabel::Explanation explanation = explainer.sample(start);
  Labels labels = explanation.labels;
  return {.explanation = std::move(explanation),
          .start = std::move(start),
          .labels = std::move(labels),
          .url = {},
          .error = {}};
}

std::string rule_text(const relabel::Step& step) {
  const std::string place = step.place.str();
  return "rule " + std::to_string(step.rule + 1) + (place.empty() ? "" : " at " + place);
}

// How it ended, as a half sentence.
std::string end_text(const Actual& actual) {
  if (!actual.explanation.kept) return "dropped by " + rule_text(actual.explanation.steps.back());
  if (!actual.error.empty()) return "invalid: " + actual.error;
  return "kept: " + actual.labels.str();
}

std::vector<std::string> label_failures(const Expectation& expected, const Actual& actual) {
  std::vector<std::string> out = diff(*expected.labels, actual.labels);
  if (!out.empty()) out.insert(out.begin(), "labels differ (- expected, + actual):");
  if (expected.url && *expected.url != actual.url) {
    out.push_back("URL differs (- expected, + actual):");
    out.push_back("- " + *expected.url);
    out.push_back("+ " + actual.url);
  }
  return out;
}

std::vector<std::string> failures(const Expectation& expected, const Actual& actual) {
  const bool dropped = !actual.explanation.kept;
  const bool kept = !dropped && actual.error.empty();
  if (expected.labels) {
    if (kept) return label_failures(expected, actual);
    return {"expected to be kept, but " + end_text(actual)};
  }
  if (expected.dropped) {
    if (!dropped) return {"expected to be dropped, but " + end_text(actual)};
    if (expected.rule == 0 || expected.rule == actual.explanation.steps.back().rule + 1) return {};
    return {"expected to be dropped by rule " + std::to_string(expected.rule) + ", but " + end_text(actual)};
  }
  if (*expected.error == actual.error) return {};
  return {"expected the error " + go_quote(*expected.error) + ", but " + end_text(actual)};
}

}  // namespace

Result<std::vector<CaseResult>> run_suite(const RelabelSuite& suite) {
  auto explainer = JobExplainer::create(suite.job);
  if (!explainer) return explainer.error();
  const bool targets = suite.subject == Subject::kTarget;
  std::vector<CaseResult> out;
  for (const RelabelCase& test : suite.cases) {
    const Actual actual = targets ? run_target(*explainer, test) : run_labels(*explainer, test);
    const auto rules = targets ? explainer->rules() : explainer->metric_rules();
    out.push_back({.name = test.name,
                   .place = test.place,
                   .failures = failures(test.expected, actual),
                   .steps = steps_text(rules, actual.explanation, actual.start)});
  }
  return out;
}

}  // namespace narthex::lab
