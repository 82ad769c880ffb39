// One rule at work on a label set. There is one implementation of every action; whoever wants to know what happened
// passes an observer that listens, and the fast entry passes one that does not and vanishes when compiled.
//
// An observer has:
//   static constexpr bool kListens   whether it wants to know at all
//   void matched(bool hit)           whether the rule's condition held; called once per rule
//   void because(make_text)          why, once per rule; the text is made only for one who listens
#pragma once

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "relabel/engine/case.h"
#include "relabel/engine/compiled.h"
#include "relabel/engine/reason.h"

namespace narthex::relabel {

struct Unobserved {
  static constexpr bool kListens = false;
  void matched(bool) const {}
  template <class F>
  void because(F&&) const {}
};

// Memory that the rules of one run share.
struct Scratch {
  std::string value;   // joined source labels
  std::string target;  // expanded target label
  std::string result;  // new value of the target label
  boost::container::small_vector<re2::StringPiece, 10> captures;
  std::vector<Label> renamed;  // what labelmap is going to set
};

// Not thread-safe; made for one rule on one label set.
template <class Observer>
class Run {
 public:
  Run(const Rule::Compiled& rule, LabelsBuilder& labels, Scratch& scratch, Observer& observer)
      : rule_(rule), labels_(labels), scratch_(scratch), observer_(observer) {}

  // False: the rule drops the item.
  bool run();

 private:
  std::string_view source_value();
  bool matches(std::string_view text) const;
  bool search(std::string_view text, size_t from);
  bool capture(std::string_view text);

  bool keep_if(bool wanted);
  bool keep_if_equal(bool wanted);
  void replace();
  void hash_mod();
  template <class Append>
  void change_case(Append append);
  void map_names();
  void delete_names(bool which);
  std::string_view mapped_name(std::string_view name);
  void set_target(std::string_view target, std::string_view result, const reason::Cause& cause);

