#include "lab/preview.h"

#include "exposition/openmetrics.h"
#include "exposition/protobuf.h"
#include "exposition/text.h"
#include "model/histogram_check.h"
#include "scrape/native_limits.h"
#include "scrape/series_rules.h"

namespace narthex::lab {
namespace {

using exposition::MetricType;

// More faults than this say nothing new.
constexpr size_t kMostFaults = 100;

// Takes what a walker tells, and decides as a scrape would.
class Reader {
 public:
  Reader(const scrape::JobOptions& job, const scrape::SeriesRules::Job& rules, const Labels& target,
         std::string_view body)
      : job_(job),
        rules_(rules),
        target_(target),
        body_(body),
        finest_schema_(scrape::finest_schema(job.native_histogram_min_bucket_factor)) {}

  // The sink of all walkers.
  void on_type(std::string_view, MetricType type) { type_ = type; }
  void on_help(std::string_view, std::string_view) {}
  void on_unit(std::string_view, std::string_view) {}
  void on_comment(std::string_view) {}
  void on_series(const exposition::SeriesLine& line) {
    if (auto labels = labels_of(line.key)) add({std::move(*labels), line.value, std::nullopt, line.timestamp});
  }
  void on_histogram(const exposition::HistogramLine& line) {
    auto labels = labels_of(line.key);
    if (!labels) return;
    Histogram histogram = line.histogram;
    const uint64_t limit = job_.limits.native_histogram_buckets;
    if (auto fits = scrape::apply_native_limits(histogram, limit, finest_schema_); !fits) {
      return fault(fits.error().message, line.key);
    }
    if (auto sound = check_histogram(histogram); !sound) return fault(sound.error().message, line.key);
    add({std::move(*labels), 0, std::move(histogram), line.timestamp});
  }

  void fault(const exposition::ParseError& error) {
    out_.faults.push_back(
        {error.message, error.offset, error.line, error.column, error.line > 0 ? line_at(error.offset) : ""});
  }
  bool enough() const { return out_.faults.size() >= kMostFaults; }

  Preview finish() {
    const uint64_t limit = job_.limits.samples;
    if (limit > 0 && out_.samples.size() > limit) {
      out_.faults.push_back(
          {"sample limit exceeded: " + std::to_string(out_.samples.size()) + " samples, limit " + std::to_string(limit),
           0, 0, 0, ""});
    }
    return std::move(out_);
  }

 private:
  std::optional<Labels> labels_of(std::string_view key) {
    ++out_.entries;
    if (auto wrong = exposition::parse_series(key, type_, exposed_)) {
      fault(wrong->message, key);
      return std::nullopt;
    }
    auto labels = rules_.final_labels(target_, exposed_);
    if (labels && labels->empty()) {
      ++out_.dropped;
      return std::nullopt;
    }
    const Result<> good = labels ? rules_.check_unique() : Result<>(labels.error());
    if (good) return std::move(*labels);
    fault(good.error().message, key);
    return std::nullopt;
  }

  void add(PreviewSample sample) {
    if (!job_.honor_timestamps) sample.timestamp.reset();
    out_.samples.push_back(std::move(sample));
  }

  // A series that may not be stored; `key` is its text, perhaps within the body.
  void fault(std::string message, std::string_view key) {
    PreviewFault fault{std::move(message), 0, 0, 0, std::string(key)};
    if (key.data() >= body_.data() && key.data() < body_.data() + body_.size()) {
      fault.offset = static_cast<size_t>(key.data() - body_.data());
      const exposition::LinePlace place = exposition::place_of(body_, fault.offset);
      fault.line = place.line;
      fault.column = place.column;
      fault.text = line_at(fault.offset);
    }
    out_.faults.push_back(std::move(fault));
  }

  std::string line_at(size_t offset) const {
    const size_t newline = offset == 0 ? body_.npos : body_.rfind('\n', offset - 1);
    const size_t begin = newline == body_.npos ? 0 : newline + 1;
    return std::string(body_.substr(begin, body_.find('\n', begin) - begin));
  }

  const scrape::JobOptions& job_;
  scrape::SeriesRules rules_;
  const Labels& target_;
  const std::string_view body_;
  const int32_t finest_schema_;
  MetricType type_ = MetricType::kUnknown;
  exposition::SeriesLabels exposed_;
  Preview out_;
};

// Lines one by one; after a wrong one goes on with the next.
template <class Walker>
void walk_lines(Walker& walker, std::string_view body, Reader& reader) {
  while (!walker.done() && !reader.enough()) {
    const size_t begin = walker.offset();
    auto wrong = walker.walk_line(reader);
    if (!wrong) continue;
    reader.fault(*wrong);
    const size_t newline = body.find('\n', std::max(begin, wrong->offset));
    if (begin >= body.size() || newline == body.npos) return;
    walker.seek(newline + 1);
  }
}

void walk(const scrape::JobOptions& job, std::string_view body, exposition::Format format, Reader& reader) {
  switch (format) {
    case exposition::Format::kText: {
      exposition::TextWalker walker(body);
      return walk_lines(walker, body, reader);
    }
    case exposition::Format::kOpenMetrics: {
      exposition::OpenMetricsWalker walker(body);
      return walk_lines(walker, body, reader);
    }
    case exposition::Format::kProtobuf: {
      exposition::ProtobufWalker walker(body, {.native_histograms = job.scrape_native_histograms,
                                               .always_classic = job.always_scrape_classic_histograms,
                                               .convert_classic = job.convert_classic_histograms});
      while (!walker.done()) {
        if (auto wrong = walker.walk_family(reader)) return reader.fault(*wrong);
      }
    }
  }
}

}  // namespace

Result<Preview> preview(const scrape::JobOptions& job, const Labels& target, std::string_view body,
                        exposition::Format format) {
  auto rules = scrape::SeriesRules::compile(job);
  if (!rules) return rules.error();
  Reader reader(job, *rules, target, body);
  walk(job, body, format, reader);
  return reader.finish();
}

}  // namespace narthex::lab
