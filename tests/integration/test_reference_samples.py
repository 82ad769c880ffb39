"""Scrape spec, sections 6 to 8 and 13: what becomes of the samples of a body."""
import harness
from reference.rows import Row, See, Tables, error, field, labels, stored, values
from reference.scripted import Answer

ADDED_BEFORE = "2.42 counts a series of a failed scrape when it is read, and not when it is stored at last"
OWN_LABELS = "2.42 keeps the labels that the line got first, whatever TYPE it stands below later"


def relabel(action, regex, source="__name__"):
    return {"metric_relabel_configs": [{"action": action, "regex": regex, "source_labels": [source]}]}


def drop_labels(regex):
    return {"metric_relabel_configs": [{"action": "labeldrop", "regex": regex}]}


def at(*lines):
    """A body of (series and value, ms from now)."""
    return lambda now: "".join(f"{line} {now + offset}\n" for line, offset in lines)


SAMPLES = [
    Row("relabel_drops", ["a 1\nb 1\n", "a 2\nb 2\n"], values("a", "1 2"), values("b", "- -"), values("up", "1 1"),
        values("scrape_samples_scraped", "2 2"), values("scrape_samples_post_metric_relabeling", "1 1"),
        values("scrape_series_added", "1 0"), job=relabel("drop", "b")),
    Row("relabel_empties", ["a 1\n"], values("up", "1"), values("scrape_samples_post_metric_relabeling", "0"),
        job=drop_labels(".*")),
    Row("relabel_takes_the_name", ["a 1\n"], values("up", "0"), error("missing metric name (__name__ label)"),
        values("scrape_samples_scraped", "1"), job=drop_labels("__name__")),
    Row("relabel_spares_reports", ["a 1\n"], values("up", "1"), values("a", "-"), job=relabel("drop", ".*")),
    Row("type_after_the_series", ['h_bucket{le="1"} 1\n', '# TYPE h histogram\nh_bucket{le="1"} 2\n'],
        values('h_bucket{le="1"}', "1 stale", old="1 2", why=OWN_LABELS),
        values('h_bucket{le="1.0"}', "- 2", why=OWN_LABELS, old="- -")),
    Row("le_and_quantile", ['# TYPE h histogram\nh_bucket{le="1"} 1\n# TYPE s summary\ns{quantile="0.50"} 2\n'
                            '# TYPE g gauge\ng{le="1"} 3\n'],
        values('h_bucket{le="1.0"}', "1", old="-", why="2.42 normalises neither"),
        values('s{quantile="0.5"}', "2", old="-", why="2.42 normalises neither"), values('g{le="1"}', "3")),
    Row("times_honored", [at(("a 1", -5000)), ""], values("a", "@1 -"), stored("a", "1")),
    Row("times_not_honored", ["a 1 1000\n", "a 2 1000\n", "b 1\n"], values("a", "1 2 stale"),
        job={"honor_timestamps": False}),
    Row("times_of_two_samples", [at(("a 1", -3000), ("a 2", -2000)), "b 1\n"], stored("a", "1", "2")),
    Row("exposed_up", ["up 7\n"], values("up", "7"), values("scrape_samples_scraped", "1")),
    Row("legacy_names", ['a 1\n{"b.c"} 1\n'],
        error('invalid metric name or label names: {__name__="b.c", instance="i", job="legacy_names"}'),
        job={"metric_name_validation_scheme": "legacy"}, only_ours="2.42 knows no other names"),
    Row("utf8_names", ['{"b.c","d.e"="f"} 1\n'], values('{"b.c","d.e"="f"}', "1"), only_ours="since 3.0"),
]

CONFLICTS = [
    Row("conflict_none", ["m 1\n"], labels("m", '{instance="i", job="conflict_none"}')),
    Row("conflict_moved", ['m{job="s"} 1\n'],
        labels("m", '{exported_job="s", instance="i", job="conflict_moved"}')),
    Row("conflict_kept", ['m{exported_job="e",job="s"} 1\n'],
        labels("m", '{exported_exported_job="s", exported_job="e", instance="i", job="conflict_kept"}')),
    Row("conflict_target_exported", ['m{exported_job="e",job="s"} 1\n'],
        labels("m", '{exported_exported_exported_job="e", exported_exported_job="s", exported_job="x", instance="i", '
                    'job="conflict_target_exported"}'),
        labels={"instance": "i", "exported_job": "x"}),
    Row("conflict_empty", ['m{instance=""} 1\n'], labels("m", '{instance="i", job="conflict_empty"}')),
    Row("conflict_same_value", ['m{instance="i"} 1\n'],
        labels("m", '{exported_instance="i", instance="i", job="conflict_same_value"}')),
    Row("conflict_before_relabeling", ['m{job="s"} 1\n'],
        labels("m", '{exported_job="s", instance="i", job="conflict_before_relabeling", moved="s"}'),
        job={"metric_relabel_configs": [{"source_labels": ["exported_job"], "target_label": "moved"}]}),
    Row("honored", ['honored{job="s"} 1\n'], labels('honored{job="s"}', '{instance="i", job="s"}'),
        job={"honor_labels": True}),
    Row("honored_empty", ['m{instance=""} 1\n'], labels("m", '{job="honored_empty"}'), job={"honor_labels": True}),
    Row("honored_exported", ['honored_exported{exported_job="e",job="s"} 1\n'],
        labels('honored_exported{job="s"}', '{exported_job="e", instance="i", job="s"}'), job={"honor_labels": True}),
]

