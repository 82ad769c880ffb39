#include "storage/segment/selection.h"

#include <boost/unordered/unordered_flat_map.hpp>
#include <optional>

#include "storage/query/matching.h"
#include "storage/segment/dictionary.h"
#include "storage/segment/page/index_page.h"
#include "storage/segment/page/steps.h"

namespace narthex::storage {
namespace {

// One selector's search. Texts are compared by their numbers; regular expressions are asked once per distinct value,
// and everything once per distinct list.
class Selection {
 public:
  Selection(const PageReader& pages, Dictionary dictionary, MatchRules rules, Timestamp from, Timestamp to)
      : pages_(pages), dictionary_(std::move(dictionary)), rules_(rules), from_(from), to_(to) {}

  Result<std::vector<SegmentSeries>> run() {
    if (const auto possible = resolve(); !possible || !*possible) return done(possible);
    auto metrics = wanted_metrics();
    if (!metrics) return metrics.error();
    if (const auto searched = search(*metrics); !searched) return searched.error();
    return std::move(found_);
  }

 private:
  // A matcher, in the segment's numbers.
  struct Condition {
    std::optional<SymbolNumber> name;   // none: no series has the label
    std::optional<SymbolNumber> value;  // none: no series has it
    boost::unordered_flat_map<SymbolNumber, bool> known = {};
  };
  struct TargetAnswer {
    Answer answer;
    TargetTimes times;
  };

  Result<std::vector<SegmentSeries>> done(const Result<bool>& possible) {
    if (!possible) return possible.error();
    return std::vector<SegmentSeries>();
  }

  // Looks the matchers' texts up. False: one of them is not here, so no series is meant.
  Result<bool> resolve() {
    for (const Matcher& matcher : rules_.matchers()) {
      Condition& condition = conditions_.emplace_back();
      const auto name = dictionary_.find(matcher.name());
      if (!name) return name.error();
      if (*name && dictionary_.has_label(**name)) condition.name = *name;
      if (!condition.name && !matcher.matches_empty()) return false;
      if (matcher.type() != MatchType::kEqual && matcher.type() != MatchType::kNotEqual) continue;
      const auto value = dictionary_.find(matcher.value());
      if (!value) return value.error();
      condition.value = *value;
      if (!condition.value && matcher.type() == MatchType::kEqual) return false;
    }
    return true;
  }

  // The metric names that may occur in the answer, ascending.
  Result<std::vector<SymbolNumber>> wanted_metrics() {
    std::vector<SymbolNumber> wanted;
    if (const auto name = rules_.metric_name()) {
      const auto symbol = dictionary_.find(*name);
      if (!symbol) return symbol.error();
      if (*symbol) wanted.push_back(**symbol);
      return wanted;
    }
    if (rules_.metric_possible({})) wanted.push_back(kEmptySymbol);
    const auto label = dictionary_.find(kMetricName);
    if (!label) return label.error();
    if (!*label) return wanted;
    const auto names = dictionary_.values(**label);
    if (!names) return names.error();
    if (!*names) return wanted;
    for (const SymbolNumber name : **names) {
      const auto text = dictionary_.text(name);
      if (!text) return text.error();
      if (rules_.metric_possible(*text)) wanted.push_back(name);
    }
    return wanted;
  }

  // Both the metrics and the sections of the pages ascend.
  Result<> search(std::span<const SymbolNumber> metrics) {
    auto metric = metrics.begin();
    while (metric != metrics.end()) {
      const auto place = page_of(dictionary_.directory().first_metrics, *metric);
      if (!place) {
        ++metric;
        continue;
      }
      const auto page = pages_.get<IndexPage>(PageKind::kIndex, *place);
      if (!page) return page.error();
      for (const IndexPage::Section& section : (*page)->sections()) {
        while (metric != metrics.end() && *metric < section.metric) ++metric;
        if (metric == metrics.end() || *metric != section.metric) continue;
        if (const auto walked = walk((*page)->section(section), *place); !walked) return walked;
        ++metric;
      }
      // What is left of this page's range is not in the index.
      const auto& firsts = dictionary_.directory().first_metrics;
      const uint64_t end = *place + 1 < firsts.size() ? firsts[*place + 1] : uint64_t{UINT32_MAX} + 1;
      while (metric != metrics.end() && *metric < end) ++metric;
    }
    return {};
  }

