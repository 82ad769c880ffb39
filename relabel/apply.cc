#include "relabel/engine/run.h"

namespace narthex::relabel {
namespace {

// Listens to one rule.
struct Recorder {
  static constexpr bool kListens = true;
  bool hit = true;
  std::string reason;

  void matched(bool value) { hit = value; }
  template <class F>
  void because(F&& make_text) {
    reason = make_text();
  }
};

}  // namespace

bool apply(std::span<const Rule> rules, LabelsBuilder& labels) {
  Scratch scratch;
  Unobserved nobody;
  for (const Rule& rule : rules) {
    if (!Run(rule.compiled(), labels, scratch, nobody).run()) return false;
  }
  return true;
}

Explanation explain(std::span<const Rule> rules, const Labels& labels) {
  Explanation out;
  out.labels = labels;
  LabelsBuilder builder(labels);
  Scratch scratch;
  for (size_t i = 0; i < rules.size(); ++i) {
    Recorder recorder;
    const bool keep = Run(rules[i].compiled(), builder, scratch, recorder).run();
    Labels after = keep ? builder.build() : Labels();
    out.steps.push_back({.rule = i,
                         .place = rules[i].place(),
                         .before = std::move(out.labels),
                         .after = after,
                         .keep = keep,
                         .matched = recorder.hit,
                         .reason = std::move(recorder.reason)});
    out.labels = std::move(after);
    out.kept = keep;
    if (!keep) break;
  }
  return out;
}

}  // namespace narthex::relabel
