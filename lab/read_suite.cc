// The file of a relabel suite. Its form is described in docs/relabel-tests.md.
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/quote.h"
#include "base/yaml.h"
#include "config/config.h"
#include "config/relabel_rules.h"
#include "lab/explain.h"
#include "lab/label_text.h"
#include "lab/relabel_suite.h"

namespace narthex::lab {
namespace {

// A mapping, or text such as {a="b"}.
void read_labels(const yaml::Node& node, yaml::Problems& problems, RawLabels& out) {
  if (node.kind() == yaml::Kind::kScalar) {
    auto labels = parse_labels(node.text());
    if (!labels) return problems.add(node, labels.error().message);
    out = std::move(*labels);
    return;
  }
  yaml::for_each_entry(node, "labels", problems, [&](const std::string& name, const yaml::Entry& entry) {
    if (!is_valid_label_name(name, NameScheme::kUtf8)) {
      problems.add(entry.key, go_quote(name) + " is not a valid label name");
    }
    std::string value;
    if (yaml::read(entry.value, value, problems)) out.push_back({name, std::move(value)});
  });
}

// Reads one file. Not thread-safe.
class Reader {
 public:
  Reader(const std::string& path, yaml::Problems& problems) : path_(path), problems_(problems) {}

  RelabelSuite read(const yaml::Node& root) {
    yaml::Fields fields(root, "relabel test file", problems_);
    RelabelSuite suite;
    read_rules(fields, suite);
    size_t tests = 0;
    const bool is_list = fields.each("tests", "list of tests", [&](const yaml::Node& item) {
      ++tests;
      if (item.is_null()) return problems_.add(item, "empty or null test");
      suite.cases.push_back(read_case(item, suite));
    });
    if (tests == 0 && (is_list || !fields.has("tests"))) problems_.add(fields.place(), "there are no tests");
    return suite;
  }

  // Complaints about the configuration, which has places of its own.
  std::vector<Error>& config_errors() { return config_errors_; }

 private:
  // Where the rules come from: a job of a configuration, or the file itself.
  void read_rules(yaml::Fields& fields, RelabelSuite& suite) {
    std::string config;
    std::string job;
    std::string list = "relabel_configs";
    NameScheme scheme = NameScheme::kUtf8;
    fields.read("config", config);
    fields.read("job", job);
    fields.read("rules", list);
    fields.parse("metric_name_validation_scheme", scheme, config::parse_name_scheme);
    const bool inline_rules = fields.has("relabel_configs");
    suite.job.metric_relabel = config::read_rules(fields, "relabel_configs", scheme, "empty or null relabel rule");
    if (inline_rules == !config.empty()) {
      return problems_.add(fields.place(),
                           "either 'config' and 'job' or 'relabel_configs' must say which rules to test");
    }
    if (list != "relabel_configs" && list != "metric_relabel_configs") {
      return problems_.add(fields.place_of("rules"),
                           "rules must be relabel_configs or metric_relabel_configs, not " + go_quote(list));
    }
    if (inline_rules) {
      for (const char* name : {"job", "rules"}) {
        if (fields.has(name)) problems_.add(fields.place_of(name), std::string("'") + name + "' needs 'config'");
      }
      return;
    }
    if (fields.has("metric_name_validation_scheme")) {
      problems_.add(fields.place_of("metric_name_validation_scheme"), "the scheme is the job's: leave this out");
    }
    suite.subject = list == "relabel_configs" ? Subject::kTarget : Subject::kLabels;
    load_job(fields, config, job, suite.job);
  }

  void load_job(yaml::Fields& fields, const std::string& config, const std::string& name, scrape::JobOptions& out) {
    const std::filesystem::path folder = std::filesystem::path(path_).parent_path();
    config::LoadResult loaded = config::load_file((folder / config).string());
    if (!loaded.config) {
      problems_.add(fields.place_of("config"), "the configuration cannot be loaded: " + go_quote(config));
      config_errors_ = std::move(loaded.errors);
      return;
    }
    if (!fields.has("job")) return problems_.add(fields.place_of("config"), "'config' needs 'job'");
    auto job = find_job(*loaded.config, name);
    if (!job) return problems_.add(fields.place_of("job"), job.error().message);
    out = (*job)->scrape;
  }

  RelabelCase read_case(const yaml::Node& node, const RelabelSuite& suite) {
    RelabelCase out;
    out.place = node.place();
    yaml::Fields fields(node, "test", problems_);
    fields.read("name", out.name);
    if (out.name.empty()) out.name = "test " + std::to_string(suite.cases.size() + 1);
    if (auto labels = fields.find("labels")) {
      read_labels(*labels, problems_, out.labels);
    } else {
      problems_.add(fields.place(), "a test needs 'labels', the labels that the rules start from");
    }
    read_expectation(fields, suite.subject, out.expected);
    return out;
  }

  void read_expectation(yaml::Fields& fields, Subject subject, Expectation& out) {
    if (auto labels = fields.find("expected")) {
      RawLabels expected;
      read_labels(*labels, problems_, expected);
      out.labels = Labels(std::move(expected));
    }
    fields.read("dropped", out.dropped);
    uint64_t rule = 0;
    if (fields.read("rule", rule) && rule == 0) problems_.add(fields.place_of("rule"), "rules are counted from 1");
    out.rule = rule;
    std::string text;
    if (fields.read("error", text)) out.error = text;
    if (fields.read("url", text)) out.url = text;

    const int given = (out.labels ? 1 : 0) + (out.dropped ? 1 : 0) + (out.error ? 1 : 0);
    if (given != 1)
      problems_.add(fields.place(), "a test needs exactly one of 'expected', 'dropped: true' and 'error'");
    if (out.rule != 0 && !out.dropped) problems_.add(fields.place_of("rule"), "'rule' needs 'dropped: true'");
    if (out.url && !out.labels) problems_.add(fields.place_of("url"), "'url' needs 'expected'");
    if (subject == Subject::kTarget) return;
    for (const char* name : {"error", "url"}) {
      if (!fields.has(name)) continue;
      problems_.add(fields.place_of(name), std::string("'") + name + "' is for the relabel_configs of a job only");
    }
  }

  const std::string& path_;
  yaml::Problems& problems_;
  std::vector<Error> config_errors_;
};

}  // namespace

SuiteRead read_suite(std::string_view text, const std::string& path) {
  auto document = yaml::Document::parse(text, path);
  if (!document) return {std::nullopt, {document.error()}};
  yaml::Problems problems;
  Reader reader(path, problems);
  RelabelSuite suite = reader.read(document->root());
  SuiteRead out;
  out.errors = problems.take();
  for (Error& error : reader.config_errors()) out.errors.push_back(std::move(error));
  if (out.errors.empty()) out.suite = std::move(suite);
  return out;
}

SuiteRead read_suite_file(const std::string& path) {
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  std::string text;
  if (stream) text.assign(std::istreambuf_iterator<char>(stream), {});
  // Opening a folder succeeds, reading it does not.
  if (stream && errno == 0) return read_suite(text, path);
  return {std::nullopt,
          {Error{Code::kIo, std::string("cannot be read: ") + std::strerror(errno != 0 ? errno : EIO), {path}}}};
}

}  // namespace narthex::lab
