// Random series and random queries: the engine gives, bit for bit, what the plain evaluator gives.
#include <gtest/gtest.h>

#include <bit>
#include <random>

#include "base/number.h"
#include "promql/parser.h"
#include "tests/support/naive_store.h"
#include "tests/unit/promql/query_text.h"
#include "tests/unit/promql/reference_evaluator.h"

namespace narthex::testing {
namespace {

class Generator {
 public:
  explicit Generator(uint32_t seed) : random_(seed) {}

  size_t below(size_t n) { return random_() % n; }
  bool one_in(size_t n) { return below(n) == 0; }
  template <class T>
  const T& pick(const std::vector<T>& list) {
    return list[below(list.size())];
  }

  AllSamples samples() {
    AllSamples all;
    for (int i = 0; i < 12; ++i) {
      std::vector<Label> labels = {{"__name__", pick<std::string>({"x_total", "y"})}, {"a", std::to_string(below(3))}};
      if (one_in(2)) labels.push_back({"b", std::to_string(below(3))});
      fill(all[Labels(std::move(labels))]);
    }
    return all;
  }

  std::string vector(int depth) {
    if (depth <= 0 || one_in(5)) return selector() + shift();
    switch (below(6)) {
      case 0:
        return pick<std::string>({"rate", "increase", "delta", "count_over_time", "last_over_time"}) + "(" +
               matrix(depth) + ")";
      case 1:
        return pick<std::string>({"sum", "min", "max", "count", "group"}) + grouping() + "(" + vector(depth - 1) + ")";
      case 2:
        return "(" + vector(depth - 1) + " " + arithmetic() + " " + scalar() + ")";
      case 3:
        return "(" + scalar() + " " + comparison() + " " + vector(depth - 1) + ")";
      case 4:
        return "-(" + vector(depth - 1) + ")";
      default:
        return "(" + vector(depth - 1) + " " + comparison() + pick<std::string>({"", " bool"}) + " " + scalar() + ")";
    }
  }

 private:
  void fill(std::vector<Sample>& samples) {
    if (!samples.empty()) return;
    double value = static_cast<double>(below(100));
    for (Timestamp t = static_cast<Timestamp>(below(200'000)); t < 1'500'000;
         t += static_cast<Timestamp>(below(60'000)) + 1) {
      value = one_in(8) ? static_cast<double>(below(10)) : value + static_cast<double>(below(1000)) / 7;
      if (one_in(20)) t += 300'000;
      samples.push_back({t, one_in(10) ? kStaleMarker : one_in(30) ? kNormalNan : value});
    }
  }

  std::string selector() {
    return pick<std::string>({"x_total", "y", "{a=\"1\"}", "{a!=\"1\",b=~\".+\"}", "x_total{b=\"\"}", "y{a=~\"0|2\"}",
                              "{__name__=~\".+\",a=\"0\"}"});
  }
  std::string shift() {
    return pick<std::string>({"", "", "", " offset 77s", " offset -1m", " @ 700", " @ start()", " @ end() offset 2m"});
  }
  std::string matrix(int depth) {
    const std::string range = pick<std::string>({"1m", "100s", "5m", "333s"});
    if (one_in(3)) return vector(depth - 2) + "[" + range + ":" + pick<std::string>({"", "20s", "45s"}) + "]" + shift();
    return selector() + "[" + range + "]" + shift();
  }
  std::string grouping() {
    return pick<std::string>({"", " by (a) ", " by (b, a) ", " without (a) ", " by (__name__) ", " without () "});
  }
  std::string scalar() { return pick<std::string>({"0", "1", "2.5", "-3", "NaN", "Inf", "time()", "1e10"}); }
  std::string arithmetic() { return pick<std::string>({"+", "-", "*", "/", "%", "^", "atan2"}); }
  std::string comparison() { return pick<std::string>({"==", "!=", "<", "<=", ">", ">="}); }

  std::mt19937 random_;
};

// One line per series: its labels and the bits of its values.
std::string dump(const std::map<Labels, std::map<Timestamp, double>>& series) {
  std::string out;
  for (const auto& [labels, values] : series) {
    out += labels.metric_str();
    for (const auto& [t, v] : values) {
      // All NaN are one: which one comes out depends on the order of operands in the machine.
      out += " " + std::to_string(t) + ":" + (std::isnan(v) ? "NaN" : std::to_string(std::bit_cast<uint64_t>(v))) +
             "(" + float_plain(v) + ")";
    }
    out += '\n';
  }
  return out;
}

struct Question {
  std::string text;
  Timestamp start;
  Timestamp end;
  int64_t step;
};

std::string ask_reference(const AllSamples& samples, const Question& q) {
  const auto expr = promql::parse_expr(q.text, {});
  if (!expr) return expr.error().message;
  ReferenceEvaluator reference(samples, q.start, q.end);
  std::map<Labels, std::map<Timestamp, double>> series;
  for (Timestamp t = q.start; t <= q.end; t += q.step) {
    const auto elements = reference.evaluate(**expr, t);
    if (!elements) return "error";
    for (const auto& [labels, value] : *elements) series[labels][t] = value;
  }
  return dump(series);
}

std::string ask_engine(const NaiveStore& store, const Question& q) {
  const promql::Engine engine({});
  promql::Query query;
  query.text = q.text;
  query.start = q.start;
  query.end = q.end;
  query.step_ms = q.step;
  const auto result = engine.range(*store.view(), query);
  if (!result) return result.error().code == Code::kExecution ? "error" : result.error().message;
  std::map<Labels, std::map<Timestamp, double>> series;
  for (const promql::Series& s : std::get<promql::Matrix>(result->value).series) {
    for (const Sample& sample : s.samples) series[s.metric][sample.timestamp] = sample.value;
  }
  return dump(series);
}

TEST(RandomQueryTest, EngineEqualsThePlainEvaluator) {
  size_t answered = 0;
  for (uint32_t seed = 1; seed <= 60; ++seed) {
    Generator generator(seed);
    const AllSamples samples = generator.samples();
    NaiveStore store;
    for (const auto& [labels, list] : samples) {
      for (const Sample& sample : list) store.add(labels, sample.timestamp, sample.value);
    }
    for (int i = 0; i < 40; ++i) {
      const Timestamp start = static_cast<Timestamp>(generator.below(1'000'000));
      const auto step = static_cast<int64_t>(generator.below(100'000)) + 1;
      const Question question{generator.vector(4), start, start + 6 * step, step};
      const std::string wanted = ask_reference(samples, question);
      const std::string got = ask_engine(store, question);
      // The engine also evaluates subqueries between two windows, where an error of theirs may lie.
      if (got == "error" && question.text.find(":") != std::string::npos) continue;
      ASSERT_EQ(got, wanted) << "seed " << seed << ": " << question.text << " from " << start << " step " << step;
      answered += wanted.empty() || wanted == "error" ? 0 : 1;
    }
  }
  EXPECT_GT(answered, 1000u);
}

}  // namespace
}  // namespace narthex::testing