TWICE = [
    Row("twice_equal", ["a 1\na 1\nb 1\n", "a 2\nb 2\n"], values("a", "1 2"), values("b", "1 2"), values("up", "1 1"),
        values("scrape_samples_scraped", "3 2"), values("scrape_samples_post_metric_relabeling", "3 2")),
    Row("twice_unequal", ["a 1\na 7\n", "a 2\n"], values("a", "1 2"), values("scrape_series_added", "1 0")),
    Row("twice_by_label_order", ['a{x="1",y="2"} 1\na{y="2",x="1"} 2\n'], values("a", "1"), values(
        "scrape_series_added", "1", old="2", why="2.42 counts spellings of a series, not series")),
    Row("twice_by_relabeling", ['a{x="1"} 1\na{x="2"} 2\n'], values("a", "1"), job=drop_labels("x")),
]

FAILURES = [
    Row("fails_on_the_last_line", ["a 1\nb 1\nc 1\n", "a 2\nb 2\nnew 2\nbroken\n", "a 3\n", "a 4\nnew 4\n"],
        values("up", "1 0 1 1"), values("a", "1 - 3 4"), values("b", "1 - stale -"), values("c", "1 stale - -"),
        values("new", "- - - 4"), values("scrape_samples_scraped", "3 3 1 2"),
        values("scrape_samples_post_metric_relabeling", "3 3 1 2"),
        values("scrape_series_added", "3 1 0 1", old="3 1 0 0", why=ADDED_BEFORE)),
    Row("fails_at_once", ["a 1\nb 1\n", "broken\na 2\n", "broken\n", "a 4\n"], values("up", "1 0 0 1"),
        values("a", "1 stale - 4"), values("b", "1 stale - -"), values("scrape_samples_scraped", "2 0 0 1"),
        values("scrape_series_added", "2 0 0 0")),
    Row("fails_in_the_first_scrape", ["a 1\nb 1\nbroken\n", "b 2\n", "b 3\n"], values("up", "0 1 1"),
        values("a", "- - -"), values("b", "- 2 3"),
        values("scrape_series_added", "2 1 0", old="2 0 0", why=ADDED_BEFORE)),
    Row("fails_each_time_alike", ["a 1\n", "a 2\nbroken\n", "a 3\nbroken\n", "broken\n"], values("up", "1 0 0 0"),
        values("a", "1 - - stale")),
    Row("fails_by_status", ["a 1\nb 1\n", Answer("x", "503 Gone fishing"), Answer("x", "503 Gone fishing"), "a 4\n"],
        values("up", "1 0 0 1"), values("a", "1 stale - 4"), values("b", "1 stale - -"),
        values("scrape_samples_scraped", "2 0 0 1"), values("scrape_series_added", "2 0 0 0")),
    Row("fails_by_repeated_label", ['a{x="1",x="1"} 1\n'], values("up", "0"),
        error('label name "x" is not unique: invalid sample')),
    Row("empty_body", ["a 1\n", Answer("", type="text/html"), "a 3\n"], values("up", "1 1 1"),
        values("a", "1 stale 3"), values("scrape_series_added", "1 0 0")),
]

SAMPLE_LIMIT = [
    Row("sample_limit", ["a 1\nb 1\nc 1\n", "a 2\nb 2\nd 2\nc 2\n", "a 3\n"], values("up", "1 0 1"),
        values("a", "1 - 3"), values("b", "1 - stale"), values("c", "1 stale -"), values("d", "- - -"),
        values("scrape_samples_scraped", "3 4 1"), values("scrape_samples_post_metric_relabeling", "3 4 1"),
        values("scrape_series_added", "3 1 0"), job={"sample_limit": 3}),
    Row("sample_limit_named", ["a 1\nb 1\n"], error("sample limit exceeded"), field("health", "down"),
        values("scrape_series_added", "1"), job={"sample_limit": 1}),
    Row("sample_limit_after_relabeling", ["a 1\nb 1\n"], values("up", "1"), values("a", "1"),
        job={"sample_limit": 1, **relabel("drop", "b")}),
    Row("sample_limit_exact", ["a 1\nb 1\n", "c 1\nd 1\n"], values("up", "1 1"), values("a", "1 stale"),
        job={"sample_limit": 2}),
]

