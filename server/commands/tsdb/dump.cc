// `narthex tsdb dump`: what a data folder holds, as OpenMetrics or as lines of JSON.
#include <cmath>
#include <ostream>
#include <set>

#include "base/number.h"
#include "base/quote.h"
#include "exposition/writer.h"
#include "server/commands/tsdb/data_folder.h"

namespace narthex::server {
namespace {

struct Options {
  std::string folder;
  std::vector<std::string> match;
  Timestamp from = storage::kMinTime;
  Timestamp to = storage::kMaxTime;
  std::string format;
};

struct LeftOut {
  uint64_t stale_markers = 0;
  uint64_t histograms = 0;
};

// 1700000000.25
void append_seconds(std::string& out, Timestamp t) {
  const bool negative = t < 0;
  const auto ms = negative ? 0 - static_cast<uint64_t>(t) : static_cast<uint64_t>(t);
  if (negative) out += '-';
  out += std::to_string(ms / 1000);
  if (ms % 1000 == 0) return;
  const std::string fraction = std::to_string(1000 + ms % 1000).substr(1);
  (out += '.') += fraction.substr(0, fraction.find_last_not_of('0') + 1);
}

// The series as a line of OpenMetrics begins.
std::string series_key(const Labels& labels) {
  std::vector<exposition::LabelRef> refs;
  for (const Label& label : labels) {
    if (label.name != kMetricName) refs.push_back({label.name, label.value});
  }
  std::string line;
  exposition::TextWriter(line).sample(labels.get(kMetricName), refs, 0);
  line.resize(line.size() - 2);  // "0\n"
  return line;
}

void write_openmetrics(const Labels& labels, const storage::Column& samples, LeftOut& left_out, std::string& out) {
  const std::string key = series_key(labels);
  for (size_t i = 0; i < samples.size(); ++i) {
    if (is_stale_marker(samples.values[i])) {
      ++left_out.stale_markers;
      continue;
    }
    out += key;
    exposition::append_text_value(out, samples.values[i]);
    out += ' ';
    append_seconds(out, samples.timestamps[i]);
    out += '\n';
  }
  left_out.histograms += samples.histograms.size();
}

void write_json(const Labels& labels, const storage::Column& samples, LeftOut& left_out, std::string& out) {
  out += "{\"metric\":{";
  for (const Label& label : labels) {
    if (out.back() != '{') out += ',';
    append_json_string(out, label.name);
    out += ':';
    append_json_string(out, label.value);
  }
  out += "},\"values\":[";
  for (size_t i = 0; i < samples.size(); ++i) {
    if (is_stale_marker(samples.values[i])) {
      ++left_out.stale_markers;
      continue;
    }
    if (out.back() != '[') out += ',';
    ((out += '[') += std::to_string(samples.timestamps[i])) += ",\"";
    exposition::append_text_value(out, samples.values[i]);
    out += "\"]";
  }
  out += "]}\n";
  left_out.histograms += samples.histograms.size();
}

Result<> dump(const storage::View& view, const std::vector<Matcher>& matchers, const Options& options,
              std::set<Labels>& done, LeftOut& left_out, Io& io) {
  const auto set = view.select(matchers, options.from, options.to);
  if (!set) return set.error();
  storage::Column samples;
  std::string text;
  for (size_t i = 0; i < (*set)->size(); ++i) {
    const Labels labels = (*set)->labels(i);
    if (options.match.size() > 1 && !done.insert(labels).second) continue;
    samples.clear();
    if (auto read = (*set)->read(i, options.from, options.to, samples); !read) return read;
    text.clear();
    (options.format == "json" ? write_json : write_openmetrics)(labels, samples, left_out, text);
    io.out << text;
  }
  return {};
}

int run(const Options& options, Io& io) {
  const auto selectors = parse_selectors(options.match);
  if (!selectors) return cannot_ask(io, selectors.error());
  const auto store = open_data_folder(options.folder, false);
  if (!store) return cannot_ask(io, store.error());
  const auto view = (*store)->view();
  std::set<Labels> done;
  LeftOut left_out;
  for (const auto& matchers : *selectors) {
    if (auto dumped = dump(*view, matchers, options, done, left_out, io); !dumped) {
      return cannot_ask(io, dumped.error());
    }
  }
  if (options.format == "text") io.out << "# EOF\n";
  if (left_out.stale_markers + left_out.histograms > 0) {
    io.err << "left out, because this format cannot say them: " << left_out.stale_markers << " staleness markers, "
           << left_out.histograms << " native histograms\n";
  }
  return 0;
}

}  // namespace

void register_tsdb_dump(CLI::App& root, Dispatch& dispatch) {
  auto options = std::make_shared<Options>();
  CLI::App* command = command_group(root, "tsdb", "Look at a data folder, and mend it.")
                          .add_subcommand("dump", "Write the samples of a data folder as OpenMetrics.");
  add_folder(*command, options->folder);
  command->add_option("--match", options->match, "Only series that this selector means; may be repeated");
  command->add_option("--min-time", options->from, "Only samples from this time on, in milliseconds");
  command->add_option("--max-time", options->to, "Only samples up to this time, in milliseconds");
  add_format(*command, options->format);
  command->callback([options, &dispatch] { dispatch.run = [options](Io& io) { return run(*options, io); }; });
}

}  // namespace narthex::server
