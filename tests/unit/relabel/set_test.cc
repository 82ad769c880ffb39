// hashmod, lowercase, uppercase: actions that compute a value.
#include <gtest/gtest.h>
#include <locale.h>
#include <wctype.h>

#include "relabel/engine/case.h"
#include "tests/unit/relabel/cases.h"

namespace narthex::relabel {
namespace {

// Expected numbers: the last eight bytes of md5, as a big-endian number.
TEST(HashMod, TakesTheLastHalfOfMd5) {
  const Case cases[] = {
      {"", "hashmod sources=a modulus=16 target=s", "s=14"},
      {"x=1", "hashmod modulus=16 target=s", "s=14 x=1"},
      {"v=a", "hashmod sources=v modulus=1 target=s", "s=0 v=a"},
      {"v=a", "hashmod sources=v modulus=2 target=s", "s=1 v=a"},
      {"v=a", "hashmod sources=v modulus=8 target=s", "s=1 v=a"},
      {"v=a", "hashmod sources=v modulus=9223372036854775808 target=s", "s=3585878926028121697 v=a"},
      {"v=a", "hashmod sources=v modulus=18446744073709551615 target=s", "s=3585878926028121697 v=a"},
      {"v=é", "hashmod sources=v modulus=10 target=s", "s=3 v=é"},
      {"a=a b=b", "hashmod sources=a,b modulus=16 target=s", "a=a b=b s=10"},
      {"a=a b=b", "hashmod sources=a,b separator= modulus=16 target=s", "a=a b=b s=0"},
      {"a=a", "hashmod sources=a,b modulus=16 target=s", "a=a s=2"},
      {"", "hashmod sources=a,b modulus=16 target=s", "s=1"},
      {"a=ab b=c", "hashmod sources=a,b separator= modulus=1000000 target=s", "a=ab b=c s=505458"},
      {"a=a b=bc", "hashmod sources=a,b separator= modulus=1000000 target=s", "a=a b=bc s=505458"},
      {"__address__=10.0.0.1:9090",
       "hashmod sources=__address__ modulus=4 target=__tmp_hash\nkeep sources=__tmp_hash regex=1",
       "__address__=10.0.0.1:9090 __tmp_hash=1"},
      {"__address__=10.0.0.2:9090",
       "hashmod sources=__address__ modulus=4 target=__tmp_hash\nkeep sources=__tmp_hash regex=1", "dropped"},
      {"__address__=10.0.0.3:9090", "hashmod sources=__address__ modulus=4 target=__tmp_hash",
       "__address__=10.0.0.3:9090 __tmp_hash=0"},
      // The regex has no say, the target is no template.
      {"v=a", "hashmod sources=v modulus=2 target=s regex=nothing", "s=1 v=a"},
      {"v=a", "hashmod sources=v modulus=2 target=s replacement=x", "s=1 v=a"},
      {"v=a", "hashmod sources=v modulus=2 target=${1}", "${1}=1 v=a"},
      {"v=a", "hashmod sources=v modulus=2 target=v", "v=1"},
      {"v=a", "HashMod sources=v modulus=2 target=s", "s=1 v=a"},
  };
  check(cases);
}

TEST(Lowercase, MapsCodePointByCodePoint) {
  const Case cases[] = {
      {"v=FooBAR", "lowercase sources=v target=w", "v=FooBAR w=foobar"},
      {"v=FooBAR", "lowercase sources=v target=v", "v=foobar"},
      {"v=FooBAR", "Lowercase sources=v target=v", "v=foobar"},
      {"a=A b=B", "lowercase sources=a,b target=c", "a=A b=B c=a;b"},
      {"a=A b=B", "lowercase sources=a,b separator=X target=c", "a=A b=B c=axb"},
      {"v=1-_.", "lowercase sources=v target=v", "v=1-_."},
      {"v=ÄÖÜÉ", "lowercase sources=v target=v", "v=äöüé"},
      {"v=ΑΣ", "lowercase sources=v target=v", "v=ασ"},
      {"v=ẞ", "lowercase sources=v target=v", "v=ß"},
      {"v=İI", "lowercase sources=v target=v", "v=ii"},
      {"v=ǅ", "lowercase sources=v target=v", "v=ǆ"},
      {"v=ЖЩ", "lowercase sources=v target=v", "v=жщ"},
      {"v=𐐀", "lowercase sources=v target=v", "v=𐐨"},
      {"v=日本", "lowercase sources=v target=v", "v=日本"},
      {"v=K", "lowercase sources=v target=v", "v=k"},
      {"w=1", "lowercase sources=v target=w", ""},
      {"w=1", "lowercase target=w", ""},
      {"v=A", "lowercase sources=v target=w regex=nothing", "v=A w=a"},
      {"v=A", "lowercase sources=v target=w modulus=3", "v=A w=a"},
      {"v=A", "lowercase sources=v target=${1}", "${1}=a v=A"},
  };
  check(cases);
}

TEST(Uppercase, MapsCodePointByCodePoint) {
  const Case cases[] = {
      {"v=FooBar", "uppercase sources=v target=w", "v=FooBar w=FOOBAR"},
      {"v=FooBar", "UPPERCASE sources=v target=v", "v=FOOBAR"},
      {"a=a b=b", "uppercase sources=a,b target=c", "a=a b=b c=A;B"},
      {"v=straße", "uppercase sources=v target=v", "v=STRAßE"},
      {"v=ﬁ", "uppercase sources=v target=v", "v=ﬁ"},
      {"v=ıi", "uppercase sources=v target=v", "v=II"},
      {"v=ǆǅ", "uppercase sources=v target=v", "v=ǄǄ"},
      {"v=σς", "uppercase sources=v target=v", "v=ΣΣ"},
      {"v=ÿµ", "uppercase sources=v target=v", "v=ŸΜ"},
      {"v=ა", "uppercase sources=v target=v", "v=Ა"},
      {"v=ŉ", "uppercase sources=v target=v", "v=ŉ"},
      {"w=1", "uppercase sources=v target=w", ""},
      {"v=a w=1", "uppercase sources=v,missing target=w", "v=a w=A;"},
      {"v=a", "uppercase sources=v target=w regex=nothing", "v=a w=A"},
  };
  check(cases);
}

TEST(CaseMapping, ReplacesWhatIsNotUtf8) {
  std::string out;
  append_uppercase(out, "a\xff\xc3z");
  EXPECT_EQ(out, "A\xef\xbf\xbd\xef\xbf\xbdZ");
}

// The C library has simple mappings too, of a Unicode version next to ours: an independent table.
TEST(CaseMapping, AgreesWithTheCLibrary) {
  const locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (utf8 == nullptr) GTEST_SKIP() << "skipped: no C.UTF-8 locale";
  std::vector<uint32_t> different;
  for (char32_t c = 0; c <= 0x10ffff; ++c) {
    const wint_t wide = static_cast<wint_t>(c);
    if (to_upper(c) != towupper_l(wide, utf8) || to_lower(c) != towlower_l(wide, utf8)) different.push_back(c);
  }
  EXPECT_EQ(different, std::vector<uint32_t>());
  freelocale(utf8);
}

}  // namespace
}  // namespace narthex::relabel
