#include "tests/unit/promql/query_text.h"

#include <fmt/format.h>

#include "base/number.h"
#include "base/quote.h"

namespace narthex::testing {
namespace {

void append_series(std::string& out, const std::vector<promql::Series>& all) {
  for (const promql::Series& series : all) {
    out += series.metric.metric_str();
    for (const Sample& sample : series.samples) {
      out += " " + float_plain(sample.value) + "@" + float_plain(static_cast<double>(sample.timestamp) / 1000);
    }
    for (const HistogramSample& h : series.histograms) {
      out += fmt::format(" h{}@{}", h.histogram->count, float_plain(static_cast<double>(h.timestamp) / 1000));
    }
    out += '\n';
  }
}

}  // namespace

std::string text_of(const Result<promql::QueryResult>& result) {
  if (!result) return "error: " + result.error().message;
  std::string out;
  if (const auto* vector = std::get_if<promql::Vector>(&result->value)) append_series(out, vector->series);
  if (const auto* matrix = std::get_if<promql::Matrix>(&result->value)) append_series(out, matrix->series);
  if (const auto* scalar = std::get_if<promql::Scalar>(&result->value)) {
    out = float_plain(scalar->value) + "@" + float_plain(static_cast<double>(scalar->timestamp) / 1000) + "\n";
  }
  if (const auto* string = std::get_if<promql::String>(&result->value)) out = go_quote(string->value) + "\n";
  for (const std::string& warning : result->warnings) out += warning + "\n";
  for (const std::string& info : result->infos) out += info + "\n";
  return out;
}

std::string QueryFixture::instant(const std::string& query, double seconds) const {
  const promql::Engine engine(options_);
  const auto t = static_cast<Timestamp>(seconds * 1000);
  promql::Query question;
  question.text = query;
  question.start = question.end = t;
  return text_of(engine.instant(*store_.view(), question));
}

std::string QueryFixture::range(const std::string& query, double start, double end, double step) const {
  const promql::Engine engine(options_);
  promql::Query question;
  question.text = query;
  question.start = static_cast<Timestamp>(start * 1000);
  question.end = static_cast<Timestamp>(end * 1000);
  question.step_ms = static_cast<int64_t>(step * 1000);
  return text_of(engine.range(*store_.view(), question));
}

}  // namespace narthex::testing
