#include "base/regex.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

namespace narthex {
namespace {

std::string compile_error(std::string_view pattern) {
  const auto regex = compile_anchored(pattern);
  if (regex) return "ok";
  const std::string_view prefix = "error parsing regexp: ";
  EXPECT_TRUE(regex.error().message.starts_with(prefix)) << regex.error().message;
  EXPECT_EQ(regex.error().code, Code::kInvalid);
  return regex.error().message.substr(prefix.size());
}

TEST(Regex, WordsErrorsAsGoDoes) {
  const std::pair<const char*, const char*> cases[] = {
      // What does not close, or closes what is not open.
      {"a(", "missing closing ): `^(?s:a()$`"},
      {"(a", "missing closing ): `^(?s:(a)$`"},
      {"a)", "unexpected ): `^(?s:a))$`"},
      {"(?", "missing closing ): `^(?s:(?)$`"},
      {"(?i", "missing closing ): `^(?s:(?i)$`"},
      {"\\Q", "missing closing ): `^(?s:\\Q)$`"},
      {"a\\", "missing closing ): `^(?s:a\\)$`"},
      {"[a", "missing closing ]: `[a)$`"},
      {"[", "missing closing ]: `[)$`"},
      {"[]", "missing closing ]: `[])$`"},
      {"[^]", "missing closing ]: `[^])$`"},
      {"[a\\]", "missing closing ]: `[a\\])$`"},
      // Repetition.
      {"*", "missing argument to repetition operator: `*`"},
      {"*a", "missing argument to repetition operator: `*`"},
      {"(|*)", "missing argument to repetition operator: `*`"},
      {"\\Q\\E*", "missing argument to repetition operator: `*`"},
      {"a**", "invalid nested repetition operator: `**`"},
      {"a*+", "invalid nested repetition operator: `*+`"},
      {"x{1000}{1000}", "invalid nested repetition operator: `{1000}{1000}`"},
      {"a{2,1}", "invalid repeat count: `{2,1}`"},
      {"a{1001}", "invalid repeat count: `{1001}`"},
      {"a{1001}?", "invalid repeat count: `{1001}`"},
      {"((x{100}){100})", "invalid repeat count: `{100}`"},
      // Classes and escapes.
      {"[z-a]", "invalid character class range: `z-a`"},
      {"[a-\\d]", "invalid escape sequence: `\\d`"},
      {"[[:foo:]]", "invalid character class range: `[:foo:]`"},
      {"\\pX", "invalid character class range: `\\pX`"},
      {"\\p{Foo}", "invalid character class range: `\\p{Foo}`"},
      {"\\8", "invalid escape sequence: `\\8`"},
      {"(a)\\1", "invalid escape sequence: `\\1`"},
      {"\\Z", "invalid escape sequence: `\\Z`"},
      {"\\x{110000}", "invalid escape sequence: `\\x{110000`"},
      {"\\C", "invalid escape sequence: `\\C`"},
      {"[\\C]", "invalid escape sequence: `\\C`"},
      // Groups.
      {"(?z)", "invalid or unsupported Perl syntax: `(?z`"},
      {"(?=a)", "invalid or unsupported Perl syntax: `(?=`"},
      {"(?!a)", "invalid or unsupported Perl syntax: `(?!`"},
      {"(?P=n)", "invalid or unsupported Perl syntax: `(?P`"},
      {"(?P<>a)", "invalid named capture: `(?P<>`"},
      {"(?P<a b>c)", "invalid named capture: `(?P<a b>`"},
      {"(?P<é>c)", "invalid named capture: `(?P<é>`"},
      {"(?P<n", "invalid named capture: `(?P<n)$`"},
      {"(?<>a)", "invalid named capture: `(?<>`"},
      {"(?<a-b>c)", "invalid named capture: `(?<a-b>`"},
      {"(?<n", "invalid named capture: `(?<n)$`"},
      // Of two faults the left one is named, whoever of us and RE2 finds it.
      {"*\\C", "missing argument to repetition operator: `*`"},
      {"\\C*+", "invalid escape sequence: `\\C`"},
      {"(?<é>)\\C", "invalid named capture: `(?<é>`"},
      {"\\8(?<é>)", "invalid escape sequence: `\\8`"},
      {"\xff", "invalid UTF-8: `^(?s:\xff)$`"},
  };
  for (const auto& [pattern, expected] : cases) EXPECT_EQ(compile_error(pattern), expected) << pattern;
}

TEST(Regex, AcceptsWhatGoAccepts) {
  for (const char* pattern :
       {"",         "(.*)",        "a|b",       "(?P<n>a)",  "(?<n>a)",         "(?P<n>a)(?P<n>b)",
        "(?P<1>b)", "\\Qa\\E*",    "\\Q\\C\\E", "\\Q(?<\\E", "[(?<]",           "[]a]",
        "[^]a]",    "[[:alpha:]]", "[[:]",      "\\\\C",     "\\Q\\\\E(?<n>.)", "(?i)x",
        "(?-s:.)",  "a)|(b",       "x{,3}",     "\\pL+",     "\\p{Greek}",      "(?U)a+",
        "{",        "a{,1}"}) {
    EXPECT_EQ(compile_error(pattern), "ok") << pattern;
  }
}

// Needs more memory than RE2's usual limit; Go compiles it.
TEST(Regex, AcceptsLargePatterns) { EXPECT_EQ(compile_error("(?:\\pL{40}-){10}"), "ok"); }

struct Match {
  const char* pattern;
  const char* text;
  bool expected;
};

TEST(Regex, IsAnchoredAndItsDotCrossesLines) {
  const Match cases[] = {
      {"", "", true},
      {"", "a", false},
      {"a|b", "a", true},
      {"a|b", "b", true},
      {"a|b", "ab", false},
      {"a|ab", "ab", true},
      {"8080", "18080", false},
      {"8080", "80801", false},
      {"a.*b", "a\nb", true},
      {"(?-s)a.*b", "a\nb", false},
      {"a$", "a\n", false},
      {"(?m)a$", "a\n", false},
      {"(?i)prod", "PROD", true},
      {"prod", "Prod", false},
      {".", "é", true},
      {"..", "é", false},
      {"\\Q\\C\\E", "\\C", true},
      {"\\Q\\\\E(?<n>.)", "\\x", true},
      {"[(?<]", "<", true},
      {"[]a]+", "a]", true},
      {"[[:alpha:]]+", "abc", true},
      // Closes the wrapper's own group: each half keeps one anchor.
      {"a)|(b", "ax", true},
      {"a)|(b", "xb", true},
      {"a)|(b", "xax", false},
  };
  for (const auto& [pattern, text, expected] : cases) {
    const auto regex = compile_anchored(pattern);
    ASSERT_TRUE(regex) << regex.error().message;
    EXPECT_EQ((*regex)->Match(text, 0, std::string_view(text).size(), re2::RE2::UNANCHORED, nullptr, 0), expected)
        << pattern << " on " << text;
  }
}

TEST(Regex, KnowsGroupsByBothNotations) {
  const auto regex = compile_anchored("(?P<a>.)(?<b>.)(.)(?<a>.)");
  ASSERT_TRUE(regex) << regex.error().message;
  const std::map<int, std::string> expected = {{1, "a"}, {2, "b"}, {4, "a"}};
  EXPECT_EQ((*regex)->CapturingGroupNames(), expected);
}

}  // namespace
}  // namespace narthex
