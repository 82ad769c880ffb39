// Differences between configurations, field by field.
#include "lab/config_diff.h"

#include <gmock/gmock.h>

namespace narthex::lab {
namespace {

using testing::ElementsAre;
using Lines = std::vector<std::string>;

struct Case {
  const char* before;
  const char* after;
  Lines changes;  // "path: before > after"
  Lines secrets;
};

Lines lines(const FieldDiff& diff) {
  Lines out;
  for (const FieldChange& change : diff.changes) {
    out.push_back(change.path + ": " + change.before.value_or("-") + " > " + change.after.value_or("-"));
  }
  return out;
}

yaml::Document parsed(std::string_view text) {
  auto document = yaml::Document::parse(text, "f.yml");
  EXPECT_TRUE(document) << text;
  return *document;
}

TEST(FieldDiff, NamesWhatDiffers) {
  const Case cases[] = {
      {"{a: 1}", "{a: 1}", {}, {}},
      {"{a: 1, b: 2}", "{b: 2, a: 1}", {}, {}},
      {"{a: 1}", "{a: 2}", {"a: 1 > 2"}, {}},
      {"{a: '1'}", "{a: x y}", {"a: \"1\" > x y"}, {}},
      {"{a: 1, b: 2}", "{b: 2, c: 3}", {"a: 1 > -", "c: - > 3"}, {}},
      {"{a: {b: {c: 1}}}", "{a: {b: {c: 2, d: 3}}}", {"a.b.c: 1 > 2", "a.b.d: - > 3"}, {}},
      {"{a: {b: 1}}", "{a: [b]}", {"a: {b: 1} > [b]"}, {}},
      {"{a: }", "{a: ''}", {"a: null > \"\""}, {}},
      // Lists: equal beginnings and ends are no news.
      {"{a: [1, 2, 3]}", "{a: [1, 4, 3]}", {"a[1]: 2 > 4"}, {}},
      {"{a: [1, 2, 3]}", "{a: [1, 2, 9, 3]}", {"a[2]: - > 9"}, {}},
      {"{a: [1, 2, 3]}", "{a: [3]}", {"a[0]: 1 > -", "a[1]: 2 > -"}, {}},
      {"{a: [1, 1]}", "{a: [1]}", {"a[1]: 1 > -"}, {}},
      {"{a: [{b: 1}, {b: 2}]}", "{a: [{b: 3}, {b: 4}]}", {"a[0].b: 1 > 3", "a[1].b: 2 > 4"}, {}},
      // What is hidden on both sides is neither equal nor different.
      {"{a: <secret>}", "{a: <secret>}", {}, {"a"}},
      {"{a: {b: <secret>}, c: 1}", "{a: {b: <secret>}, c: 2}", {"c: 1 > 2"}, {"a.b"}},
      {"{a: <secret>}", "{}", {"a: <secret> > -"}, {}},
      {"{}", "{a: <secret>}", {"a: - > <secret>"}, {}},
      {"{u: 'http://a:xxxxx@h'}", "{u: 'http://a:xxxxx@h'}", {}, {"u"}},
      {"{u: 'http://a:xxxxx@h'}", "{u: 'http://a:xxxxx@i'}", {"u: \"http://a:xxxxx@h\" > \"http://a:xxxxx@i\""}, {}},
      {"{a: [{s: <secret>}, {t: 1}]}", "{a: [{n: 1}, {s: <secret>}, {t: 1}]}", {"a[0]: - > {n: 1}"}, {"a[1].s"}},
  };
  for (const Case& c : cases) {
    const yaml::Document before = parsed(c.before);
    const yaml::Document after = parsed(c.after);
    const FieldDiff diff = diff_fields(before.root(), after.root());
    EXPECT_EQ(lines(diff), c.changes) << c.before << " → " << c.after;
    EXPECT_EQ(diff.secrets, c.secrets) << c.before << " → " << c.after;
  }
}

TEST(ConfigView, JobsThatThePrintedTextDoesNotHaveAreOpaque) {
  auto view = ConfigView::of_printed("scrape_configs: [{job_name: a}, {job_name: b}]", {"a", "b", "c"});
  ASSERT_TRUE(view);
  EXPECT_EQ(view->jobs().size(), 2u);
  EXPECT_THAT(view->opaque_jobs(), ElementsAre("c"));
  EXPECT_FALSE(ConfigView::of_printed("a: [", {}));
}

TEST(ConfigView, SectionsAreComparedWithoutTheJobs) {
  auto before = ConfigView::of_printed("{global: {a: 1}, scrape_configs: [{job_name: a}]}", {});
  auto after = ConfigView::of_printed("{global: {a: 2}, rule_files: [b], scrape_configs: []}", {});
  ASSERT_TRUE(before && after);
  EXPECT_EQ(lines(diff_sections(*before, *after)), Lines({"global.a: 1 > 2", "rule_files: - > [b]"}));
}

TEST(ConfigView, DiscoverySectionsAreFound) {
  const yaml::Document job = parsed("{job_name: a, ec2_sd_configs: [], static_configs: [], dns_sd_configs: []}");
  EXPECT_THAT(discovery_sections(job.root()), ElementsAre("dns_sd_configs", "ec2_sd_configs"));
}

}  // namespace
}  // namespace narthex::lab
