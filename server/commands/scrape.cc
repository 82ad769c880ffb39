// `narthex scrape URL`: fetches one target once, and shows what would be stored, which lines are wrong, and where the
// time went. Nothing is stored.
#include <boost/json.hpp>
#include <future>
#include <ostream>
#include <string>

#include "base/clock.h"
#include "base/number.h"
#include "config/config.h"
#include "lab/explain.h"
#include "lab/preview.h"
#include "net/http_client.h"
#include "net/url_text.h"
#include "scrape/history.h"
#include "scrape/request.h"
#include "scrape/target.h"
#include "server/commands/command.h"

namespace narthex::server {
namespace {

constexpr int kBad = 1;
constexpr int kCannotAsk = 2;

struct Options {
  std::string url;
  std::string config;
  std::string job;
  std::string timeout;
  bool native = false;
  std::string format;
};

int refuse(Io& io, const Error& error) {
  io.err << error.str() << "\n";
  return kCannotAsk;
}

// What came of it. `error`: why the scrape fails, as the server would say it.
struct Outcome {
  Labels target;
  int status = 0;
  std::string content_type;
  std::string format_name;
  size_t body_bytes = 0;
  int64_t wire_bytes = 0;
  net::Phases phases;
  int64_t parse_ns = -1;
  std::string error;
  std::string note;  // about the target, or the choice of the format
  lab::Preview preview;
};

std::vector<std::pair<std::string_view, int64_t>> times(const Outcome& outcome) {
  using scrape::Phase;
  return {
      {phase_name(Phase::kResolve), outcome.phases.resolve}, {phase_name(Phase::kConnect), outcome.phases.connect},
      {phase_name(Phase::kTls), outcome.phases.tls},         {phase_name(Phase::kFirstByte), outcome.phases.first_byte},
      {phase_name(Phase::kBody), outcome.phases.body},       {phase_name(Phase::kParse), outcome.parse_ns}};
}

// The job's section, or one with all defaults.
Result<scrape::JobOptions> job_options(const Options& options, Io& io) {
  scrape::JobOptions job;
  job.job_name = options.job.empty() ? "scrape" : options.job;
  if (!options.config.empty()) {
    const config::LoadResult loaded = config::load_file(options.config);
    for (const Error& error : loaded.errors) io.err << error.str() << "\n";
    if (!loaded.config) return invalid("the configuration cannot be used");
    auto found = lab::find_job(*loaded.config, options.job);
    if (!found) return found.error();
    job = (*found)->scrape;
  }
  job.scrape_native_histograms = job.scrape_native_histograms || options.native;
  if (options.timeout.empty()) return job;
  auto timeout = parse_duration(options.timeout);
  if (!timeout) return prefixed("--timeout: ", timeout.error());
  job.timeout = *timeout;
  if (job.interval < job.timeout) job.interval = job.timeout;
  return job;
}

// "h:1" of "http://u:***@h:1/metrics".
std::string address_of(const std::string& url) {
  const size_t scheme = url.find("://");
  const size_t begin = scheme == std::string::npos ? 0 : scheme + 3;
  std::string address = url.substr(begin, url.find_first_of("/?#", begin) - begin);
  return address.substr(address.rfind('@') + 1);
}

// The labels that the job's relabeling gives a target of this address.
Result<Labels> target_labels(const scrape::JobOptions& job, const std::string& url, std::string& note) {
  const std::string address = address_of(net::without_password(url));
  auto factory = scrape::TargetFactory::create(job);
  if (!factory) return factory.error();
  const auto made = factory->make({{"__address__", address}}, {});
  if (const auto* target = std::get_if<scrape::Target>(&made)) return target->public_labels;
  if (const auto* refused = std::get_if<scrape::Refused>(&made)) {
    note = "the job would refuse this target: " + refused->error.message;
  } else if (const auto* dropped = std::get_if<scrape::Dropped>(&made)) {
    note = "the job would drop this target: " + dropped->place.str() + ": " + dropped->reason;
  }
  return Labels{{"instance", address}, {"job", job.job_name}};
}

Result<net::Outcome> fetch(const scrape::JobOptions& job, const std::string& url) {
  net::Reactor reactor("scrape");
  std::promise<Result<net::Outcome>> answered;
  std::shared_ptr<net::HttpClient> client;
  reactor.post([&] {
    auto made = net::HttpClient::create(reactor, job.http, scrape::user_agent());
    if (!made) return answered.set_value(made.error());
    client = std::move(*made);
    client->send(scrape::make_request(job, url, "", job.timeout),
                 [&](net::Outcome outcome) { answered.set_value(std::move(outcome)); });
  });
  auto result = answered.get_future().get();
  std::promise<void> released;
  reactor.post([&] {
    client = nullptr;
    released.set_value();
  });
  released.get_future().wait();
  return result;
}

// Reads a good answer's body.
Result<> read(const scrape::JobOptions& job, const net::Response& response, Outcome& out) {
  if (response.body.empty()) return {};
  auto format = exposition::choose_format(out.content_type, job.fallback_protocol);
  if (!format) return format.error();
  out.format_name = exposition::format_name(format->format);
  if (!format->note.empty()) out.note = format->note;
  const int64_t begun = system_clock().steady_ns();
  auto preview = lab::preview(job, out.target, response.body, format->format);
  out.parse_ns = system_clock().steady_ns() - begun;
  if (!preview) return preview.error();
  out.preview = std::move(*preview);
  if (!out.preview.faults.empty()) return invalid(out.preview.faults.front().message);
  return {};
}

Result<Outcome> scrape_once(const scrape::JobOptions& job, const std::string& url) {
  Outcome out;
  auto labels = target_labels(job, url, out.note);
  if (!labels) return labels.error();
  out.target = std::move(*labels);
  auto answer = fetch(job, url);
  if (!answer) return answer.error();
  if (!*answer) {
    out.phases = answer->error().phases;
    out.status = answer->error().status;
    out.error = answer->error().error.message;
    return out;
  }
  const net::Response& response = **answer;
  out.phases = response.phases;
  out.status = response.status;
  out.content_type = response.header("Content-Type");
  out.body_bytes = response.body.size();
  out.wire_bytes = response.wire_bytes;
  auto good = scrape::check_status(response.status, response.reason);
  if (good) good = read(job, response, out);
  if (!good) out.error = good.error().message;
  return out;
}

void print_text(const std::string& url, const Outcome& outcome, std::ostream& out) {
  out << "GET " << url << ": ";
  if (outcome.status != 0) {
    out << outcome.status << ", " << (outcome.content_type.empty() ? "no Content-Type" : outcome.content_type) << ", "
        << outcome.body_bytes << " bytes (" << outcome.wire_bytes << " on the wire)\n";
  } else {
    out << "no answer\n";
  }
  std::string spent;
  for (const auto& [name, ns] : times(outcome)) {
    if (ns < 0) continue;
    spent.append(" ").append(name).append(" ").append(float_plain(static_cast<double>(ns / 1000) / 1000)) += " ms";
  }
  if (!spent.empty()) out << "times:" << spent << "\n";
  out << "target: " << outcome.target.str() << "\n";
  if (!outcome.format_name.empty()) out << "format: " << outcome.format_name << "\n";
  if (!outcome.note.empty()) out << "note: " << outcome.note << "\n";
  out << "\n";
  if (const std::string lines = lab::preview_text(outcome.preview); !lines.empty()) out << lines << "\n";
  const lab::Preview& preview = outcome.preview;
  if (outcome.error.empty()) {
    out << "up: " << preview.samples.size() << " samples would be stored, " << preview.dropped
        << " dropped by metric_relabel_configs\n";
  } else {
    out << "down: nothing would be stored: " << outcome.error << "\n";
    if (preview.faults.size() > 1) out << preview.faults.size() << " faults; each is shown above\n";
  }
}

void print_json(const std::string& url, const Outcome& outcome, std::ostream& out) {
  boost::json::object phases;
  for (const auto& [name, ns] : times(outcome)) {
    if (ns >= 0) phases[name] = static_cast<double>(ns) / 1e9;
  }
  boost::json::object target;
  for (const Label& label : outcome.target) target[label.name] = label.value;
  boost::json::object json{{"url", url},
                           {"status", outcome.status},
                           {"contentType", outcome.content_type},
                           {"format", outcome.format_name},
                           {"bodyBytes", outcome.body_bytes},
                           {"wireBytes", outcome.wire_bytes},
                           {"phases", std::move(phases)},
                           {"target", std::move(target)},
                           {"error", outcome.error}};
  if (!outcome.note.empty()) json["note"] = outcome.note;
  json["scrape"] = lab::preview_json(outcome.preview);
  out << json << "\n";
}

int run(const Options& options, Io& io) {
  if (options.config.empty() != options.job.empty()) return refuse(io, invalid("--config and --job go together"));
  auto job = job_options(options, io);
  if (!job) return refuse(io, job.error());
  const std::string url = options.url.find("://") == std::string::npos ? "http://" + options.url : options.url;
  auto outcome = scrape_once(*job, url);
  if (!outcome) return refuse(io, outcome.error());
  const std::string shown = net::without_password(url);
  options.format == "json" ? print_json(shown, *outcome, io.out) : print_text(shown, *outcome, io.out);
  return outcome->error.empty() ? 0 : kBad;
}

}  // namespace

void register_scrape(CLI::App& root, Dispatch& dispatch) {
  auto options = std::make_shared<Options>();
  CLI::App* command = root.add_subcommand("scrape", "Scrape a URL once and show what would be stored.");
  command->add_option("url", options->url, "What to scrape: http://host:port/metrics")->required();
  command->add_option("--config", options->config, "Configuration file, for the settings and rules of a job");
  command->add_option("--job", options->job, "Name of the job");
  command->add_option("--timeout", options->timeout, "How long it may take. Default: the job's, else 10s");
  command->add_flag("--native-histograms", options->native, "Ask for protobuf, and read native histograms");
  add_format(*command, options->format);
  command->callback([options, &dispatch] { dispatch.run = [options](Io& io) { return run(*options, io); }; });
}

}  // namespace narthex::server
