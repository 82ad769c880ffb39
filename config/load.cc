// Loading: the top level of the file, the files it names, and what concerns several jobs.
#include <filesystem>
#include <map>

#include "base/quote.h"
#include "config/config.h"
#include "config/files.h"
#include "config/marshal/marshal.h"
#include "config/sections/global.h"
#include "config/sections/other_sections.h"
#include "config/sections/scrape_job.h"

namespace narthex::config {
namespace {

// Job names must be unique across all files.
class JobNames {
 public:
  void add(const JobSection& section, bool main_file, const yaml::Node& node, yaml::Problems& problems) {
    const std::string& name = section.job.scrape.job_name;
    if (name.empty()) return;
    const std::string file = section.job.place.file;
    const auto [first, inserted] = files_.try_emplace(name, main_file ? "main config file" : go_quote(absolute(file)));
    if (inserted) return;
    std::string message = "found multiple scrape configs with job name " + go_quote(name);
    if (!main_file) message += ", first found in " + first->second;
    problems.add(name_place(node), message);
  }

  static std::string absolute(const std::string& file) {
    std::error_code ignored;
    return std::filesystem::absolute(file, ignored).lexically_normal().string();
  }

 private:
  static Place name_place(const yaml::Node& node) {
    for (const yaml::Entry& entry : node.entries()) {
      if (entry.key.text() == "job_name") return entry.value.place();
    }
    return node.place();
  }

  std::map<std::string, std::string> files_;  // where each name was found first
};

// One load under way.
struct Load {
  yaml::Problems problems;
  std::vector<Error> warnings;
  UnusedSections unused;
  JobNames names;
  Config config;

  Context context(const std::string& file) { return {problems, warnings, unused, directory_of(file)}; }

  // Reads a list of jobs into `sections`.
  void read_jobs(yaml::Fields& top, const Context& context, bool main_file, std::vector<JobSection>& sections) {
    top.each("scrape_configs", "[]*config.ScrapeConfig", [&](const yaml::Node& item) {
      if (item.is_null()) return problems.add(item, "empty or null scrape config section");
      sections.push_back(read_job(item, config.global, context));
      names.add(sections.back(), main_file, item, problems);
      config.jobs.push_back(sections.back().job);
      config.jobs.back().yaml = marshal(sections.back());
    });
  }

  void read_job_file(const std::string& file) {
    auto text = read_file(file);
    if (!text) return problems.add(text.error());
    auto document = yaml::Document::parse(*text, file);
    if (!document) return problems.add(document.error());
    std::vector<JobSection> sections;
    yaml::Fields top(document->root(), "config.ScrapeConfigs", problems);
    read_jobs(top, context(file), false, sections);
  }

  void read_job_files(yaml::Fields& top, const Context& context) {
    const auto patterns = read_patterns(top, "scrape_config_files", context, "invalid scrape config file path");
    for (const std::string& pattern : patterns) {
      const auto files = matching_files(pattern);
      if (files.empty() && pattern.find_first_of("*?[") == std::string::npos) {
        warnings.push_back(
            invalid(go_quote(pattern) + " does not point to an existing file", top.place_of("scrape_config_files")));
      }
      for (const std::string& file : files) read_job_file(file);
    }
  }

  void read_main(const yaml::Document& document, const std::string& path) {
    const Context here = context(path);
    yaml::Fields top(document.root(), "config.plain", problems);
    config.global = read_global(top, config.global, here);
    const OtherSections others = read_other_sections(top, config.global, here);
    config.max_exemplars = others.max_exemplars;
    config.tsdb = others.tsdb;
    std::vector<JobSection> jobs;
    read_jobs(top, here, true, jobs);
    read_job_files(top, here);
    config.yaml = marshal(config.global, jobs, others);
  }
};

}  // namespace

LoadResult load_text(std::string_view text, const std::string& path, const Defaults& defaults) {
  LoadResult result;
  auto document = yaml::Document::parse(text, path);
  if (!document) {
    result.errors.push_back(document.error());
    return result;
  }
  Load load;
  load.config.global.extra_scrape_metrics = defaults.extra_scrape_metrics;
  load.read_main(*document, path);
  result.errors = load.problems.take();
  if (auto warning = load.unused.warning()) load.warnings.push_back(*std::move(warning));
  yaml::Problems sorter;
  for (Error& warning : load.warnings) sorter.add(std::move(warning));
  result.warnings = sorter.take();
  if (result.errors.empty()) result.config = std::move(load.config);
  return result;
}

LoadResult load_file(const std::string& path, const Defaults& defaults) {
  auto text = read_file(path);
  if (text) return load_text(*text, path, defaults);
  LoadResult result;
  result.errors.push_back(text.error());
  return result;
}

std::string reference_text(const std::string& path, const Error& error) {
  std::string out = error.code == Code::kIo && error.place.file == path ? "" : "parsing YAML file " + path + ": ";
  if (!error.place.file.empty() && error.place.file != path)
    out += go_quote(JobNames::absolute(error.place.file)) + ": ";
  if (error.message.starts_with("line ")) out += "yaml: unmarshal errors:\n  ";
  return out + error.message;
}

}  // namespace narthex::config
