// `narthex relabel --config FILE --job NAME`: what the rules of a job do to its targets, or to labels given by hand.
#include <boost/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "config/config.h"
#include "lab/explain.h"
#include "lab/label_text.h"
#include "lab/report.h"
#include "server/commands/command.h"

namespace narthex::server {
namespace {

constexpr int kCannotAsk = 2;

struct Options {
  std::string config;
  std::string job;
  std::string labels;  // "" with all
  bool all = false;
  bool metric = false;
  std::string format;
};

int refuse(Io& io, const Error& error) {
  io.err << error.str() << "\n";
  return kCannotAsk;
}

void print_targets(const Options& options, const lab::JobExplainer& explainer,
                   const std::vector<lab::TargetTrace>& traces, Io& io) {
  if (options.format == "json") {
    boost::json::array targets;
    for (const lab::TargetTrace& trace : traces) targets.push_back(lab::target_json(explainer.rules(), trace));
    io.out << boost::json::object{{"job", options.job}, {"targets", std::move(targets)}} << "\n";
    return;
  }
  if (traces.empty()) io.out << "job \"" << options.job << "\" has no static targets\n";
  for (const lab::TargetTrace& trace : traces) io.out << lab::target_text(explainer.rules(), trace);
}

void print_sample(const Options& options, const lab::JobExplainer& explainer, const Labels& labels, Io& io) {
  const relabel::Explanation explanation = explainer.sample(labels);
  const auto rules = explainer.metric_rules();
  if (options.format == "json") {
    const auto sample = lab::sample_json(rules, explanation, labels);
    io.out << boost::json::object{{"job", options.job}, {"sample", sample}} << "\n";
  } else {
    io.out << lab::sample_text(rules, explanation, labels);
  }
}

int explain(const Options& options, const config::ScrapeJob& job, Io& io) {
  auto explainer = lab::JobExplainer::create(job.scrape);
  if (!explainer) return refuse(io, explainer.error());
  if (options.labels.empty()) {
    print_targets(options, *explainer, explainer->static_targets(job.discovery.statics), io);
    return 0;
  }
  auto labels = lab::parse_labels(options.labels);
  if (!labels) return refuse(io, prefixed("--labels: ", labels.error()));
  if (options.metric) {
    print_sample(options, *explainer, Labels(std::move(*labels)), io);
  } else {
    print_targets(options, *explainer, {explainer->target(*labels)}, io);
  }
  return 0;
}

int run(const Options& options, Io& io) {
  if (options.metric && options.labels.empty()) return refuse(io, invalid("--metric needs --labels"));
  const config::LoadResult loaded = config::load_file(options.config);
  for (const Error& error : loaded.errors) io.err << error.str() << "\n";
  if (!loaded.config) return kCannotAsk;
  auto job = lab::find_job(*loaded.config, options.job);
  if (!job) return refuse(io, job.error());
  return explain(options, **job, io);
}

}  // namespace

void register_relabel(CLI::App& root, Dispatch& dispatch) {
  auto options = std::make_shared<Options>();
  CLI::App* command = root.add_subcommand("relabel", "Explain what a job's relabel rules do, rule by rule.");
  command->add_option("--config", options->config, "Configuration file (prometheus.yml)")->required();
  command->add_option("--job", options->job, "Name of the job")->required();
  auto* labels =
      command->add_option("--labels", options->labels,
                          "Labels to start from: {\"a\":\"b\"} or {a=\"b\"}. A target gets the job's defaults");
  command->add_flag("--all", options->all, "Explain all static targets of the job (the default)")->excludes(labels);
  command->add_flag("--metric", options->metric, "The labels are those of a sample: apply metric_relabel_configs");
  add_format(*command, options->format);
  command->callback([options, &dispatch] { dispatch.run = [options](Io& io) { return run(*options, io); }; });
}

}  // namespace narthex::server