ACCENTS = "\u00e9" * 60
LABEL_LIMITS = [
    Row("label_limit", ["a 1\n", 'a 2\nb{x="y"} 1\nc 1\n'], values("up", "1 0"), values("a", "1 -"),
        values("scrape_samples_scraped", "1 2"),
        error("label_limit exceeded (metric: b, number of labels: 4, limit: 3)"), job={"label_limit": 3}),
    Row("label_name_limit", ['b{longer_name="y"} 1\n'],
        error("label_name_length_limit exceeded (metric: b, label name: longer_name, length: 11, limit: 8)"),
        job={"label_name_length_limit": 8}),
    Row("label_name_limit_cut", ['b{%s="y"} 1\n' % ("n" * 60)],
        error(f"label_name_length_limit exceeded (metric: b, label name: {'n' * 50}, length: 60, limit: 8)"),
        job={"label_name_length_limit": 8}),
    Row("label_value_limit", ['b{x="y\\"z"} 1\n'],
        error('label_value_length_limit exceeded (metric: b, label name: job, value: "label_value_limit", length: 17, '
              'limit: 2)'), job={"label_value_length_limit": 2}),
    Row("label_value_limit_cut", ['b{x="%s"} 1\n' % ACCENTS],
        error(f'label_value_length_limit exceeded (metric: b, label name: x, value: "{ACCENTS[:50]}", length: 120, '
              'limit: 100)'), job={"label_value_length_limit": 100}),
    Row("label_limits_in_order", ['b{longer_name="y"} 1\n'],
        error("label_limit exceeded (metric: b, number of labels: 4, limit: 3)"),
        job={"label_limit": 3, "label_name_length_limit": 8}),
    Row("label_limit_after_relabeling", ['b{x="y"} 1\n'], values("b", "1"),
        job={"label_limit": 3, **drop_labels("x")}),
]

TARGET_LIMIT = [
    Row("target_limit", ["a 1\n"], See(
        "errors", lambda view, row: sorted({one["lastError"] for one in view.active()}),
        ["target_limit exceeded (number of targets: 2, limit: 1)"]),
        stored('up{instance="x"}', "0"), stored('scrape_body_size_bytes{instance="x"}', "0"),
        See("requests", lambda view, row: len(view.requests()), 0), scrapes=0, targets=["127.0.0.1:2", "ADDRESS"],
        job={"target_limit": 1, "extra_scrape_metrics": True, "relabel_configs": [
            {"source_labels": ["__address__"], "regex": "127.0.0.1:2", "target_label": "instance",
             "replacement": "x"}]}, labels={}),
    Row("target_limit_exact", ["a 1\n"], values("up", "1"), job={"target_limit": 1}),
    Row("target_limit_without_dropped", ["a 1\n"], values("up", "1"), targets=["ADDRESS", "other:1"],
        job={"target_limit": 1, "relabel_configs": [
            {"action": "drop", "source_labels": ["__address__"], "regex": "other:1"}]}),
]

REPORTS = [
    Row("reports", ["a 1\n", Answer("", "500 No"), "a 3\nb{\n"], values("up", "1 0 0"),
        values("scrape_timeout_seconds", "1 1 1"), values("scrape_sample_limit", "9 9 9"),
        values("scrape_body_size_bytes", "4 0 7"), values("scrape_samples_scraped", "1 0 1"),
        See("whether a duration stands at each scrape",
            lambda view, row: "-" in view.values("scrape_duration_seconds", 3), False),
        job={"extra_scrape_metrics": True, "sample_limit": 9}),
    Row("reports_without_limit", ["a 1\n"], values("scrape_sample_limit", "0"), job={"extra_scrape_metrics": True}),
    Row("body_size_limit", ["a 1\nb1\n", "a 1\nb 1\n"], error("body size limit exceeded"),
        values("scrape_body_size_bytes", "7 -1"), values("up", "0 0"),
        job={"body_size_limit": "8B", "extra_scrape_metrics": True}),
]


class Samples(Tables):
    tables = {"6": SAMPLES, "6.1": CONFLICTS, "6.2": TWICE, "6.3": FAILURES, "7.1": SAMPLE_LIMIT, "7.2": LABEL_LIMITS,
              "7.3": TARGET_LIMIT, "8": REPORTS}

    def test_6_samples(self):
        self.check("6")

    def test_6_1_label_conflicts(self):
        self.check("6.1")

    def test_6_2_same_series_twice(self):
        self.check("6.2")

    def test_6_3_atomicity(self):
        self.check("6.3")

    def test_7_1_sample_limit(self):
        self.check("7.1")

    def test_7_2_label_limits(self):
        self.check("7.2")

    def test_7_3_target_limit(self):
        self.check("7.3")

    def test_8_reports(self):
        self.check("8")


if __name__ == "__main__":
    harness.main()
