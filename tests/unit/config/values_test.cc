// The small syntaxes: sizes, URLs, variables.
#include "config/sections/environment.h"
#include "base/size.h"
#include "config/sections/url.h"
#include "tests/unit/config/support.h"

namespace narthex::config {
namespace {

TEST(Size, ReadsAndPrints) {
  auto read = [](const char* text) {
    auto size = parse_size(text);
    return size ? std::to_string(*size) + " " + format_size(*size) : size.error().message;
  };
  const std::pair<const char*, const char*> cases[] = {
      {"0", "0 0B"},
      {"1B", "1 1B"},
      {"1KB", "1024 1KiB"},
      {"1KiB", "1024 1KiB"},
      {"1.5MB", "1572864 1MiB512KiB"},
      {"1MB512KB", "1572864 1MiB512KiB"},
      {"15MB", "15728640 15MiB"},
      {"1KiB1B", "1025 1KiB1B"},
      {"-1GB", "-1073741824 -1GiB"},
      {"+1GB", "1073741824 1GiB"},
      {"1EB", "1152921504606846976 1EiB"},
      {"100", "units: unknown unit  in 100"},
      {"1kB", "units: unknown unit kB in 1kB"},
      {"1 MB", "units: unknown unit  MB in 1 MB"},
      {"1KB1KiB", "units: unknown unit KiB in 1KB1KiB"},
      {"", "units: invalid "},
      {"B", "units: invalid B"},
      {"-", "units: invalid -"},
      {"1.2.3MB", "units: invalid 1.2.3MB"},
      {"8EB", "units: overflow parsing unit"},
      {"99999999999999999999B", "units: overflow parsing unit"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(read(text), expected) << text;
}

TEST(Url, IsReadAsGoReadsIt) {
  auto read = [](const char* text) {
    auto url = parse_url(text);
    return url ? url->scheme + " " + url->host : url.error().message;
  };
  const std::pair<const char*, const char*> cases[] = {
      {"http://a:1/b?c#d", "http a:1"},
      {"HTTPS://[::1]:80", "https [::1]:80"},
      {"http://u:p@a", "http a"},
      {"http://", "http "},
      {"/a/b", " "},
      {"invalid", " "},
      {"", " "},
      {"a:b", "a "},
      {":a", "parse \":a\": missing protocol scheme"},
      {"1a:b", "parse \"1a:b\": first path segment in URL cannot contain colon"},
      {"%zz", "parse \"%zz\": invalid URL escape \"%zz\""},
      {"http://a/%4", "parse \"http://a/%4\": invalid URL escape \"%4\""},
      {"http://a:b", "parse \"http://a:b\": invalid port \":b\" after host"},
      {"http://a b", "parse \"http://a b\": invalid character \" \" in host name"},
      {"http://[::1", "parse \"http://[::1\": missing ']' in host"},
      {"a\x01", "parse \"a\\x01\": net/url: invalid control character in URL"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(read(text), expected) << text;
}

TEST(Url, PasswordsAreHidden) {
  const std::pair<const char*, const char*> cases[] = {
      {"http://u:p@h/x", "http://u:xxxxx@h/x"}, {"http://u@h/x", "http://u@h/x"},
      {"http://h:1/x:y@z", "http://h:1/x:y@z"}, {"http://u:p@q@h", "http://u:xxxxx@h"},
      {"http://u:@h", "http://u:xxxxx@h"},      {"u:p", "u:p"},
  };
  for (const auto& [url, expected] : cases) EXPECT_EQ(hide_password(url), expected);
}

TEST(Variables, AreExpandedAsGoDoes) {
  const std::pair<const char*, const char*> cases[] = {
      {"", ""},     {"a", "a"},      {"$A", "<A>"},   {"${A}", "<A>"},     {"x$A-y", "x<A>-y"}, {"$A_1b", "<A_1b>"},
      {"$$", "$"},  {"$$A", "$A"},   {"$", "$"},      {"a$", "a$"},        {"$.", "$."},        {"${}x", "x"},
      {"${A", "A"}, {"$1x", "<1>x"}, {"${1}", "<1>"}, {"${A-b}", "<A-b>"}, {"$A$B", "<A><B>"},  {"foo$${T}", "foo${T}"},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(expand_variables(text, [](const std::string& name) { return "<" + name + ">"; }), expected) << text;
  }
}

}  // namespace
}  // namespace narthex::config
