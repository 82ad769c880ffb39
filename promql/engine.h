// PromQL: text in, vectors and matrices out. Source: the PromQL spec.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/labels.h"
#include "model/matcher.h"
#include "model/sample.h"
#include "promql/parser.h"
#include "storage/querier.h"

namespace narthex::promql {

struct EngineOptions {
  int64_t lookback_ms = 300'000;              // --query.lookback-delta
  int64_t timeout_ms = 120'000;               // --query.timeout
  int64_t max_samples = 50'000'000;           // --query.max-samples
  int64_t default_subquery_step_ms = 60'000;  // global evaluation_interval
  Features features;                          // --enable-feature
};

// One question. An instant query has start == end and step 0.
struct Query {
  std::string text;
  Timestamp start = 0;
  Timestamp end = 0;
  int64_t step_ms = 0;
  int64_t lookback_ms = 0;  // 0: the engine's
  int64_t timeout_ms = 0;   // 0: the engine's; never longer than the engine's
  // Polled between series; true ends the query with kCanceled. May be empty.
  std::function<bool()> canceled;
};

struct Series {
  Labels metric;
  std::vector<Sample> samples = {};              // ascending; never stale markers
  std::vector<HistogramSample> histograms = {};  // likewise; no timestamp occurs in both
};

struct Vector {  // instant vector: every series has exactly one sample or histogram, at the evaluation time
  std::vector<Series> series;
};
struct Matrix {
  std::vector<Series> series;
};
struct Scalar {
  Timestamp timestamp;
  double value;
};
struct String {
  Timestamp timestamp;
  std::string value;
};

struct QueryResult {
  std::variant<Vector, Matrix, Scalar, String> value;
  std::vector<std::string> warnings;  // complete texts, "PromQL warning: …"
  std::vector<std::string> infos;
  int64_t samples_read = 0;  // from the store; a selector's sample counts once, however many windows hold it
  int64_t peak_samples = 0;  // held in memory at once
};

// Thread-safe: queries may run at once.
class Engine {
 public:
  // `clock` measures the timeout; it must outlive the engine.
  explicit Engine(EngineOptions options, const Clock& clock = system_clock()) : options_(options), clock_(&clock) {}

  const EngineOptions& options() const { return options_; }

  // Series of a matrix are in the order of their labels; so are those of an instant vector that a selector gives.
  // `view` and `query` are not kept. Errors: kInvalid `<line>:<col>: parse error: <msg>`; kUnsupported names what
  // cannot be evaluated yet, be it of native histograms, which only selectors give; kExecution, kTimeout, kCanceled,
  // kLimit with the texts of the PromQL spec, section 3.
  Result<QueryResult> instant(const storage::View& view, const Query& query) const;
  Result<QueryResult> range(const storage::View& view, const Query& query) const;

 private:
  EngineOptions options_;
  const Clock* clock_;
};

// One bare vector selector, as match[] takes it. Error texts as the HTTP API spec, section 1.3 (without the wrapper).
Result<std::vector<Matcher>> parse_selector(std::string_view text);

}  // namespace narthex::promql
