// A day of history, for servers that take remote write 1.0.
//
//   history encode FILE [--targets 10] [--series 350] [--samples 5760] [--interval-ms 15000] [--per-request 10]
//                       [--start-ms T] [--seed 1]
//   history send FILE URL
//
// `encode` writes the bodies of all requests into FILE, so that sending costs next to nothing: each is the series of
// one target with `per-request` samples each, in the order of time. Prints JSON: what the file holds, the entropy of it
// (see entropy.h), and some series whole, to compare with what a server gives back.
//
// `send` posts them one after the other over one connection. Prints JSON: requests, seconds, the sender's own CPU time,
// and the first refusal if there was one, which ends it with exit code 1.

#include <httplib.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <bit>
#include <boost/json.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "tests/bench/compare/catalogue.h"
#include "tests/bench/compare/entropy.h"
#include "tests/bench/compare/remote_write.h"
#include "tests/bench/compare/values.h"

namespace narthex::bench {
namespace {

struct Settings {
  int64_t targets = 10;
  int64_t series = 350;
  int64_t samples = 5760;
  int64_t interval_ms = 15'000;
  int64_t per_request = 10;
  int64_t start_ms = 0;
  int64_t seed = 1;
};

bool read_settings(int argc, char** argv, Settings& settings) {
  const std::map<std::string_view, int64_t*> numbers = {{"--targets", &settings.targets},
                                                        {"--series", &settings.series},
                                                        {"--samples", &settings.samples},
                                                        {"--interval-ms", &settings.interval_ms},
                                                        {"--per-request", &settings.per_request},
                                                        {"--start-ms", &settings.start_ms},
                                                        {"--seed", &settings.seed}};
  for (int i = 3; i + 1 < argc; i += 2) {
    const auto found = numbers.find(argv[i]);
    if (found == numbers.end()) return false;
    *found->second = std::atoll(argv[i + 1]);
  }
  return argc % 2 == 1 && settings.per_request > 0;
}

// One target: its series, and the samples of a request.
class Source {
 public:
  Source(const Catalogue& catalogue, const Settings& settings, int64_t number)
      : catalogue_(catalogue),
        number_(number),
        interval_ms_(settings.interval_ms),
        values_(catalogue, derived_seed(static_cast<uint64_t>(settings.seed), static_cast<uint64_t>(number))),
        random_(static_cast<uint64_t>(number)),
        columns_(catalogue.size()) {
    due_ms_ = settings.start_ms + random_.below(interval_ms_);
    for (const SeriesShape& shape : catalogue) {
      auto labels = shape.labels;
      labels.insert(labels.end(), {{"__name__", shape.name}, {"job", "history"}, {"instance", instance()}});
      encoded_labels_.push_back(WriteRequest::encode_labels(std::move(labels)));
    }
  }

  std::string instance() const { return "host-" + std::to_string(number_); }

  // Fills timestamps and columns with the next `count` scrapes. One in 30 is some milliseconds late.
  void advance(int64_t count) {
    timestamps_.clear();
    for (auto& column : columns_) column.clear();
    for (; count > 0; --count, due_ms_ += interval_ms_) {
      values_.step();
      timestamps_.push_back(due_ms_ + (random_.below(30) == 0 ? 1 + random_.below(8) : 0));
      for (size_t i = 0; i < columns_.size(); ++i) columns_[i].push_back(values_[i]);
    }
  }

  std::string body(WriteRequest& request) const {
    for (size_t i = 0; i < columns_.size(); ++i) request.add(encoded_labels_[i], timestamps_, columns_[i]);
    return request.finish();
  }

  const std::vector<int64_t>& timestamps() const { return timestamps_; }
  const std::vector<double>& column(size_t series) const { return columns_[series]; }

