// keep and drop, and with them how a regex matches: anchored, '.' crossing lines, leftmost-first.
#include "tests/unit/relabel/cases.h"

namespace narthex::relabel {
namespace {

TEST(Keep, KeepsWhatMatches) {
  const Case cases[] = {
      {"env=prod", "keep sources=env regex=prod", "env=prod"},
      {"env=dev", "keep sources=env regex=prod", "dropped"},
      {"", "keep sources=env regex=prod", "dropped"},
      {"", "keep sources=env regex=", ""},
      {"", "keep sources=env", ""},
      {"a=1", "keep", "a=1"},
      {"a=1", "keep regex=.+", "dropped"},
      {"a=1", "keep regex=.*", "a=1"},
      {"a=1 b=2", "keep sources=a,b regex=1;2", "a=1 b=2"},
      {"a=1 b=2", "keep sources=a,b regex=12", "dropped"},
      {"a=1 b=2", "keep sources=a,b separator= regex=12", "a=1 b=2"},
      {"a=1 b=2", "keep sources=a,b separator=/ regex=1/2", "a=1 b=2"},
      {"a=1", "keep sources=a,b regex=1;", "a=1"},
      {"a=1", "KEEP sources=a regex=1", "a=1"},
      {"a=1", "Keep sources=a regex=2", "dropped"},
      {"a=1", "keep sources=a regex=1 target=x modulus=3 replacement=y", "a=1"},
      {"a=1", "keep sources=a regex=1 target=0-bad scheme=legacy", "a=1"},
      {"a=1 b=2", "keep sources=a regex=1\nkeep sources=b regex=2", "a=1 b=2"},
      {"a=1 b=2", "keep sources=a regex=1\nkeep sources=b regex=3", "dropped"},
  };
  check(cases);
}

TEST(Drop, DropsWhatMatches) {
  const Case cases[] = {
      {"env=prod", "drop sources=env regex=prod", "dropped"},
      {"env=dev", "drop sources=env regex=prod", "env=dev"},
      {"", "drop sources=env regex=prod", ""},
      {"", "drop sources=env regex=", "dropped"},
      {"a=1", "drop", "dropped"},
      {"a=1", "drop sources=a", "dropped"},
      {"a=1", "drop regex=.+", "a=1"},
      {"__name__=go_gc", "drop sources=__name__ regex=go_.*", "dropped"},
      {"__name__=node_cpu", "drop sources=__name__ regex=go_.*", "__name__=node_cpu"},
      {"a=1 b=2", "drop sources=a,b regex=1;2", "dropped"},
      {"a=1 b=2", "drop sources=a,b regex=1;3", "a=1 b=2"},
      {"a=1", "DROP sources=a regex=1", "dropped"},
      {"a=1", "drop sources=a regex=1\nreplace target=b replacement=x", "dropped"},
      {"a=1", "replace target=a replacement=2\ndrop sources=a regex=1", "a=2"},
      {"a=1", "drop sources=a regex=2 target=x modulus=3", "a=1"},
  };
  check(cases);
}

TEST(Matching, IsAnchoredOnBothSides) {
  const Case cases[] = {
      {"p=8080", "keep sources=p regex=8080", "p=8080"},   {"p=18080", "keep sources=p regex=8080", "dropped"},
      {"p=80801", "keep sources=p regex=8080", "dropped"}, {"p=x", "keep sources=p regex=x|y", "p=x"},
      {"p=y", "keep sources=p regex=x|y", "p=y"},          {"p=xy", "keep sources=p regex=x|y", "dropped"},
      {"p=xx", "keep sources=p regex=x|y", "dropped"},     {"p=yx", "keep sources=p regex=x|y", "dropped"},
      {"p=ab", "keep sources=p regex=a|ab", "p=ab"},       {"p=x", "keep sources=p regex=^x$", "p=x"},
      {"p=axb", "keep sources=p regex=.*x.*", "p=axb"},    {"p=abc", "keep sources=p regex=a|", "dropped"},
      {"p=a", "keep sources=p regex=a|", "p=a"},           {"", "keep sources=p regex=a|", ""},
      {"p=axyz", "keep sources=p regex=a)|(b", "p=axyz"},  {"p=xyzb", "keep sources=p regex=a)|(b", "p=xyzb"},
      {"p=xab", "keep sources=p regex=a)|(c", "dropped"},
  };
  check(cases);
}

TEST(Matching, DotMatchesNewlines) {
  const Case cases[] = {
      {"v=a\nb", "keep sources=v regex=a.*b", "v=a\nb"},
      {"v=a\nb", "keep sources=v regex=a.b", "v=a\nb"},
      {"v=a\nb", "keep sources=v", "v=a\nb"},
      {"v=a\nb", "keep sources=v regex=(?-s)a.b", "dropped"},
      {"v=a\n", "keep sources=v regex=a", "dropped"},
      {"v=a\nb", "keep sources=v regex=(?m)a$", "dropped"},
      {"v=a\nb", "replace sources=v target=w", "v=a\nb w=a\nb"},
      {"v=a\nb", "replace sources=v regex=(.*)b target=w", "v=a\nb w=a\n"},
  };
  check(cases);
}

TEST(Matching, KnowsRe2Syntax) {
  const Case cases[] = {
      {"v=PROD", "keep sources=v regex=prod", "dropped"},
      {"v=PROD", "keep sources=v regex=(?i)prod", "v=PROD"},
      {"v=PROD", "keep sources=v regex=(?i:p)ROD", "v=PROD"},
      {"v=a1_", R"(keep sources=v regex=\w+)", "v=a1_"},
      {"v=é", R"(keep sources=v regex=\w+)", "dropped"},
      {"v=é", R"(keep sources=v regex=\pL)", "v=é"},
      {"v=é", R"(keep sources=v regex=.)", "v=é"},
      {"v=🎉", R"(keep sources=v regex=.)", "v=🎉"},
      {"v=Ω", R"(keep sources=v regex=\p{Greek})", "v=Ω"},
      {"v=a.b", R"(keep sources=v regex=\Qa.b\E)", "v=a.b"},
      {"v=axb", R"(keep sources=v regex=\Qa.b\E)", "dropped"},
      {"v=aa", "keep sources=v regex=a{2}", "v=aa"},
      {"v=aaa", "keep sources=v regex=a{2}", "dropped"},
      {"v=a]", "keep sources=v regex=[]a]+", "v=a]"},
      {"v=-", "keep sources=v regex=[[:punct:]]", "v=-"},
      {"v=a", "keep sources=v regex=(?P<n>a)(?P<n>b)?", "v=a"},
  };
  check(cases);
}

TEST(KeepEqual, ComparesTargetWithSources) {
  const Case cases[] = {
      {"a=1 b=1", "keepequal sources=a target=b", "a=1 b=1"},
      {"a=1 b=2", "keepequal sources=a target=b", "dropped"},
      {"a=1", "keepequal sources=a target=b", "dropped"},
      {"b=1", "keepequal sources=a target=b", "dropped"},
      {"c=1", "keepequal sources=a target=b", "c=1"},
      {"c=1", "keepequal sources=a,b target=x", "dropped"},
      {"c=1", "keepequal target=x", "c=1"},
      {"x=1", "keepequal target=x", "dropped"},
      {"a=1", "keepequal sources=a target=a", "a=1"},
      {"a=1 b=2 c=1;2", "keepequal sources=a,b target=c", "a=1 b=2 c=1;2"},
      {"a=1 b=2 c=12", "keepequal sources=a,b target=c", "dropped"},
      {"a=Main b=main", "keepequal sources=a target=b", "dropped"},
      {"a=.* b=x", "keepequal sources=a target=b", "dropped"},
      {"a=1 b=1", "KeepEqual sources=a target=b", "a=1 b=1"},
      {"a=1 b=1", "keepequal sources=a target=b replacement=$1 separator=;", "a=1 b=1"},
      {"a=1 ${1}=1", "keepequal sources=a target=${1}", "${1}=1 a=1"},
      {"a=1", "keepequal sources=a target=${1}", "dropped"},
  };
  check(cases);
}

TEST(DropEqual, ComparesTargetWithSources) {
  const Case cases[] = {
      {"a=1 b=1", "dropequal sources=a target=b", "dropped"},
      {"a=1 b=2", "dropequal sources=a target=b", "a=1 b=2"},
      {"a=1", "dropequal sources=a target=b", "a=1"},
      {"b=1", "dropequal sources=a target=b", "b=1"},
      {"c=1", "dropequal sources=a target=b", "dropped"},
      {"c=1", "dropequal sources=a,b target=x", "c=1"},
      {"c=1", "dropequal target=x", "dropped"},
      {"a=1 b=2 c=1;2", "dropequal sources=a,b target=c", "dropped"},
      {"a=1 b=2 c=1;3", "dropequal sources=a,b target=c", "a=1 b=2 c=1;3"},
      {"a=1 b=1", "DROPEQUAL sources=a target=b", "dropped"},
      {"a=1", "dropequal sources=a target=a", "dropped"},
  };
  check(cases);
}

}  // namespace
}  // namespace narthex::relabel
