#include "exposition/openmetrics.h"

#include <cassert>
#include <cmath>

#include "base/quote.h"
#include "exposition/openmetrics/created.h"
#include "exposition/openmetrics/fault.h"
#include "exposition/openmetrics/grammar.h"
#include "exposition/sample_tail.h"
#include "exposition/text/escape.h"
#include "exposition/text/fault.h"

namespace narthex::exposition {
namespace {

using text::Fault;
using text::is;
using text::skip;

constexpr const char* kNoEnd = "data does not end with # EOF";

struct ExemplarVisitor {
  std::vector<LabelView>& labels;

  void name(const char*, const char*) {}
  void label(std::string_view name, bool, std::string_view value, bool) { labels.push_back({name, value}); }
};

std::optional<MetricType> type_of(std::string_view word) {
  for (int i = 0; i <= static_cast<int>(MetricType::kStateset); ++i) {
    const MetricType type = static_cast<MetricType>(i);
    if (word == type_name(type)) return type;
  }
  return std::nullopt;
}

// NaN or infinite, as Go's %f prints it.
std::string_view no_time(double value) {
  if (std::isnan(value)) return "NaN";
  return value > 0 ? "+Inf" : "-Inf";
}

bool is_unit_of(std::string_view unit, std::string_view metric) {
  return metric.ends_with(unit) && metric.size() > unit.size() && metric[metric.size() - unit.size() - 1] == '_';
}

}  // namespace

OpenMetricsWalker::OpenMetricsWalker(std::string_view body, OpenMetricsOptions options)
    : body_(body), end_(body.data() + body.size()) {
  if (options.read_created) created_ = std::make_unique<CreatedTimes>(body);
}

OpenMetricsWalker::~OpenMetricsWalker() = default;

OpenMetricsWalker::Kind OpenMetricsWalker::read_line() {
  assert(!done());
  line_ = body_.data() + offset_;
  if (line_ == end_) return fail(end_, kNoEnd);
  if (is(*line_, text::kNameStart) || *line_ == '{') return read_series();
  if (*line_ == '#') return read_keyword();
  return fail_token("a valid start token", line_);
}

// The sample, and what read_created makes of it.
OpenMetricsWalker::Kind OpenMetricsWalker::read_series() {
  series_.exemplars = {};
  series_.start = 0;
  const Kind kind = read_sample();
  if (kind == Kind::kError || !seeks_starts()) return kind;
  const auto start = created_->start_of(series_.key, offset_);
  if (!start) return kind == Kind::kSeries ? Kind::kNothing : Kind::kError;
  series_.start = *start;
  return kind;
}

OpenMetricsWalker::Kind OpenMetricsWalker::read_sample() {
  text::NoVisitor nobody;
  Fault fault;
  const char* p = text::scan_series<openmetrics::SeriesBraces>(line_, end_, nobody, fault);
  if (p == nullptr) return fail(fault.at, openmetrics::fault_text(body_, line_, fault));
  series_.key = {line_, p};
  SampleTail tail;
  if (p == end_ || *p != ' ' || !read_openmetrics_tail(p + 1, end_, tail)) return read_long_tail(p);
  series_.value = tail.value;
  series_.timestamp = tail.timestamp;
  offset_ = static_cast<size_t>(tail.next - body_.data());
  return Kind::kSeries;
}

// What read_openmetrics_tail() does not read: exemplars, and what is wrong. `p` stands behind the key.
OpenMetricsWalker::Kind OpenMetricsWalker::read_long_tail(const char* p) {
  series_.timestamp.reset();
  p = take_float(p, "value after metric", series_.value);
  if (p == nullptr) return Kind::kError;
  if (p == end_) return fail(p, kNoEnd);
  if (std::string_view(p, end_).starts_with(openmetrics::kExemplarStart)) return read_exemplar(p);
  if (*p == '\n') return end_line(p);
  if (!openmetrics::lex(openmetrics::State::kTimestamp, p, end_).valid) return read_behind_value(p);
  p = take_time(p, "timestamp", series_.timestamp);
  if (p == nullptr) return Kind::kError;
  if (std::string_view(p, end_).starts_with(openmetrics::kExemplarStart)) return read_exemplar(p);
  return p < end_ && *p == '\n' ? end_line(p) : fail_token("next entry after timestamp", p);
}

// What stands behind the value is no token at all. The reference skips it as far as it looked at it, takes the sample,
// and fails at what comes next.
OpenMetricsWalker::Kind OpenMetricsWalker::read_behind_value(const char* p) {
  using openmetrics::State;
  const char* next = openmetrics::lex(State::kTimestamp, p, end_).stop;
  std::string message = kNoEnd;
  if (next < end_) message = openmetrics::token_error(body_, next, "a valid start token", next, State::kTimestamp);
  fail(next, std::move(message));
  return Kind::kSeriesAndError;
}

// `p` stands on " # {".
OpenMetricsWalker::Kind OpenMetricsWalker::read_exemplar(const char* p) {
  exemplar_labels_.clear();
  ExemplarVisitor visitor{exemplar_labels_};
  bool named = true;
  Fault fault;
  p = text::scan_braces<openmetrics::ExemplarBraces>(p + openmetrics::kExemplarStart.size(), end_, named, visitor,
                                                     fault);
  if (p == nullptr) return fail(fault.at, openmetrics::fault_text(body_, line_, fault));
  exemplar_.timestamp.reset();
  p = take_float(p, "value after exemplar labels", exemplar_.value);
  if (p == nullptr) return Kind::kError;
  if (p == end_) return fail(p, kNoEnd);
  if (*p != '\n') {
    if (openmetrics::skip_float(p, end_) == nullptr) return fail_token("timestamp or comment", p);
    p = take_time(p, "exemplar timestamp", exemplar_.timestamp);
    if (p == nullptr) return Kind::kError;
    if (p == end_ || *p != '\n') return fail_token("next entry after exemplar timestamp", p);
  }
  exemplar_.labels = exemplar_labels_;
  series_.exemplars = {&exemplar_, 1};
  return end_line(p);
}

OpenMetricsWalker::Kind OpenMetricsWalker::end_line(const char* newline) {
  offset_ = static_cast<size_t>(newline + 1 - body_.data());
  return Kind::kSeries;
}

const char* OpenMetricsWalker::take_float(const char* p, std::string_view what, double& value) {
  const char* stop = openmetrics::skip_float(p, end_);
  if (stop != nullptr && read_float(p + 1, stop, value)) return stop;
  if (stop == nullptr) {
    fail_token(what, p);
  } else {
    fail(p + 1, text::while_parsing(text::float_error({p + 1, stop}), body_, line_, stop));
  }
  return nullptr;
}

const char* OpenMetricsWalker::take_time(const char* p, std::string_view what, std::optional<Timestamp>& time) {
  double seconds = 0;
  const char* stop = take_float(p, what, seconds);
  if (stop == nullptr) return nullptr;
  time = milliseconds_of(seconds);
  if (time) return stop;
  fail(p + 1, ("invalid " + std::string(what) + " ").append(no_time(seconds)));
  return nullptr;
}

// line_ begins with '#'.
OpenMetricsWalker::Kind OpenMetricsWalker::read_keyword() {
  constexpr size_t kLength = 7;  // "# HELP "
  const std::string_view start(line_, std::min<size_t>(kLength, static_cast<size_t>(end_ - line_)));
  if (start == "# HELP " || start == "# TYPE " || start == "# UNIT ") {
    return read_metadata(start.substr(2, 4), line_ + kLength);
  }
  if (start.starts_with("# EOF")) return read_eof(line_ + 5);
  return fail_token("a valid start token", line_);
}

OpenMetricsWalker::Kind OpenMetricsWalker::read_eof(const char* p) {
  if (p < end_ && *p == '\n') ++p;
  if (p != end_) return fail(p, "unexpected data after # EOF");
  offset_ = body_.size();
  done_ = true;
  return Kind::kNothing;
}

OpenMetricsWalker::Kind OpenMetricsWalker::read_metadata(std::string_view keyword, const char* name) {
  const char* name_end = nullptr;
  if (name < end_ && is(*name, text::kNameStart)) {
    name_end = skip(name, end_, text::kNameStart | text::kDigit);
    name_ = {name, name_end};
  } else if (name < end_ && *name == '"') {
    const text::Quoted quoted = text::scan_quoted(name, end_, false);
    if (quoted.closed) {
      name_end = quoted.stop;
      name_ = {name + 1, name_end - 1};
    }
  }
  if (name_end == nullptr) return fail_token("metric name after " + std::string(keyword), name);
  const char* newline = text::find_newline(name_end, end_);
  if (newline == end_ || *name_end != ' ') return fail(name_end, "expected text in " + std::string(keyword));
  text_ = {name_end + 1, newline};
  offset_ = static_cast<size_t>(newline + 1 - body_.data());
  if (keyword == "HELP") return read_help();
  return keyword == "TYPE" ? read_type() : read_unit();
}

OpenMetricsWalker::Kind OpenMetricsWalker::read_type() {
  const std::optional<MetricType> type = type_of(text_);
  if (!type) return fail(text_.data(), "invalid metric type " + go_quote(text_));
  type_ = *type;
  if (created_) created_->begin_family(name_);
  return Kind::kType;
}

OpenMetricsWalker::Kind OpenMetricsWalker::read_help() {
  if (!is_valid_utf8(text_)) {
    return fail(text_.data(), "help text " + go_quote(text_) + " is not a valid utf8 string");
  }
  if (text_.find('\\') != text_.npos) {
    unescaped_.clear();
    text::append_unescaped(unescaped_, text_, "\\\"n");
    text_ = unescaped_;
  }
  return Kind::kHelp;
}

OpenMetricsWalker::Kind OpenMetricsWalker::read_unit() {
  if (text_.empty() || is_unit_of(text_, name_)) return Kind::kUnit;
  return fail(text_.data(), "unit " + go_quote(text_) + " not a suffix of metric " + go_quote(name_));
}

OpenMetricsWalker::Kind OpenMetricsWalker::fail(const char* at, std::string message) {
  error_ = text::located(body_, at, std::move(message));
  return Kind::kError;
}

OpenMetricsWalker::Kind OpenMetricsWalker::fail_token(std::string_view expected, const char* at) {
  return fail(at, openmetrics::token_error(body_, line_, expected, at));
}

}  // namespace narthex::exposition
