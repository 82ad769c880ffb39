// Templates of target_label and replacement: text with `$1`, `${1}`, `$name`, `${name}` and `$$`, expanded with what a
// regular expression captured. Source: relabel spec, section 4.
//
//   template = { text | "$$" | "$" name | "${" name "}" } ;   everything else after "$" leaves the "$" as it is
//   name     = ( letter | digit | "_" ) { letter | digit | "_" } ;   as long as possible
//
// A name is the number of a group if it consists of digits and has no leading zero. Names of no group are empty: `$1x`
// is the group "1x", so it expands to nothing.
#pragma once

#include <re2/re2.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace narthex::relabel {

// A template parsed against the groups of one regular expression. Immutable, thread-safe.
class Expansion {
 public:
  Expansion(std::string_view text, const re2::RE2& regex);

  // Whether the template has no '$' at all: it expands to text().
  bool literal() const { return literal_; }
  const std::string& text() const { return text_; }
  // The groups it mentions, whole match (0) included; ascending, without repetition.
  const std::vector<int>& groups() const { return groups_; }
  // The names and numbers it mentions that mean no group, in its order. Mostly mistakes, such as "1x" of `$1x`.
  const std::vector<std::string>& unknown() const { return unknown_; }

  // Appends the expansion. `captures[i]` is group i; it must reach up to the last of groups().
  void append(std::string& out, std::span<const re2::StringPiece> captures) const;

 private:
  // Literal text, then a capture: the first of `groups` that took part in the match (a name may stand for several).
  struct Part {
    std::string text;
    std::vector<int> groups;
  };
  void add_group(std::string_view name, const re2::RE2& regex);

  std::string text_;
  bool literal_;
  std::vector<Part> parts_;
  std::vector<int> groups_;
  std::vector<std::string> unknown_;
};

}  // namespace narthex::relabel
