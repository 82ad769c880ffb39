// What a rule did and why, as sentences for people: shared by command line, API and pages. Called only when somebody
// listens.
#pragma once

#include <re2/re2.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "relabel/engine/compiled.h"

namespace narthex::relabel::reason {

// What led to a new value: the rule, its joined source value, and what the regex captured.
struct Cause {
  const Rule::Compiled& rule;
  std::string_view value;
  std::span<const re2::StringPiece> captures;
};

// regex "prod" does not match "dev" (of [env])
std::string condition(const RuleOptions& rule, std::string_view value, bool hit);

// port="80" equals "80" (of [__meta_port])
std::string comparison(const RuleOptions& rule, std::string_view target, std::string_view value);

// regex "(.*):.*" matches "h:80" (of [__address__]); $1="h"; set host="h"
std::string assignment(const Cause& cause, std::string_view target, std::string_view before, std::string_view after);

// ...; nothing set, because "a-b" is not a valid label name
std::string invalid_target(const Cause& cause, std::string_view target);

// regex "x_(.+)" matches 2 of 9 label names; set a="1", b="2"
std::string renaming(const RuleOptions& rule, size_t names, const std::vector<Label>& renamed);

// regex "tmp.*" matches 1 of 9 label names; deleted tmp_a
std::string deletion(const RuleOptions& rule, bool matching, size_t names, const std::vector<std::string>& deleted);

}  // namespace narthex::relabel::reason
