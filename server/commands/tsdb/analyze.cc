// `narthex tsdb analyze`: which labels the series of a data folder have, how fast they change, and what they cost.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <ostream>

#include "base/quote.h"
#include "server/commands/tsdb/churn.h"
#include "server/commands/tsdb/data_folder.h"

namespace narthex::server {
namespace {

struct Options {
  std::string folder;
  std::string match;
  size_t limit = 20;
  int slices = 24;
  std::string format;
};

struct Report {
  Timestamp from = 0;
  Timestamp to = 0;
  uint64_t disk_bytes = 0;
  uint64_t segment_samples = 0;
  uint64_t segment_bytes = 0;
  std::vector<storage::BlockInfo> blocks;
  std::vector<storage::CodecCount> codecs;
  Churn churn;
};

struct Row {
  std::string name;
  SeriesCount count;
  uint64_t values = 0;
};

void add_codecs(const storage::BlockInfo& block, std::vector<storage::CodecCount>& sum) {
  for (const storage::CodecCount& codec : block.footer.codecs) {
    auto it = std::find_if(sum.begin(), sum.end(), [&](const auto& c) { return c.codec == codec.codec; });
    if (it == sum.end()) it = sum.insert(it, {codec.codec});
    it->columns += codec.columns;
    it->samples += codec.samples;
    it->bytes += codec.bytes;
  }
}

Result<Report> analyze(const storage::Store& store, const Options& options) {
  Report report;
  const storage::Stats stats = store.stats();
  report.from = stats.min_time;
  report.to = stats.max_time;
  report.blocks = store.blocks();
  report.disk_bytes = stats.log_bytes;
  for (const storage::BlockInfo& block : report.blocks) {
    report.segment_samples += block.footer.samples;
    report.segment_bytes += block.bytes;
    add_codecs(block, report.codecs);
  }
  const auto selectors =
      parse_selectors(options.match.empty() ? std::vector<std::string>() : std::vector{options.match});
  if (!selectors) return selectors.error();
  auto churn = count_churn(*store.view(), selectors->front(), report.from, report.to, options.slices);
  if (!churn) return churn.error();
  report.churn = *std::move(churn);
  return report;
}

// The largest first.
template <class Map, class ToRow>
std::vector<Row> top(const Map& counts, size_t limit, ToRow to_row) {
  std::vector<Row> rows;
  for (const auto& entry : counts) rows.push_back(to_row(entry));
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return a.count.series > b.count.series; });
  if (rows.size() > limit) rows.resize(limit);
  return rows;
}

struct Tops {
  std::vector<Row> metrics;
  std::vector<Row> labels;
  std::vector<Row> pairs;
};

Tops tops_of(const Churn& churn, size_t limit) {
  const auto plain = [](const auto& entry) { return Row{entry.first, entry.second}; };
  const auto label = [](const auto& entry) { return Row{entry.first, entry.second.first, entry.second.second}; };
  return {top(churn.by_metric, limit, plain), top(churn.by_label, limit, label), top(churn.by_pair, limit, plain)};
}

std::string utc(Timestamp t) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}Z", fmt::gmtime(static_cast<std::time_t>(t / 1000)));
}

