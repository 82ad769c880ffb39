#include "base/quote.h"

#include <gtest/gtest.h>

namespace narthex {
namespace {

TEST(GoQuote, EscapesAsGoDoes) {
  const std::pair<std::string_view, const char*> cases[] = {
      {"", R"("")"},
      {"plain text", R"("plain text")"},
      {R"(a"b)", R"("a\"b")"},
      {R"(a\b)", R"("a\\b")"},
      {"a'b", R"("a'b")"},
      {"\a\b\f\n\r\t\v", R"("\a\b\f\n\r\t\v")"},
      {std::string_view("\0", 1), R"("\x00")"},
      {"\x01\x1b\x1f\x7f", R"("\x01\x1b\x1f\x7f")"},
      {"<>&", R"("<>&")"},
      // Prints.
      {"é ß 日本 🎉", R"("é ß 日本 🎉")"},
      {"\u00a1\u00ac\u00ae\u0300\u20ac\ufffd", "\"\u00a1\u00ac\u00ae\u0300\u20ac\ufffd\""},
      {"\U0001f600\U00020000", "\"\U0001f600\U00020000\""},
      // Does not print: controls, blanks other than ' ', format characters, private use, unassigned.
      {"\xc2\x80\xc2\x9f", R"("\u0080\u009f")"},
      {"\u00a0", R"("\u00a0")"},
      {"\u00ad", R"("\u00ad")"},
      {"\u1680\u2000\u200a\u3000", R"("\u1680\u2000\u200a\u3000")"},
      {"\u200b\u200e\u2028\u2029\u202e\u202f\u205f\u2060\ufeff",
       R"("\u200b\u200e\u2028\u2029\u202e\u202f\u205f\u2060\ufeff")"},
      {"\u0600\u061c\u180e", R"("\u0600\u061c\u180e")"},
      {"\ue000\uf8ff", R"("\ue000\uf8ff")"},
      {"\U000e0001\U000f0000\U0010ffff", R"("\U000e0001\U000f0000\U0010ffff")"},
      {"\ufdd0\ufffe\uffff", R"("\ufdd0\ufffe\uffff")"},
      {"\u0378\u0530\u2fe0\uffff", R"("\u0378\u0530\u2fe0\uffff")"},
      {"\U0001fbff\U0002ffff\U0003f000", R"("\U0001fbff\U0002ffff\U0003f000")"},
      // Variation selectors print, tags do not.
      {"\ufe0f\U000e0100\U000e0020", "\"\ufe0f\U000e0100\\U000e0020\""},
      // Not UTF-8: byte by byte.
      {"\xff", R"("\xff")"},
      {"a\xc3", R"("a\xc3")"},
      {"\xed\xa0\x80", R"("\xed\xa0\x80")"},
      {"\xc0\x80", R"("\xc0\x80")"},
      {"\xf4\x90\x80\x80", R"("\xf4\x90\x80\x80")"},
      {"\xe2\x82", R"("\xe2\x82")"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(go_quote(text), expected);
}

std::string json(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(JsonString, EscapesAsGoDoes) {
  const std::pair<std::string_view, const char*> cases[] = {
      {"", R"("")"},
      {R"(a"b\c/d)", R"("a\"b\\c/d")"},
      {"\b\f\n\r\t", R"("\b\f\n\r\t")"},
      {std::string_view("\0\x01\a\v\x1f", 5), R"("\u0000\u0001\u0007\u000b\u001f")"},
      {"\x7f", "\"\x7f\""},
      {"<a href='x'>&", R"("\u003ca href='x'\u003e\u0026")"},
      {"\u2028\u2029", R"("\u2028\u2029")"},
      {"é日🎉", R"("é日🎉")"},
      {"\ufffd", "\"\ufffd\""},
      {"a\xff\xfe z", R"("a\ufffd\ufffd z")"},
      {"\xed\xa0\x80", R"("\ufffd\ufffd\ufffd")"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(json(text), expected);
}

TEST(Utf8, TellsValidFromInvalid) {
  const std::pair<std::string_view, bool> cases[] = {
      {"", true},
      {"abc", true},
      {std::string_view("\0", 1), true},
      {"\xc2\x80", true},
      {"\xdf\xbf", true},
      {"\xe0\xa0\x80", true},
      {"\xed\x9f\xbf", true},
      {"\xee\x80\x80", true},
      {"\xef\xbf\xbd", true},
      {"\xf0\x90\x80\x80", true},
      {"\xf4\x8f\xbf\xbf", true},
      {"\x80", false},
      {"\xc0\xaf", false},
      {"\xc1\xbf", false},
      {"\xc2", false},
      {"\xc2\x41", false},
      {"\xe0\x9f\xbf", false},
      {"\xe2\x82", false},
      {"\xe2\x82\x41", false},
      {"\xed\xa0\x80", false},
      {"\xf0\x8f\xbf\xbf", false},
      {"\xf0\x90\x80", false},
      {"\xf4\x90\x80\x80", false},
      {"\xf5\x80\x80\x80", false},
      {"ok\xff", false},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(is_valid_utf8(text), expected) << go_quote(text);
}

TEST(Utf8, DecodesAndAppendsEveryCodePoint) {
  for (char32_t c = 0; c <= 0x10ffff; ++c) {
    if (c >= 0xd800 && c <= 0xdfff) continue;
    std::string text;
    append_utf8(text, c);
    int length = 0;
    ASSERT_EQ(decode_utf8(text, length), c);
    ASSERT_EQ(static_cast<size_t>(length), text.size());
    ASSERT_TRUE(is_valid_utf8(text));
  }
}

TEST(Utf8, PrefixCountsCodePoints) {
  EXPECT_EQ(utf8_prefix("aé日🎉z", 0), "");
  EXPECT_EQ(utf8_prefix("aé日🎉z", 3), "aé日");
  EXPECT_EQ(utf8_prefix("aé日🎉z", 9), "aé日🎉z");
  EXPECT_EQ(utf8_prefix("\xff\xffz", 2), "\xff\xff");
}

}  // namespace
}  // namespace narthex