  const Rule::Compiled& rule_;
  LabelsBuilder& labels_;
  Scratch& scratch_;
  Observer& observer_;
};

template <class Observer>
bool Run<Observer>::run() {
  switch (rule_.action) {
    case Action::kReplace:
      return replace(), true;
    case Action::kKeep:
      return keep_if(true);
    case Action::kDrop:
      return keep_if(false);
    case Action::kKeepEqual:
      return keep_if_equal(true);
    case Action::kDropEqual:
      return keep_if_equal(false);
    case Action::kHashMod:
      return hash_mod(), true;
    case Action::kLabelMap:
      return map_names(), true;
    case Action::kLabelDrop:
      return delete_names(true), true;
    case Action::kLabelKeep:
      return delete_names(false), true;
    case Action::kLowercase:
      return change_case(append_lowercase), true;
    case Action::kUppercase:
      return change_case(append_uppercase), true;
  }
  return true;
}

// Values of the source labels, joined. Lives until the labels or the scratch change. Never a view of nothing, because a
// capture of nothing is one that took no part in the match.
template <class Observer>
std::string_view Run<Observer>::source_value() {
  const auto& names = rule_.options.source_labels;
  if (names.empty()) return "";
  if (names.size() == 1) {
    const std::string_view value = labels_.get(names[0]);
    return value.empty() ? "" : value;
  }
  scratch_.value.assign(labels_.get(names[0]));
  for (size_t i = 1; i < names.size(); ++i) {
    scratch_.value.append(rule_.options.separator).append(labels_.get(names[i]));
  }
  return scratch_.value;
}

template <class Observer>
bool Run<Observer>::matches(std::string_view text) const {
  return rule_.matches_all || rule_.regex->Match(text, 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0);
}

// The next match at or behind `from`, into scratch_.captures.
template <class Observer>
bool Run<Observer>::search(std::string_view text, size_t from) {
  auto& captures = scratch_.captures;
  return rule_.regex->Match(text, from, text.size(), re2::RE2::UNANCHORED, captures.data(),
                            static_cast<int>(captures.size()));
}

// Like matches(), but fills scratch_.captures with what the templates need. Searching first and capturing only on a hit
// is faster, because most rules miss and RE2 searches without captures three times as fast.
template <class Observer>
bool Run<Observer>::capture(std::string_view text) {
  scratch_.captures.assign(static_cast<size_t>(rule_.captures), re2::StringPiece());
  if (rule_.matches_all) {
    std::fill(scratch_.captures.begin(), scratch_.captures.end(), text);
    return true;
  }
  return matches(text) && (rule_.captures == 0 || search(text, 0));
}

template <class Observer>
bool Run<Observer>::keep_if(bool wanted) {
  const std::string_view value = source_value();
  const bool hit = matches(value);
  observer_.matched(hit);
  observer_.because([&] { return reason::condition(rule_.options, value, hit); });
  return hit == wanted;
}

template <class Observer>
bool Run<Observer>::keep_if_equal(bool wanted) {
  const std::string_view value = source_value();
  const std::string_view target = labels_.get(rule_.options.target_label);
  const bool equal = value == target;
  observer_.matched(equal);
  observer_.because([&] { return reason::comparison(rule_.options, target, value); });
  return equal == wanted;
}

template <class Observer>
void Run<Observer>::replace() {
  const std::string_view value = source_value();
  const bool hit = capture(value);
  observer_.matched(hit);
  if (!hit) {
    observer_.because([&] { return reason::condition(rule_.options, value, false); });
    return;
  }
  auto expand = [&](const Expansion& expansion, std::string& out) -> std::string_view {
    if (expansion.literal()) return expansion.text();
    out.clear();
    expansion.append(out, scratch_.captures);
    return out;
  };
  const std::string_view target = expand(rule_.target, scratch_.target);
  const reason::Cause cause{rule_, value, scratch_.captures};
  if (!rule_.target.literal() && !is_valid_label_name(target, rule_.options.scheme)) {
    observer_.because([&] { return reason::invalid_target(cause, target); });
    return;
  }
  set_target(target, expand(rule_.replacement, scratch_.result), cause);
}

template <class Observer>
void Run<Observer>::set_target(std::string_view target, std::string_view result, const reason::Cause& cause) {
  observer_.because([&] { return reason::assignment(cause, target, labels_.get(target), result); });
  labels_.set(target, result);
}

template <class Observer>
void Run<Observer>::hash_mod() {
  const std::string_view value = source_value();
  unsigned char digest[16];
  EVP_Digest(value.data(), value.size(), digest, nullptr, rule_.md5.get(), nullptr);
  uint64_t number = 0;
  for (int i = 8; i < 16; ++i) number = number << 8 | digest[i];
  scratch_.result = std::to_string(number % rule_.options.modulus);
  observer_.matched(true);
  set_target(rule_.options.target_label, scratch_.result, {rule_, value, {}});
}

template <class Observer>
template <class Append>
void Run<Observer>::change_case(Append append) {
  const std::string_view value = source_value();
  scratch_.result.clear();
  append(scratch_.result, value);
  observer_.matched(true);
  set_target(rule_.options.target_label, scratch_.result, {rule_, value, {}});
}

// `name` with every match replaced. There is one match and it is the whole name, unless the expression escapes its
// anchors as `a)|(b` does.
template <class Observer>
std::string_view Run<Observer>::mapped_name(std::string_view name) {
  std::string& out = scratch_.target;
  out.clear();
  if (rule_.matches_all) {
    scratch_.captures.assign(static_cast<size_t>(rule_.captures), name);
    return rule_.replacement.append(out, scratch_.captures), out;
  }
  scratch_.captures.assign(static_cast<size_t>(std::max(rule_.captures, 1)), re2::StringPiece());
  size_t copied = 0;
  for (size_t from = 0; from <= name.size() && search(name, from);) {
    const re2::StringPiece whole = scratch_.captures[0];
    const size_t begin = static_cast<size_t>(whole.data() - name.data());
    const size_t end = begin + whole.size();
    out.append(name.substr(copied, begin - copied));
    // An empty match right behind the last one is not a match of its own.
    if (end > copied || begin == 0) rule_.replacement.append(out, scratch_.captures);
    copied = end;
    from = std::max(end, from + 1);
  }
  return out.append(name.substr(copied)), out;
}

template <class Observer>
void Run<Observer>::map_names() {
  auto& renamed = scratch_.renamed;
  renamed.clear();
  for (const Label& label : labels_.labels()) {
    if (matches(label.name)) renamed.push_back({std::string(mapped_name(label.name)), label.value});
  }
  observer_.matched(!renamed.empty());
  observer_.because([&] { return reason::renaming(rule_.options, labels_.labels().size(), renamed); });
  // All names are matched before any is set: a rule does not see its own work.
  for (const Label& label : renamed) labels_.set(label.name, label.value);
}

// Deletes the labels whose names match (`which` = true) or do not match.
template <class Observer>
void Run<Observer>::delete_names(bool which) {
  bool hit = false;
  const size_t before = labels_.labels().size();
  std::vector<std::string> deleted;
  labels_.del_if([&](const Label& label) {
    const bool match = matches(label.name);
    hit = hit || match;
    if constexpr (Observer::kListens) {
      if (match == which) deleted.push_back(label.name);
    }
    return match == which;
  });
  observer_.matched(hit);
  observer_.because([&] { return reason::deletion(rule_.options, which, before, deleted); });
}

}  // namespace narthex::relabel
