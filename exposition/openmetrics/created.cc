#include "exposition/openmetrics/created.h"

#include "exposition/openmetrics/grammar.h"
#include "exposition/sample_tail.h"

namespace narthex::exposition {
namespace {

constexpr std::string_view kSuffix = "_created";

bool is_created(std::string_view name) { return name.size() > kSuffix.size() && name.ends_with(kSuffix); }

// The name of a key, and what distinguishes the metrics of a family: its labels, but for bounds. They stay escaped, so
// that a quote ends each part.
struct Identity {
  std::string_view metric;
  std::string& labels;

  void name(const char* first, const char* last) { metric = {first, last}; }
  void label(std::string_view name, bool, std::string_view value, bool) {
    if (name == "le" || name == "quantile") return;
    ((labels += name) += '"') += value;
    labels += '"';
  }
};

// Appends the labels of a good key; returns its metric name.
std::string_view split(std::string_view key, std::string& labels) {
  labels.clear();
  Identity identity{{}, labels};
  text::Fault fault;
  text::scan_series<openmetrics::SeriesBraces>(key.data(), key.data() + key.size(), identity, fault);
  return identity.metric;
}

// Stops at the first line that is no series, or at a "_created" one.
struct Search {
  std::string& labels;
  std::string_view metric;
  double value = 0;
  bool over = false;

  void on_type(std::string_view, MetricType) { over = true; }
  void on_help(std::string_view, std::string_view) { over = true; }
  void on_unit(std::string_view, std::string_view) { over = true; }
  void on_series(const SeriesLine& line) {
    metric = split(line.key, labels);
    value = line.value;
    over = is_created(metric);
  }
};

}  // namespace

std::optional<Timestamp> OpenMetricsWalker::CreatedTimes::start_of(std::string_view key, size_t offset) {
  const std::string_view name = split(key, labels_);
  if (is_created(name)) return std::nullopt;
  if (!name.starts_with(family_)) return 0;
  if (known_start_ != 0 && known_labels_ == labels_ && known_family_ == family_) return known_start_;
  if (offset > found_at_) look_ahead(offset);
  known_start_ = found_ && found_labels_ == labels_ ? found_start_ : 0;
  if (known_start_ != 0) {
    known_labels_ = labels_;
    known_family_ = family_;
  }
  return known_start_;
}

void OpenMetricsWalker::CreatedTimes::look_ahead(size_t offset) {
  OpenMetricsWalker walker(body_);
  walker.seek(offset);
  Search search{.labels = found_labels_, .metric = {}};
  bool wrong = false;
  do {
    found_at_ = walker.offset();
    wrong = walker.walk_line(search).has_value();
  } while (!wrong && !search.over && !walker.done());
  found_ =
      !wrong && is_created(search.metric) && search.metric.substr(0, search.metric.size() - kSuffix.size()) == family_;
  found_start_ = found_ ? milliseconds_of(search.value).value_or(0) : 0;
}

}  // namespace narthex::exposition
