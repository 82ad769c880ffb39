#include "relabel/engine/reason.h"

#include <algorithm>

#include "base/quote.h"

namespace narthex::relabel::reason {
namespace {

std::string shown_name(std::string_view name) {
  return is_legacy_label_name(name) ? std::string(name) : go_quote(name);
}

std::string pair(std::string_view name, std::string_view value) { return shown_name(name) + '=' + go_quote(value); }

// Appends `item`, after ", " if it is not the first.
void append_item(std::string& list, std::string_view item) {
  if (!list.empty()) list += ", ";
  list += item;
}

// "dev" (of [env])
std::string sourced(const RuleOptions& rule, std::string_view value) {
  std::string names;
  for (const std::string& name : rule.source_labels) append_item(names, shown_name(name));
  return go_quote(value) + (names.empty() ? " (no source labels)" : " (of [" + names + "])");
}

// What the templates used of the match: `; $1="h", $port="80"`, and what they wanted in vain.
std::string used_captures(const Cause& cause) {
  std::string list;
  const auto& names = cause.rule.regex->CapturingGroupNames();
  const Expansion* const templates[] = {&cause.rule.target, &cause.rule.replacement};
  for (size_t i = 0; i < cause.captures.size(); ++i) {
    const int group = static_cast<int>(i);
    auto uses = [&](const Expansion* e) { return std::count(e->groups().begin(), e->groups().end(), group) > 0; };
    if (std::none_of(std::begin(templates), std::end(templates), uses)) continue;
    const auto name = names.find(group);
    const re2::StringPiece& text = cause.captures[i];
    append_item(list, '$' + (name == names.end() ? std::to_string(i) : name->second) +
                          (text.data() == nullptr ? " captured nothing" : '=' + go_quote({text.data(), text.size()})));
  }
  for (const Expansion* e : templates) {
    for (const std::string& unknown : e->unknown()) append_item(list, "no group is called " + go_quote(unknown));
  }
  return list.empty() ? list : "; " + list;
}

std::string cause_text(const Cause& cause, std::string_view result) {
  const RuleOptions& rule = cause.rule.options;
  switch (cause.rule.action) {
    case Action::kHashMod:
      return "md5 of " + sourced(rule, cause.value) + " mod " + std::to_string(rule.modulus) + " is " +
             std::string(result);
    case Action::kLowercase:
      return sourced(rule, cause.value) + " in lower case";
    case Action::kUppercase:
      return sourced(rule, cause.value) + " in upper case";
    default:
      return condition(rule, cause.value, true) + used_captures(cause);
  }
}

std::string change(std::string_view target, std::string_view before, std::string_view after) {
  const std::string name = shown_name(target);
  if (before == after)
    return after.empty() ? "the result is empty and there is no " + name : pair(target, after) + " already";
  if (after.empty()) return "the result is empty: deleted " + pair(target, before);
  if (before.empty()) return "set " + pair(target, after);
  return "set " + pair(target, after) + ", which was " + go_quote(before);
}

std::string name_count(const RuleOptions& rule, size_t hits, size_t names) {
  const std::string which = hits == 0 ? "none" : std::to_string(hits);
  return "regex " + go_quote(rule.regex) + " matches " + which + " of " + std::to_string(names) + " label names";
}

}  // namespace

std::string condition(const RuleOptions& rule, std::string_view value, bool hit) {
  return "regex " + go_quote(rule.regex) + (hit ? " matches " : " does not match ") + sourced(rule, value);
}

std::string comparison(const RuleOptions& rule, std::string_view target, std::string_view value) {
  return pair(rule.target_label, target) + (target == value ? " equals " : " differs from ") + sourced(rule, value);
}

std::string assignment(const Cause& cause, std::string_view target, std::string_view before, std::string_view after) {
  return cause_text(cause, after) + "; " + change(target, before, after);
}

std::string invalid_target(const Cause& cause, std::string_view target) {
  return cause_text(cause, {}) + "; nothing set, because " + go_quote(target) + " is not a valid label name";
}

std::string renaming(const RuleOptions& rule, size_t names, const std::vector<Label>& renamed) {
  std::string list;
  for (const Label& label : renamed) append_item(list, pair(label.name, label.value));
  return name_count(rule, renamed.size(), names) + (list.empty() ? "" : "; set " + list);
}

std::string deletion(const RuleOptions& rule, bool matching, size_t names, const std::vector<std::string>& deleted) {
  std::string list;
  for (const std::string& name : deleted) append_item(list, shown_name(name));
  const size_t hits = matching ? deleted.size() : names - deleted.size();
  return name_count(rule, hits, names) + "; deleted " + (list.empty() ? "nothing" : list);
}

}  // namespace narthex::relabel::reason
