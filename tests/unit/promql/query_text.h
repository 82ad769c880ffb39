// Queries and their answers as text, for tables of tests.
#pragma once

#include <string>

#include "promql/engine.h"
#include "tests/support/naive_store.h"

namespace narthex::testing {

// An engine with all features on over a naive store. Times are seconds.
class QueryFixture {
 public:
  QueryFixture() { options_.features = {true, true, true, true, true}; }

  promql::EngineOptions& options() { return options_; }
  NaiveStore& store() { return store_; }

  // Samples at the given times; a value is a number or "stale".
  void add(const Labels& labels, std::initializer_list<std::pair<double, double>> samples) {
    for (const auto& [seconds, value] : samples) store_.add(labels, static_cast<Timestamp>(seconds * 1000), value);
  }

  // A series per line, `name{…} value@seconds …`, then warnings and infos; or "error: <text>".
  std::string instant(const std::string& query, double seconds) const;
  std::string range(const std::string& query, double start, double end, double step) const;

 private:
  promql::EngineOptions options_;
  NaiveStore store_;
};

// The answer as the fixture writes it.
std::string text_of(const Result<promql::QueryResult>& result);

}  // namespace narthex::testing
