#include <algorithm>

#include "base/quote.h"
#include "base/regex.h"
#include "relabel/engine/compiled.h"

namespace narthex::relabel {
namespace {

const RuleOptions kDefaults;

bool one_of(Action action, std::initializer_list<Action> actions) {
  return std::find(actions.begin(), actions.end(), action) != actions.end();
}

// A name that may contain references to captures. The legacy shape is the reference's; UTF-8 names allow '$' and braces
// anyway.
bool is_valid_name_template(std::string_view text, NameScheme scheme) {
  if (scheme == NameScheme::kUtf8) return is_valid_label_name(text, scheme);
  static const re2::RE2 shape(R"((?:(?:[a-zA-Z_]|\$(?:\{\w+\}|\w+))+\w*)+)");
  return re2::RE2::FullMatch(text, shape);
}

std::string check_target(Action action, const RuleOptions& o) {
  using enum Action;
  const std::string name(action_name(action));
  if (!one_of(action, {kReplace, kHashMod, kLowercase, kUppercase, kKeepEqual, kDropEqual})) return {};
  if (o.target_label.empty()) return "relabel configuration for " + name + " action requires 'target_label' value";
  const bool is_template = action == kReplace && o.target_label.find('$') != o.target_label.npos;
  const bool valid =
      is_template ? is_valid_name_template(o.target_label, o.scheme) : is_valid_label_name(o.target_label, o.scheme);
  if (!valid) return go_quote(o.target_label) + " is invalid 'target_label' for " + name + " action";
  return {};
}

std::string check_replacement(Action action, const RuleOptions& o) {
  using enum Action;
  const bool fixed = one_of(action, {kLowercase, kUppercase, kKeepEqual, kDropEqual});
  if (fixed && o.replacement != kDefaults.replacement) {
    return "'replacement' can not be set for " + std::string(action_name(action)) + " action";
  }
  if (action == kLabelMap && !is_valid_name_template(o.replacement, o.scheme)) {
    return go_quote(o.replacement) + " is invalid 'replacement' for labelmap action";
  }
  return {};
}

std::string check_only(Action action, const RuleOptions& o) {
  using enum Action;
  const std::string name(action_name(action));
  const bool common = o.modulus != kDefaults.modulus || o.separator != kDefaults.separator;
  if (one_of(action, {kKeepEqual, kDropEqual}) && (common || o.regex_set || o.regex != kDefaults.regex)) {
    return name + " action requires only 'source_labels' and `target_label`, and no other fields";
  }
  const bool sources = o.source_labels_set || !o.source_labels.empty();
  const bool texts = !o.target_label.empty() || o.replacement != kDefaults.replacement;
  if (one_of(action, {kLabelDrop, kLabelKeep}) && (common || sources || texts)) {
    return name + " action requires only 'regex', and no other fields";
  }
  return {};
}

// The first fault, or "".
std::string check(Action action, const RuleOptions& o) {
  if (o.action_null) return "relabel action cannot be empty";
  if (action == Action::kHashMod && o.modulus == 0)
    return "relabel configuration for hashmod requires non-zero modulus";
  for (auto part : {check_target, check_replacement, check_only}) {
    if (std::string fault = part(action, o); !fault.empty()) return fault;
  }
  return {};
}

}  // namespace

Result<Rule> Rule::compile(const RuleOptions& options) {
  auto at_place = [&](Error error) { return error.place = options.place, error; };
  const auto action = options.action_null ? Result<Action>(Action::kReplace) : parse_action(options.action);
  if (!action) return at_place(action.error());
  for (const std::string& name : options.source_labels) {
    if (is_valid_label_name(name, NameScheme::kUtf8)) continue;
    return invalid(go_quote(name) + " is not a valid label name", options.place);
  }
  auto regex = compile_anchored(options.regex);
  if (!regex) return at_place(regex.error());
  if (std::string fault = check(*action, options); !fault.empty()) return invalid(std::move(fault), options.place);

  Expansion target(*action == Action::kReplace ? options.target_label : "", **regex);
  Expansion replacement(options.replacement, **regex);
  const auto highest = [](const Expansion& e) { return e.groups().empty() ? 0 : e.groups().back() + 1; };
  const int captures = std::max(highest(target), highest(replacement));
  auto compiled = std::make_shared<Compiled>(Compiled{.options = options,
                                                      .action = *action,
                                                      .regex = std::move(*regex),
                                                      .target = std::move(target),
                                                      .replacement = std::move(replacement),
                                                      .matches_all = options.regex == kDefaults.regex,
                                                      .captures = captures,
                                                      .md5 = {}});
  if (*action == Action::kHashMod) {
    compiled->md5.reset(EVP_MD_fetch(nullptr, "MD5", nullptr));
    if (!compiled->md5) return Error{Code::kUnsupported, "this machine's OpenSSL has no MD5, which hashmod needs"};
  }
  return Rule(std::move(compiled));
}

Action Rule::action() const { return compiled_->action; }

const RuleOptions& Rule::options() const { return compiled_->options; }

Result<std::vector<Rule>> compile(const RuleList& rules) {
  std::vector<Rule> out;
  out.reserve(rules.size());
  for (const RuleOptions& options : rules) {
    auto rule = Rule::compile(options);
    if (!rule) return rule.error();
    out.push_back(std::move(*rule));
  }
  return out;
}

}  // namespace narthex::relabel
