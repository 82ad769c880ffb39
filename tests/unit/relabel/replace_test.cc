// replace: copies, rewrites, deletes. Templates have a file of their own.
#include "tests/unit/relabel/cases.h"

namespace narthex::relabel {
namespace {

TEST(Replace, CopiesAndJoins) {
  const Case cases[] = {
      {"a=1", "replace sources=a target=b", "a=1 b=1"},
      {"a=1 b=2", "replace sources=a target=b", "a=1 b=1"},
      {"a=1 b=2", "replace sources=a,b target=c", "a=1 b=2 c=1;2"},
      {"a=1 b=2", "replace sources=b,a target=c", "a=1 b=2 c=2;1"},
      {"a=1 b=2", "replace sources=a,a target=c", "a=1 b=2 c=1;1"},
      {"a=1 b=2", "replace sources=a,b separator= target=c", "a=1 b=2 c=12"},
      {"a=1 b=2", "replace sources=a,b separator=:: target=c", "a=1 b=2 c=1::2"},
      {"a=1 b=2", "replace sources=a,b separator=$1 target=c", "a=1 b=2 c=1$12"},
      {"a=1", "replace sources=a,missing target=c", "a=1 c=1;"},
      {"a=1", "replace sources=missing,a target=c", "a=1 c=;1"},
      {"a=1", "replace sources=missing,gone target=c", "a=1 c=;"},
      {"a=1", "replace sources=missing,gone separator= target=c", "a=1"},
      {"a=1", "replace sources=a target=a", "a=1"},
      {"a=1", "REPLACE sources=a target=b", "a=1 b=1"},
      {"a=1", "Replace sources=a target=b", "a=1 b=1"},
      {"a='x y'", "replace sources=a target=b", "a='x y' b='x y'"},
      {"a=1", "replace sources=a target=__tmp_x", "__tmp_x=1 a=1"},
      {"a=1", "replace sources=a target=__name__", "__name__=1 a=1"},
      {"'a b'=1", "replace sources='a b' target=c", "'a b'=1 c=1"},
      {"a=1", "replace sources=a target='b c'", "a=1 'b c'=1"},
      {"a=é日🎉", "replace sources=a target=b", "a=é日🎉 b=é日🎉"},
      {"a=1 b=2 c=3 d=4 e=5 f=6 g=7 h=8 i=9 j=10 k=11 l=12 m=13 n=14 o=15 p=16 q=17",
       "replace sources=a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q separator= target=a",
       "a=1234567891011121314151617 b=2 c=3 d=4 e=5 f=6 g=7 h=8 i=9 j=10 k=11 l=12 m=13 n=14 o=15 p=16 q=17"},
  };
  check(cases);
}

TEST(Replace, WithoutSourcesSetsAlways) {
  const Case cases[] = {
      {"", "replace target=x replacement=y", "x=y"},
      {"a=1", "replace target=x replacement=y", "a=1 x=y"},
      {"x=1", "replace target=x replacement=y", "x=y"},
      {"x=1", "replace target=x replacement=", ""},
      {"x=1", "replace target=x", ""},
      {"a=1", "replace target=x", "a=1"},
      {"a=1", "replace target=x replacement=$$", "a=1 x=$"},
      {"a=1", "replace target=x replacement=[$1]", "a=1 x=[]"},
      {"a=1", "replace regex=(.*) target=x replacement=y", "a=1 x=y"},
      {"a=1", "replace regex=.* target=x replacement=y", "a=1 x=y"},
      {"a=1", "replace regex= target=x replacement=y", "a=1 x=y"},
      {"a=1", "replace regex=.+ target=x replacement=y", "a=1"},
      {"a=1", "replace regex=a target=x replacement=y", "a=1"},
      {"a=1", "replace sources= target=x replacement=y", "a=1 x=y"},
  };
  check(cases);
}

TEST(Replace, DoesNothingWithoutAMatch) {
  const Case cases[] = {
      {"a=1 b=2", "replace sources=a regex=2 target=b", "a=1 b=2"},
      {"a=1", "replace sources=a regex=2 target=b replacement=x", "a=1"},
      {"a=12", "replace sources=a regex=1 target=b replacement=x", "a=12"},
      {"a=12", "replace sources=a regex=2 target=b replacement=x", "a=12"},
      {"a=x", "replace sources=missing regex=(.+) target=b", "a=x"},
      {"a=x b=y", "replace sources=missing regex=(.+) target=b", "a=x b=y"},
      {"a=Foo", "replace sources=a regex=foo target=b replacement=x", "a=Foo"},
  };
  check(cases);
}

TEST(Replace, EmptyRegexMeansMissingOrEmpty) {
  const Case cases[] = {
      {"", "replace sources=a regex= target=x replacement=y", "x=y"},
      {"b=1", "replace sources=a regex= target=x replacement=y", "b=1 x=y"},
      {"a=1", "replace sources=a regex= target=x replacement=y", "a=1"},
      {"", "replace sources=a,b regex= target=x replacement=y", ""},
      {"", "replace sources=a,b separator= regex= target=x replacement=y", "x=y"},
      {"", "replace sources=a,b regex=; target=x replacement=y", "x=y"},
      {"", "replace sources=a regex=^$ target=x replacement=y", "x=y"},
  };
  check(cases);
}

TEST(Replace, EmptyResultDeletes) {
  const Case cases[] = {
      {"a=1 b=2", "replace sources=missing target=b", "a=1"},
      {"a=1 b=2", "replace sources=a target=b replacement=", "a=1"},
      {"a=1 b=2", "replace sources=a target=a replacement=", "b=2"},
      {"a=1 b=2", "replace sources=a regex=(x)?1 target=b", "a=1"},
      {"a=1 b=2", "replace sources=a target=b replacement=$2", "a=1"},
      {"a=1 b=2", "replace sources=a target=b replacement=$1x", "a=1"},
      {"a=1", "replace sources=a target=b replacement=", "a=1"},
      {"a=1", "replace sources=a target=a replacement=", ""},
      {"a=1 b=2", "replace sources=a regex=2 target=b replacement=", "a=1 b=2"},
  };
  check(cases);
}

TEST(Replace, RewritesWithCaptures) {
  const Case cases[] = {
      {"addr=host:9100", R"(replace sources=addr regex=(.*):\d+ target=host)", "addr=host:9100 host=host"},
      {"addr=host", R"(replace sources=addr regex=(.*):\d+ target=host)", "addr=host"},
      {"addr=[::1]:80", R"(replace sources=addr regex=(.*):(\d+) target=port replacement=$2)", "addr=[::1]:80 port=80"},
      {"a=h:1 p=8080", R"(replace sources=a,p regex='([^:]+)(?::\d+)?;(\d+)' replacement=$1:$2 target=a)",
       "a=h:8080 p=8080"},
      {"a=h p=8080", R"(replace sources=a,p regex='([^:]+)(?::\d+)?;(\d+)' replacement=$1:$2 target=a)",
       "a=h:8080 p=8080"},
      {"a=h:1", R"(replace sources=a,p regex='([^:]+)(?::\d+)?;(\d+)' replacement=$1:$2 target=a)", "a=h:1"},
      {"a=foo-bar", "replace sources=a regex=(.*)-(.*) replacement=$2-$1 target=a", "a=bar-foo"},
      {"a=foo-bar-baz", "replace sources=a regex=(.*)-(.*) replacement=$1 target=b", "a=foo-bar-baz b=foo-bar"},
      {"a=foo-bar-baz", "replace sources=a regex=(.*?)-(.*) replacement=$1 target=b", "a=foo-bar-baz b=foo"},
      {"a=foo b=bar", "replace sources=a,b regex=f(.*);(.*)r replacement=b${1}${2}m target=a", "a=boobam b=bar"},
      {"a=foo b=bar c=baz", "replace sources=a,b regex=f(.*);(.*)r replacement=$1$1-$2$2 target=c",
       "a=foo b=bar c=oooo-baba"},
      {"a=x", "replace sources=a regex=(?P<v>.) replacement=<$v> target=b", "a=x b=<x>"},
      {"a=x", "replace sources=a regex=(?<v>.) replacement=<${v}> target=b", "a=x b=<x>"},
      {"a=x", "replace sources=a regex=. replacement=$0$0 target=b", "a=x b=xx"},
      {"a=x", "replace sources=a regex=x replacement=$1 target=b", "a=x"},
      {"a=$1", "replace sources=a target=b", "a=$1 b=$1"},
      {"a=$1 b=x", "replace sources=a,b regex=(.*);(.*) replacement=$1$2 target=c", "a=$1 b=x c=$1x"},
  };
  check(cases);
}

TEST(Replace, TargetMayBeATemplate) {
  const Case cases[] = {
      {"a=name b=1", "replace sources=a,b regex=(.*);(.*) target=$1 replacement=$2", "a=name b=1 name=1"},
      {"a=name", "replace sources=a target=${1}_x replacement=1", "a=name name_x=1"},
      {"a=name", "replace sources=a target=x_$1 replacement=1", "a=name x_name=1"},
      {"a=a", "replace sources=a target=$1 replacement=2", "a=2"},
      {"a=a", "replace sources=a target=$1 replacement=", ""},
      {"a=x", "replace sources=a regex=(?P<n>.) target=l_$n replacement=1", "a=x l_x=1"},
      {"a=x", "replace sources=a target=${1}$1 replacement=1", "a=x xx=1"},
      // Expanded names that are none: nothing happens.
      {"a=x", "replace sources=missing target=$1 replacement=1", "a=x"},
      {"a=x", "replace sources=a target=$1x replacement=1", "a=x"},
      {"a=x", "replace sources=a target=$2 replacement=1", "a=x"},
      {"a=bad-name", "replace sources=a target=$1 replacement=1 scheme=legacy", "a=bad-name"},
      {"a=bad-name", "replace sources=a target=$1 replacement=1", "a=bad-name bad-name=1"},
      {"a=1", "replace sources=a target=$1 replacement=1 scheme=legacy", "a=1"},
      {"a=1", "replace sources=a target=$1 replacement=x", "1=x a=1"},
      {"a=1", "replace sources=a target=l$1 replacement=x scheme=legacy", "a=1 l1=x"},
      {"a=é", "replace sources=a target=$1 replacement=1 scheme=legacy", "a=é"},
      {"a=é", "replace sources=a target=$1 replacement=1", "a=é é=1"},
      {"a=é", "replace sources=a target=x$1 replacement= scheme=legacy", "a=é"},
      {"a=b:c", "replace sources=a target=$1 replacement=1 scheme=legacy", "a=b:c"},
      {"a=x", "replace sources=a target=$ replacement=1", "$=1 a=x"},
      {"a=x", "replace sources=a target=$$ replacement=1", "$=1 a=x"},
      {"a=x", "replace sources=a target=a-$1 replacement=1", "a=x a-x=1"},
  };
  check(cases);
}

TEST(Replace, IgnoresFieldsOfOtherActions) {
  const Case cases[] = {
      {"a=1", "replace sources=a target=b modulus=7", "a=1 b=1"},
      {"a=1", "replace sources=a target=b modulus=18446744073709551615", "a=1 b=1"},
  };
  check(cases);
}

TEST(Replace, RulesSeeWhatEarlierOnesDid) {
  const Case cases[] = {
      {"a=1", "replace sources=a target=b\nreplace sources=b target=c", "a=1 b=1 c=1"},
      {"a=1", "replace sources=a target=b\nreplace target=a replacement=\nreplace sources=a target=c", "b=1"},
      {"a=1", "replace sources=a target=b replacement=$1$1\nreplace sources=b target=b replacement=$1$1", "a=1 b=1111"},
      {"a=1 b=2",
       "replace sources=a target=t\nreplace sources=b target=a\nreplace sources=t target=b\nlabeldrop regex=t",
       "a=2 b=1"},
      {"a=1", "replace target=a replacement=\nreplace target=a replacement=2", "a=2"},
  };
  check(cases);
}

}  // namespace
}  // namespace narthex::relabel