 private:
  const Catalogue& catalogue_;
  const int64_t number_;
  const int64_t interval_ms_;
  Values values_;
  Random random_;
  int64_t due_ms_;
  std::vector<int64_t> timestamps_;
  std::vector<std::vector<double>> columns_;
  std::vector<std::string> encoded_labels_;
};

struct Entropy {
  double total_bits = 0, plain_bits = 0, timestamp_bits = 0, full_mantissa_bits = 0;
  int64_t full_mantissa_series = 0;
};

Entropy measure_entropy(const Catalogue& catalogue, const Settings& settings) {
  Entropy out;
  for (int64_t number = 0; number < settings.targets; ++number) {
    Source source(catalogue, settings, number);
    source.advance(settings.samples);
    out.timestamp_bits += column_bits(std::span<const int64_t>(source.timestamps())).total;
    for (size_t i = 0; i < catalogue.size(); ++i) {
      const ColumnBits bits = column_bits(std::span<const double>(source.column(i)));
      out.total_bits += bits.total;
      out.plain_bits += bits.plain;
      if (!bits.full_mantissa) continue;
      ++out.full_mantissa_series;
      out.full_mantissa_bits += bits.total;
    }
  }
  out.total_bits += out.timestamp_bits;
  out.plain_bits += out.timestamp_bits;
  return out;
}

// Whole series of the first target, one of each behaviour: labels, timestamps, and values as text that gives them back.
boost::json::array samples_to_check(const Catalogue& catalogue, const Settings& settings) {
  Source source(catalogue, settings, 0);
  source.advance(settings.samples);
  boost::json::array out;
  std::set<std::pair<Behaviour, bool>> seen;  // sums are the only series of their kind with full mantissas
  for (size_t i = 0; i < catalogue.size(); ++i) {
    if (!seen.emplace(catalogue[i].behaviour, catalogue[i].name.ends_with("_sum")).second) continue;
    boost::json::object labels{{"__name__", catalogue[i].name}, {"instance", source.instance()}};
    for (const auto& [name, value] : catalogue[i].labels) labels[name] = value;
    boost::json::array samples;
    for (size_t k = 0; k < source.timestamps().size(); ++k) {
      char text[32];
      std::snprintf(text, sizeof text, "%.17g", source.column(i)[k]);
      samples.push_back(boost::json::array{source.timestamps()[k], text});
    }
    out.push_back(boost::json::object{{"labels", std::move(labels)}, {"samples", std::move(samples)}});
  }
  return out;
}

boost::json::array names_of(const Catalogue& catalogue) {
  std::set<std::string> names;
  for (const SeriesShape& shape : catalogue) names.insert(shape.name);
  return boost::json::array(names.begin(), names.end());
}

int encode(const std::string& file, const Settings& settings) {
  const Catalogue catalogue = mixed_catalogue(static_cast<int>(settings.series));
  std::vector<std::unique_ptr<Source>> sources;
  for (int64_t i = 0; i < settings.targets; ++i) sources.push_back(std::make_unique<Source>(catalogue, settings, i));
  std::ofstream out(file, std::ios::binary);
  WriteRequest request;
  int64_t requests = 0;
  for (int64_t done = 0; done < settings.samples; done += settings.per_request) {
    for (const auto& source : sources) {
      source->advance(std::min(settings.per_request, settings.samples - done));
      const std::string body = source->body(request);
      const auto size = static_cast<uint32_t>(body.size());
      out.write(reinterpret_cast<const char*>(&size), sizeof size);
      out.write(body.data(), size);
      ++requests;
    }
  }
  out.flush();
  if (!out) {
    std::fprintf(stderr, "history: cannot write %s\n", file.c_str());
    return 1;
  }
  const Entropy entropy = measure_entropy(catalogue, settings);
  const auto series = static_cast<int64_t>(catalogue.size()) * settings.targets;
  const auto bytes_per_sample = [&](double bits) { return bits / 8 / static_cast<double>(series * settings.samples); };
  const boost::json::object told{
      {"requests", requests},
      {"samples", series * settings.samples},
      {"series", series},
      {"entropy_bytes_per_sample", bytes_per_sample(entropy.total_bits)},
      {"plain_entropy_bytes_per_sample", bytes_per_sample(entropy.plain_bits)},
      {"timestamp_entropy_bytes_per_sample", bytes_per_sample(entropy.timestamp_bits)},
      {"full_mantissa_entropy_bytes_per_sample", bytes_per_sample(entropy.full_mantissa_bits)},
      {"full_mantissa_series", entropy.full_mantissa_series},
      {"names", names_of(catalogue)},
      {"check", samples_to_check(catalogue, settings)}};
  std::puts(boost::json::serialize(told).c_str());
  return 0;
}

double own_cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         1e-6 * static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

int send(const std::string& file, const std::string& url) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const size_t path = url.find('/', url.find("//") + 2);
  httplib::Client client(url.substr(0, path));
  client.set_keep_alive(true);
  client.set_tcp_nodelay(true);
  client.set_read_timeout(300, 0);
  const httplib::Headers headers = {{"Content-Encoding", "snappy"}, {"X-Prometheus-Remote-Write-Version", "0.1.0"}};
  std::ifstream in(file, std::ios::binary);
  const auto begin = std::chrono::steady_clock::now();
  int64_t requests = 0;
  std::string refusal, body;
  for (uint32_t size; in.read(reinterpret_cast<char*>(&size), sizeof size) && refusal.empty(); ++requests) {
    body.resize(size);
    in.read(body.data(), size);
    const auto answer = client.Post(url.substr(path), headers, body, "application/x-protobuf");
    if (!answer) {
      refusal = "no answer: " + httplib::to_string(answer.error());
    } else if (answer->status / 100 != 2) {
      refusal = "HTTP " + std::to_string(answer->status) + ": " + answer->body.substr(0, 200);
    }
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  const boost::json::object told{{"requests", requests},
                                 {"seconds", took.count()},
                                 {"sender_cpu_seconds", own_cpu_seconds()},
                                 {"refusal", refusal}};
  std::puts(boost::json::serialize(told).c_str());
  return refusal.empty() && requests > 0 ? 0 : 1;
}

}  // namespace
}  // namespace narthex::bench

int main(int argc, char** argv) {
  using namespace narthex::bench;
  const std::string_view what = argc > 2 ? argv[1] : "";
  Settings settings;
  if (what == "send" && argc == 4) return send(argv[2], argv[3]);
  if (what == "encode" && read_settings(argc, argv, settings)) return encode(argv[2], settings);
  std::fprintf(stderr,
               "usage: history encode FILE [--targets N] [--series N] [--samples N] [--interval-ms N]\n"
               "                           [--per-request N] [--start-ms T] [--seed N]\n"
               "       history send FILE URL\n");
  return 2;
}
