#include "relabel/options.h"

#include <array>

#include "base/quote.h"
#include "relabel/engine/case.h"
#include "relabel/relabel.h"

namespace narthex::relabel {
namespace {

constexpr std::array<std::string_view, 11> kNames = {"replace",   "keep",      "drop",     "keepequal",
                                                     "dropequal", "hashmod",   "labelmap", "labeldrop",
                                                     "labelkeep", "lowercase", "uppercase"};

}  // namespace

std::string_view action_name(Action action) { return kNames[static_cast<size_t>(action)]; }

Result<Action> parse_action(std::string_view name) {
  std::string lower;
  append_lowercase(lower, name);
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == lower) return static_cast<Action>(i);
  }
  return invalid("unknown relabel action " + go_quote(name));
}

Result<> validate(const RuleOptions& options) {
  auto rule = Rule::compile(options);
  if (!rule) return rule.error();
  return {};
}

}  // namespace narthex::relabel
