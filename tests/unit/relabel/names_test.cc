// labelmap, labeldrop, labelkeep: actions on label names.
#include "tests/unit/relabel/cases.h"

namespace narthex::relabel {
namespace {

TEST(LabelMap, CopiesUnderNewNames) {
  const Case cases[] = {
      {"__meta_kubernetes_pod_label_app=web", "labelmap regex=__meta_kubernetes_pod_label_(.+)",
       "__meta_kubernetes_pod_label_app=web app=web"},
      {"m_a=1 m_b=2 c=3", "labelmap regex=m_(.+)", "a=1 b=2 c=3 m_a=1 m_b=2"},
      {"m_=1", "labelmap regex=m_(.+)", "m_=1"},
      {"xm_a=1", "labelmap regex=m_(.+)", "xm_a=1"},
      {"m_a=1", "LabelMap regex=m_(.+)", "a=1 m_a=1"},
      {"m_a=1", "labelmap regex=m_(.+) replacement=x_$1", "m_a=1 x_a=1"},
      {"m_a=1", "labelmap regex=m_(.+) replacement=${1}_x", "a_x=1 m_a=1"},
      {"m_a=1", "labelmap regex=(?P<p>.)_(?P<q>.) replacement=${q}_$p", "a_m=1 m_a=1"},
      {"m_a=1", "labelmap regex=(?<p>.)_(?<q>.) replacement=$q", "a=1 m_a=1"},
      {"m_a=1", "labelmap regex=m_a replacement=x_$0", "m_a=1 x_m_a=1"},
      {"a=1 b=2", "labelmap", "a=1 b=2"},
      {"a=1 b=2", "labelmap replacement=x_$1", "a=1 b=2 x_a=1 x_b=2"},
      {"a=1", "labelmap regex=a replacement=foo", "a=1 foo=1"},
      {"a=1 foo=2", "labelmap regex=a replacement=foo", "a=1 foo=1"},
      {"a=1", "labelmap regex=b replacement=foo", "a=1"},
      {"", "labelmap regex=.* replacement=foo", ""},
      {"a=b", "labelmap regex=a replacement=a", "a=b"},
      // A rule does not see its own work.
      {"a=1 xa=2", "labelmap regex=(.*) replacement=x$1", "a=1 xa=1 xxa=2"},
      {"a_b=1", "labelmap regex=(.)_(.) replacement=${2}_$1", "a_b=1 b_a=1"},
      {"a_b=1 b_a=2", "labelmap regex=(.)_(.) replacement=${2}_$1", "a_b=2 b_a=1"},
      // Source labels, target and the like have no meaning here and do no harm.
      {"a=1", "labelmap regex=a replacement=b sources=x target=y separator=- modulus=2", "a=1 b=1"},
  };
  check(cases);
}

TEST(LabelMap, LaterLabelWins) {
  const Case cases[] = {
      // Labels of the sample: sorted by name.
      {"a=1 b=2 c=3", "labelmap regex=[abc] replacement=foo", "a=1 b=2 c=3 foo=3"},
      {"c=3 a=1 b=2", "labelmap regex=[abc] replacement=foo", "a=1 b=2 c=3 foo=3"},
      {"a=1 foo=9", "labelmap regex=a|foo replacement=foo", "a=1 foo=9"},
      {"x=1 foo=9", "labelmap regex=x|foo replacement=foo", "foo=1 x=1"},
      // Then those that were set, in the order in which they first were.
      {"b=2 c=3", "replace target=a replacement=1\nlabelmap regex=[abc] replacement=foo", "a=1 b=2 c=3 foo=1"},
      {"c=3", "replace target=b replacement=2\nreplace target=a replacement=1\nlabelmap regex=[abc] replacement=foo",
       "a=1 b=2 c=3 foo=1"},
      {"",
       "replace target=b replacement=2\nreplace target=a replacement=1\nreplace target=b replacement=3\n"
       "labelmap regex=[ab] replacement=foo",
       "a=1 b=3 foo=1"},
      {"a=1 b=2", "replace target=a replacement=3\nlabelmap regex=[ab] replacement=foo", "a=3 b=2 foo=3"},
      {"",
       "replace target=b replacement=2\nreplace target=a replacement=1\nreplace target=b replacement=\n"
       "replace target=b replacement=4\nlabelmap regex=[ab] replacement=foo",
       "a=1 b=4 foo=4"},
      {"a=1 b=2 c=3", "labeldrop regex=b\nreplace target=a replacement=4\nlabelmap regex=[abc] replacement=foo",
       "a=4 c=3 foo=4"},
  };
  check(cases);
}

TEST(LabelMap, DoesNotCheckTheNewName) {
  const Case cases[] = {
      {"m_1=x", "labelmap regex=m_(.+) scheme=legacy", "1=x m_1=x"},
      {"m_a-b=x", "labelmap regex=m_(.+) scheme=legacy", "a-b=x m_a-b=x"},
      {"m_a=x", "labelmap regex=m_(.+) replacement=$2", "=x m_a=x"},
      {"'m é'=x", "labelmap regex='m (.+)'", "'m é'=x é=x"},
  };
  check(cases);
}

TEST(LabelMap, ReplacesEveryMatchOfARegexThatEscapesItsAnchors) {
  const Case cases[] = {
      {"axb=1", "labelmap regex=a)|(b replacement=c", "axb=1 cxc=1"},
      {"ax=1", "labelmap regex=a)|(b replacement=c", "ax=1 cx=1"},
      {"xb=1", "labelmap regex=a)|(b replacement=c$0", "xb=1 xcb=1"},
      {"xabx=1", "labelmap regex=a)|(b replacement=c", "xabx=1"},
      {"ax=1", "labelmap regex=a)|(x* replacement=c", "ax=1 cc=1"},
      {"ab=1", "labelmap regex=)|(b replacement=_", "_a_=1 ab=1"},
  };
  check(cases);
}

TEST(LabelDrop, DeletesMatchingNames) {
  const Case cases[] = {
      {"a=1 b=2", "labeldrop regex=a", "b=2"},
      {"a=1 b=2", "labeldrop regex=c", "a=1 b=2"},
      {"a=1 ab=2", "labeldrop regex=a", "ab=2"},
      {"a=1 ab=2", "labeldrop regex=a.*", ""},
      {"a=1 b=2 c=3 d=4", "labeldrop regex=a|c", "b=2 d=4"},
      {"a=1 b=2", "labeldrop", ""},
      {"a=1 b=2", "labeldrop regex=", "a=1 b=2"},
      {"a=b", "labeldrop regex=b", "a=b"},
      {"A=1 a=2", "labeldrop regex=(?i)a", ""},
      {"__name__=up a=1", "labeldrop regex=__name__", "a=1"},
      {"'a b'=1 c=2", "labeldrop regex='a b'", "c=2"},
      {"", "labeldrop regex=a", ""},
      {"a=1", "LabelDrop regex=a", ""},
      {"a=1", "labeldrop regex=a separator=; replacement=$1", ""},
      {"a=1", "labeldrop regex=a\nreplace target=a replacement=2", "a=2"},
      {"a=1", "replace target=b replacement=2\nlabeldrop regex=b", "a=1"},
      {"a=1 b=1", "replace target=a replacement=2\nlabeldrop regex=b\nlabelmap regex=a replacement=c", "a=2 c=2"},
  };
  check(cases);
}

TEST(LabelKeep, DeletesAllOtherNames) {
  const Case cases[] = {
      {"a=1 b=2", "labelkeep regex=a", "a=1"},
      {"a=1 b=2", "labelkeep regex=c", ""},
      {"a=1 ab=2", "labelkeep regex=a", "a=1"},
      {"a=1 ab=2 b=3", "labelkeep regex=a.*", "a=1 ab=2"},
      {"a=1 b=2", "labelkeep", "a=1 b=2"},
      {"a=1 b=2", "labelkeep regex=", ""},
      {"__address__=h __scheme__=http job=x", "labelkeep regex=job", "job=x"},
      {"__address__=h __scheme__=http job=x", "labelkeep regex=__.*", "__address__=h __scheme__=http"},
      {"__name__=up a=1", "labelkeep regex=__name__|a", "__name__=up a=1"},
      {"", "labelkeep regex=a", ""},
      {"a=1 b=2", "labelKeep regex=a", "a=1"},
      {"a=1", "replace target=b replacement=2\nlabelkeep regex=b", "b=2"},
  };
  check(cases);
}

}  // namespace
}  // namespace narthex::relabel