double per(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

void print_rows(Io& io, std::string_view title, const std::vector<Row>& rows, bool values) {
  io.out << fmt::format("\n{}\n  {:>10} {:>10}{}  name\n", title, "series", "appeared", values ? "     values" : "");
  for (const Row& row : rows) {
    io.out << fmt::format("  {:>10} {:>10}", row.count.series, row.count.appeared);
    if (values) io.out << fmt::format(" {:>10}", row.values);
    io.out << "  " << row.name << "\n";
  }
}

void print_text(const Report& report, size_t limit, Io& io) {
  io.out << fmt::format("time      {} to {}\n", utc(report.from), utc(report.to));
  io.out << fmt::format("series    {}\n", report.churn.series);
  io.out << fmt::format("segments  {}: {} samples in {} bytes, {:.3f} bytes per sample\n", report.blocks.size(),
                        report.segment_samples, report.segment_bytes,
                        per(report.segment_bytes, report.segment_samples));
  for (const storage::BlockInfo& block : report.blocks) {
    if (!block.damage.empty()) io.out << fmt::format("damaged   {}: {}\n", block.file, block.damage);
  }
  io.out << fmt::format("\nvalues by codec, before packs are compressed\n  {:<10} {:>12} {:>14} {:>14}  bytes/sample\n",
                        "codec", "columns", "samples", "bytes");
  for (const storage::CodecCount& c : report.codecs) {
    io.out << fmt::format("  {:<10} {:>12} {:>14} {:>14}  {:.3f}\n", c.codec, c.columns, c.samples, c.bytes,
                          per(c.bytes, c.samples));
  }
  io.out << fmt::format("\nseries over time\n  {:<20} {:>10} {:>10} {:>10}\n", "from", "series", "appeared", "gone");
  for (const Slice& s : report.churn.slices) {
    io.out << fmt::format("  {:<20} {:>10} {:>10} {:>10}\n", utc(s.from), s.series, s.appeared, s.gone);
  }
  const Tops tops = tops_of(report.churn, limit);
  print_rows(io, "metrics with most series", tops.metrics, false);
  print_rows(io, "labels with most series", tops.labels, true);
  print_rows(io, "label pairs with most series", tops.pairs, false);
}

void append_rows(std::string& out, std::string_view key, const std::vector<Row>& rows) {
  out += fmt::format(",\"{}\":[", key);
  for (const Row& row : rows) {
    if (out.back() != '[') out += ',';
    out += "{\"name\":";
    append_json_string(out, row.name);
    out += fmt::format(",\"series\":{},\"appeared\":{}", row.count.series, row.count.appeared);
    if (row.values > 0) out += fmt::format(",\"values\":{}", row.values);
    out += '}';
  }
  out += ']';
}

void print_json(const Report& report, size_t limit, Io& io) {
  std::string out = fmt::format(
      "{{\"minTime\":{},\"maxTime\":{},\"series\":{},\"segments\":{},\"segmentSamples\":{},\"segmentBytes\":{}",
      report.from, report.to, report.churn.series, report.blocks.size(), report.segment_samples, report.segment_bytes);
  out += ",\"codecs\":[";
  for (const storage::CodecCount& c : report.codecs) {
    if (out.back() != '[') out += ',';
    out += fmt::format("{{\"codec\":\"{}\",\"columns\":{},\"samples\":{},\"bytes\":{}}}", c.codec, c.columns, c.samples,
                       c.bytes);
  }
  out += "],\"slices\":[";
  for (const Slice& s : report.churn.slices) {
    if (out.back() != '[') out += ',';
    out += fmt::format("{{\"from\":{},\"to\":{},\"series\":{},\"appeared\":{},\"gone\":{}}}", s.from, s.to, s.series,
                       s.appeared, s.gone);
  }
  out += ']';
  const Tops tops = tops_of(report.churn, limit);
  append_rows(out, "metrics", tops.metrics);
  append_rows(out, "labels", tops.labels);
  append_rows(out, "pairs", tops.pairs);
  io.out << out << "}\n";
}

int run(const Options& options, Io& io) {
  const auto store = open_data_folder(options.folder, false);
  if (!store) return cannot_ask(io, store.error());
  const auto report = analyze(**store, options);
  if (!report) return cannot_ask(io, report.error());
  (options.format == "json" ? print_json : print_text)(*report, options.limit, io);
  return 0;
}

}  // namespace

void register_tsdb_analyze(CLI::App& root, Dispatch& dispatch) {
  auto options = std::make_shared<Options>();
  CLI::App* command = command_group(root, "tsdb", "Look at a data folder, and mend it.")
                          .add_subcommand("analyze", "Count series by metric and label, their churn, bytes by codec.");
  add_folder(*command, options->folder);
  command->add_option("--match", options->match, "Only series that this selector means");
  command->add_option("--limit", options->limit, "Entries per list. Default: 20");
  command->add_option("--slices", options->slices, "Parts of the time in which churn is counted. Default: 24")
      ->check(CLI::Range(1, 10'000));
  add_format(*command, options->format);
  command->callback([options, &dispatch] { dispatch.run = [options](Io& io) { return run(*options, io); }; });
}

}  // namespace narthex::server
