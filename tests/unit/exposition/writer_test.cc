#include "exposition/writer.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/exposition/dump_sink.h"

namespace narthex::exposition {
namespace {

TEST(TextWriter, WritesAFamily) {
  std::string out;
  TextWriter writer(out);
  writer.help("m_seconds", "How long.\nIn \\ \"seconds\".");
  writer.type("m_seconds", "histogram");
  const LabelRef labels[] = {{"path", "a\"b\\c\nd"}, {"la bel", "x"}};
  writer.sample("m_seconds_bucket", labels, 3, LabelRef{"le", "+Inf"});
  writer.sample("m_seconds_count", {}, 3, LabelRef{"le", "1"}, 1000);
  writer.sample("m_seconds_sum", {}, 0.1);
  writer.help("my.metric", "x");
  writer.sample("my.metric", labels, NAN);
  writer.sample("my.metric", {}, -HUGE_VAL);
  EXPECT_EQ(out,
            "# HELP m_seconds How long.\\nIn \\\\ \"seconds\".\n"
            "# TYPE m_seconds histogram\n"
            "m_seconds_bucket{path=\"a\\\"b\\\\c\\nd\",\"la bel\"=\"x\",le=\"+Inf\"} 3\n"
            "m_seconds_count{le=\"1\"} 3 1000\n"
            "m_seconds_sum 0.1\n"
            "# HELP \"my.metric\" x\n"
            "{\"my.metric\",path=\"a\\\"b\\\\c\\nd\",\"la bel\"=\"x\"} NaN\n"
            "{\"my.metric\"} -Inf\n");
}

TEST(TextWriter, IsReadBackByTheWalker) {
  std::string out;
  TextWriter writer(out);
  writer.help("m", "back\\slash and\nline");
  const LabelRef labels[] = {{"a", "\\\"\n\t\xc3\xa9"}};
  for (const double value : {0.0, -0.0, 1e21, 1e20, 5e-324, 0.1 + 0.2, 1.7976931348623157e308, HUGE_VAL}) {
    writer.sample("m", labels, value);
  }
  DumpSink sink;
  const std::string dump = walk(out, sink);
  EXPECT_EQ(dump.substr(0, dump.find("\n\"m{")), R"(HELP "m" "back\\slash and\nline")");
  EXPECT_EQ(sink.series_count, 8);
  for (const char* value : {" 0\n", " -0\n", " 1e+21\n", " 100000000000000000000\n", " 5e-324\n",
                            " 0.30000000000000004\n", " 1.7976931348623157e+308\n", " +Inf\n"}) {
    EXPECT_NE(out.find(value), out.npos) << value;
    EXPECT_NE((dump + "\n").find(value), dump.npos) << value;
  }
}

}  // namespace
}  // namespace narthex::exposition
