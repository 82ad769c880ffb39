// `narthex check config FILE…`: what would be loaded, or everything that is wrong with it. With --diff RUNNING: what a
// reload would change.
#include <algorithm>
#include <boost/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "base/quote.h"
#include "config/config.h"
#include "lab/reload_diff.h"
#include "server/commands/command.h"
#include "server/commands/running_server.h"

namespace narthex::server {
namespace {

constexpr int kCannotAsk = 2;

struct Options {
  std::vector<std::string> files;
  std::string running;  // "" without --diff
  std::string format;
};

struct Checked {
  std::string file;
  config::LoadResult result;
};

size_t target_count(const config::ScrapeJob& job) {
  size_t count = 0;
  for (const TargetGroup& group : job.discovery.statics.groups) count += group.targets.size();
  return count;
}

std::string counted(size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

void print_job(const config::ScrapeJob& job, std::ostream& out) {
  const scrape::JobOptions& options = job.scrape;
  out << "  job " << go_quote(options.job_name) << ": every " << options.interval.str() << ", timeout "
      << options.timeout.str() << ", " << counted(target_count(job), "static target") << ", "
      << counted(options.relabel.size(), "relabel rule") << ", "
      << counted(options.metric_relabel.size(), "metric relabel rule") << "\n";
}

void print_text(const Checked& checked, Io& io) {
  for (const Error& error : checked.result.errors) io.out << error.str() << "\n";
  for (const Error& warning : checked.result.warnings)
    io.out << warning.place.str() << ": warning: " << warning.message << "\n";
  if (!checked.result.config) return;
  const config::Config& config = *checked.result.config;
  io.out << checked.file << ": valid, " << counted(config.jobs.size(), "job") << "\n";
  for (const config::ScrapeJob& job : config.jobs) print_job(job, io.out);
}

void append_field(std::string& out, const char* name, const std::string& value) {
  out += std::string("\"") + name + "\":";
  append_json_string(out, value);
}

void append_number(std::string& out, const char* name, size_t value) {
  out += std::string(",\"") + name + "\":" + std::to_string(value);
}

void append_messages(std::string& out, const char* name, const std::vector<Error>& messages) {
  out += std::string(",\"") + name + "\":[";
  for (const Error& message : messages) {
    if (out.back() != '[') out += ',';
    out += '{';
    append_field(out, "file", message.place.file);
    append_number(out, "line", static_cast<size_t>(message.place.line));
    append_number(out, "column", static_cast<size_t>(message.place.column));
    out += ',';
    append_field(out, "message", message.message);
    out += '}';
  }
  out += ']';
}

void append_job(std::string& out, const config::ScrapeJob& job) {
  out += '{';
  append_field(out, "job", job.scrape.job_name);
  out += ',';
  append_field(out, "scrapeInterval", job.scrape.interval.str());
  out += ',';
  append_field(out, "scrapeTimeout", job.scrape.timeout.str());
  append_number(out, "staticTargets", target_count(job));
  append_number(out, "relabelRules", job.scrape.relabel.size());
  append_number(out, "metricRelabelRules", job.scrape.metric_relabel.size());
  out += '}';
}

std::string json(const std::vector<Checked>& all) {
  std::string out = "{\"files\":[";
  for (const Checked& checked : all) {
    if (out.back() != '[') out += ',';
    out += '{';
    append_field(out, "file", checked.file);
    out += std::string(",\"valid\":") + (checked.result.config ? "true" : "false") + ",\"jobs\":[";
    if (checked.result.config) {
      for (const config::ScrapeJob& job : checked.result.config->jobs) {
        if (out.back() != '[') out += ',';
        append_job(out, job);
      }
    }
    out += ']';
    append_messages(out, "errors", checked.result.errors);
    append_messages(out, "warnings", checked.result.warnings);
    out += '}';
  }
  return out + "]}\n";
}

// 0: valid, 1: invalid, 2: not even readable.
int exit_code(const Checked& checked) {
  if (checked.result.config) return 0;
  const Error& first = checked.result.errors.front();
  return first.code == Code::kIo && first.place.file == checked.file && first.place.line == 0 ? 2 : 1;
}

int run(const Options& options, Io& io) {
  std::vector<Checked> all;
  int code = 0;
  for (const std::string& file : options.files) {
    all.push_back({file, config::load_file(file)});
    code = std::max(code, exit_code(all.back()));
    if (options.format == "text") print_text(all.back(), io);
  }
  if (options.format == "json") io.out << json(all);
  return code;
}

void print_errors(const config::LoadResult& result, Io& io) {
  for (const Error& error : result.errors) io.err << error.str() << "\n";
}

// What runs: a server's answers, or another file.
Result<lab::ReloadSide> running_side(const std::string& running, Io& io) {
  if (is_server_url(running)) return ask_running_server(running);
  config::LoadResult loaded = config::load_file(running);
  if (loaded.config) return lab::side_of(*loaded.config);
  print_errors(loaded, io);
  return invalid("--diff: " + running + " cannot be loaded");
}

int print_diff(const Options& options, const lab::ReloadDiff& diff, Io& io) {
  if (options.format == "json") {
    boost::json::object out = lab::reload_json(diff);
    out["file"] = options.files[0];
    out["running"] = options.running;
    io.out << out << "\n";
  } else {
    io.out << lab::reload_text(diff);
  }
  return diff.empty() ? 0 : 1;
}

// 0: a reload would change nothing, 1: it would change something, or be refused; 2: that cannot be told.
int run_diff(const Options& options, Io& io) {
  if (options.files.size() != 1) {
    io.err << "--diff compares one file\n";
    return kCannotAsk;
  }
  config::LoadResult next = config::load_file(options.files[0]);
  print_errors(next, io);
  if (!next.config) return exit_code({options.files[0], std::move(next)});
  auto running = running_side(options.running, io);
  if (!running) {
    io.err << running.error().str() << "\n";
    return kCannotAsk;
  }
  return print_diff(options, lab::diff_reload(*running, lab::side_of(*next.config)), io);
}

}  // namespace

void register_check_config(CLI::App& root, Dispatch& dispatch) {
  auto options = std::make_shared<Options>();
  CLI::App& group = command_group(root, "check", "Check files without running anything.");
  CLI::App* command = group.add_subcommand("config", "Check configuration files.");
  command->add_option("FILE", options->files, "Configuration files (prometheus.yml)")->required();
  command->add_option("--diff", options->running,
                      "Show what a reload of FILE would change: against a server (http://127.0.0.1:9090) or a file");
  add_format(*command, options->format);
  command->callback([options, &dispatch] {
    dispatch.run = [options](Io& io) { return options->running.empty() ? run(*options, io) : run_diff(*options, io); };
  });
}

}  // namespace narthex::server
