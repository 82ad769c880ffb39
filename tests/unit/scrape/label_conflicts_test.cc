#include "scrape/label_conflicts.h"

#include <gtest/gtest.h>

namespace narthex::scrape {
namespace {

struct Merge {
  const char* name;
  std::vector<Label> exposed;
  Labels target;
  bool honor;
  const char* expected;
};

TEST(LabelConflicts, FollowTheSpec) {
  const Merge cases[] = {
      {"no conflict", {{"__name__", "m"}}, {{"job", "t"}}, false, R"(m{job="t"})"},
      {"moves to exported_",
       {{"__name__", "m"}, {"job", "s"}},
       {{"job", "t"}},
       false,
       R"(m{exported_job="s", job="t"})"},
      {"existing exported_ is kept",
       {{"__name__", "m"}, {"exported_job", "e"}, {"job", "s"}},
       {{"job", "t"}},
       false,
       R"(m{exported_exported_job="s", exported_job="e", job="t"})"},
      {"exported_ of the target counts too",
       {{"__name__", "m"}, {"job", "s"}},
       {{"exported_job", "x"}, {"job", "t"}},
       false,
       R"(m{exported_exported_job="s", exported_job="x", job="t"})"},
      {"shortest name first",
       {{"__name__", "m"}, {"exported_job", "e"}, {"job", "s"}},
       {{"exported_job", "x"}, {"job", "t"}},
       false,
       R"(m{exported_exported_exported_job="e", exported_exported_job="s", exported_job="x", job="t"})"},
      {"an empty exposed label is no conflict",
       {{"__name__", "m"}, {"job", ""}},
       {{"job", "t"}},
       false,
       R"(m{job="t"})"},
      {"honored",
       {{"__name__", "m"}, {"job", "s"}},
       {{"instance", "i"}, {"job", "t"}},
       true,
       R"(m{instance="i", job="s"})"},
      {"honored when empty: the target's label is not attached",
       {{"__name__", "m"}, {"instance", ""}},
       {{"instance", "i"}, {"job", "t"}},
       true,
       R"(m{job="t"})"},
  };
  for (const Merge& c : cases) {
    LabelsBuilder out;
    merge_target_labels(c.exposed, c.target, c.honor, out);
    EXPECT_EQ(out.build().metric_str(), c.expected) << c.name;
  }
}

}  // namespace
}  // namespace narthex::scrape
