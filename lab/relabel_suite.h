// Relabel tests: label sets and what the rules must make of them, in a YAML file beside the configuration.
// docs/relabel-tests.md is the manual of the file.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/target_group.h"
#include "relabel/relabel.h"
#include "scrape/options.h"

namespace narthex::lab {

// What a case says must happen. Exactly one of `labels`, `dropped` and `error` is given.
struct Expectation {
  std::optional<Labels> labels;
  std::optional<std::string> url;  // with labels, of targets only
  bool dropped = false;
  size_t rule = 0;                   // with dropped: number of the rule that must do it, from 1; 0: any
  std::optional<std::string> error;  // why no target can be made
};

struct RelabelCase {
  std::string name;
  Place place;
  RawLabels labels;
  Expectation expected;
};

// What the cases of a file are about.
enum class Subject {
  kTarget,  // relabel_configs of a job: from discovered labels to a target, as the server makes it
  kLabels,  // rules alone: from a label set to a label set (metric_relabel_configs, rules in the test file)
};

struct RelabelSuite {
  Subject subject = Subject::kLabels;
  scrape::JobOptions job;  // with rules given in the file, a job that has only these, as metric_relabel
  std::vector<RelabelCase> cases;
};

// One of the two is filled. Errors are all that was found, in the file or in the configuration that it names, with
// places; an unreadable file is one error of code kIo.
struct SuiteRead {
  std::optional<RelabelSuite> suite;
  std::vector<Error> errors;
};

SuiteRead read_suite_file(const std::string& path);
// The same for text; `path` is used for places and for the configuration's relative path.
SuiteRead read_suite(std::string_view text, const std::string& path);

// How a case ended.
struct CaseResult {
  std::string name;
  Place place;
  // Why it failed, one line each; empty: passed. Differences of labels are lines `- a="expected"`, `+ a="actual"`
  // after a line that says so.
  std::vector<std::string> failures;
  std::string steps;  // the rules at work, see steps_text()
  bool passed() const { return failures.empty(); }
};

// Runs all cases. Fails only if a rule does not compile, which read_suite() has ruled out.
Result<std::vector<CaseResult>> run_suite(const RelabelSuite& suite);

}  // namespace narthex::lab