  Result<> walk(std::string_view section, uint64_t page) {
    SectionReader rows(section);
    IndexRow row;
    while (rows.next(row)) {
      const auto difference = answer_of_difference(row.difference);
      if (!difference) return difference.error();
      if (!rules_.possible(*difference)) continue;
      const auto target = answer_of_target(row.target);
      if (!target) return target.error();
      const TargetAnswer& t = **target;
      if (!rules_.satisfied(t.answer, *difference)) continue;
      if (after_step(t.times.first, row.first) > to_ || step_between(row.last, t.times.last) < from_) continue;
      found_.push_back({row.target, row.difference, row.pack, row.place});
    }
    return rows.ok() ? Result<>() : pages_.damaged(PageKind::kIndex, page, "a metric's series make no sense");
  }

  Result<Answer> answer_of_difference(uint32_t number) {
    if (last_difference_ && last_difference_->first == number) return last_difference_->second;
    if (const auto known = differences_.find(number); known != differences_.end()) {
      last_difference_ = *known;
      return known->second;
    }
    const auto list = dictionary_.list(number);
    if (!list) return list.error();
    const auto answer = ask(list->pairs);
    if (!answer) return answer.error();
    differences_.emplace(number, *answer);
    last_difference_ = {number, *answer};
    return answer;
  }

  // Valid until the next call.
  Result<const TargetAnswer*> answer_of_target(uint32_t number) {
    if (const auto known = targets_.find(number); known != targets_.end()) return &known->second;
    const auto list = dictionary_.list(number);
    if (!list) return list.error();
    if (list->target == nullptr) {
      return pages_.damaged(PageKind::kLists, number / kListsPerPage, "it does not know a target of the index");
    }
    const TargetTimes times = *list->target;
    const auto answer = ask(list->pairs);
    if (!answer) return answer.error();
    return &targets_.emplace(number, TargetAnswer{*answer, times}).first->second;
  }

  Result<Answer> ask(std::span<const NumberedPair> pairs) {
    const auto value_of = [&](size_t i) -> std::optional<SymbolNumber> {
      for (const NumberedPair& pair : pairs) {
        if (conditions_[i].name == pair.name) return pair.value;
      }
      return std::nullopt;
    };
    const Answer answer = rules_.ask(value_of, [&](size_t i, SymbolNumber value) { return matches(i, value); });
    if (failure_) return *failure_;
    return answer;
  }

  bool matches(size_t i, SymbolNumber value) {
    const Matcher& matcher = rules_.matchers()[i];
    Condition& condition = conditions_[i];
    if (matcher.type() == MatchType::kEqual) return condition.value == value;
    if (matcher.type() == MatchType::kNotEqual) return condition.value != value;
    const auto [known, fresh] = condition.known.emplace(value, false);
    if (!fresh) return known->second;
    const auto text = dictionary_.text(value);
    if (!text) failure_ = text.error();
    return known->second = text && matcher.matches(*text);
  }

  const PageReader& pages_;
  Dictionary dictionary_;
  const MatchRules rules_;
  const Timestamp from_;
  const Timestamp to_;
  std::vector<Condition> conditions_;
  std::optional<Error> failure_;
  boost::unordered_flat_map<uint32_t, Answer> differences_;
  std::optional<std::pair<uint32_t, Answer>> last_difference_;
  boost::unordered_flat_map<uint32_t, TargetAnswer> targets_;
  std::vector<SegmentSeries> found_;
};

}  // namespace

Result<std::vector<SegmentSeries>> select_series(const PageReader& pages, std::span<const Matcher> matchers,
                                                 Timestamp from, Timestamp to) {
  const auto rules = MatchRules::make(matchers);
  if (!rules) return rules.error();
  auto dictionary = Dictionary::open(pages);
  if (!dictionary) return dictionary.error();
  return Selection(pages, std::move(*dictionary), *rules, from, to).run();
}

}  // namespace narthex::storage
