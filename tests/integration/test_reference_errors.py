"""Scrape spec, sections 6.2 and 7: samples and scrapes that are refused, with what is counted and logged. Each row has
its fault once, so that the counters of the servers are known numbers."""
import re
import time

import harness
from reference.rows import Row, See, Tables, stored, values

START = int(time.time() * 1000)
HOUR = 3_600_000


def logged(message, *dropped, **differs):
    return See("numbers of the log's lines", lambda view, row: view.log(message, "num_dropped"), list(dropped),
               **differs)


OUT_OF_ORDER = "Error on ingesting out-of-order samples"
DUPLICATE = "Error on ingesting samples with different value but same timestamp"
OUT_OF_BOUNDS = "Error on ingesting samples that are too old or are too far into the future"

NOT_SEEN = {"old": [], "why": "2.42 does not notice a line that stands twice"}

CLASSES = [
    Row("out_of_order", [f"a 1 {START}\nb 1\n", f"a 2 {START - 1000}\nb 2\n", "b 3\n"], values("up", "1 1 1"),
        values("b", "1 2 3"), stored("a", "1"), values("scrape_samples_scraped", "2 2 1"),
        values("scrape_samples_post_metric_relabeling", "2 2 1"), values("scrape_series_added", "2 0 0"),
        logged(OUT_OF_ORDER, "1")),
    Row("duplicate_time", [f"a 1 {START}\n", f"a 2 {START}\n", f"a 1 {START}\n"], values("up", "1 1 1"),
        stored("a", "1"), logged(DUPLICATE, "1")),
    Row("duplicate_line", ["a 1\na 2\n", "a 3\n"], values("a", "1 3"),
        logged(DUPLICATE, "1", **NOT_SEEN)),
    Row("order_within_a_scrape", [f"a 2 {START}\na 1 {START - 1000}\na 3 {START}\n", ""], values("up", "1 1"),
        stored("a", "2"), logged(OUT_OF_ORDER), logged(DUPLICATE)),
    Row("too_far_ahead", [lambda now: f"a 1 {now + 11 * 60_000}\nb 1\n", "b 2\n"], values("up", "1 1"),
        values("b", "1 2"), stored("a"), logged(OUT_OF_BOUNDS, "1"),
        values("scrape_series_added", "2 0", old="1 0", why="2.42 knows while it reads that a sample is refused")),
    Row("ahead", [lambda now: f"a 1 {now + 9 * 60_000}\n", "b 2\n"], values("up", "1 1"), logged(OUT_OF_BOUNDS)),
    Row("too_old", ["b 0\n", f"a 1 {START - 30 * HOUR}\nb 1\n", "b 2\n"], values("b", "0 1 2"), stored("a"),
        logged(OUT_OF_BOUNDS, "1")),
]

LIMITS = [
    Row("over_sample_limit", ["a 1\nb 1\n", "a 2\n"], values("up", "0 1"), job={"sample_limit": 1}),
    Row("over_label_limit", ['a{x="1"} 1\n', "a 2\n"], values("up", "0 1"), job={"label_limit": 3}),
    Row("over_body_limit", ["a 1\nb 1\n", "a 2\n"], values("up", "0 1"), job={"body_size_limit": "5B"}),
    Row("not_made", ["a 1\n"], See("active", lambda view, row: view.active(), []), scrapes=0,
        job={"relabel_configs": [{"target_label": "__address__", "replacement": "a/b"}]}),
]

# What 2.42 counts otherwise is NOT_SEEN.
COUNTED = {
    "prometheus_target_scrapes_sample_out_of_order_total": 1,
    "prometheus_target_scrapes_sample_duplicate_timestamp_total": 2,
    "prometheus_target_scrapes_sample_out_of_bounds_total": 2,
    "prometheus_target_scrapes_exceeded_sample_limit_total": 1,
    "prometheus_target_scrapes_exceeded_body_size_limit_total": 1,
    "prometheus_target_scrape_pool_exceeded_label_limits_total": 1,
    "prometheus_target_sync_failed_total": 1,
}


def counters(server):
    """Sums over the series of a metric: ours have no label where the other's have the job."""
    text = server.get("/metrics").body.decode()
    return {name: sum(float(value) for value in re.findall(rf"^{name}(?:{{.*}})? (\S+)$", text, re.M))
            for name in COUNTED}


class Errors(Tables):
    tables = {"6.2": CLASSES, "7": LIMITS}

    def test_6_2_error_classes(self):
        self.check("6.2")

    def test_7_limits(self):
        self.check("7")

    def test_what_is_counted(self):
        for server in self.servers:
            want = dict(COUNTED)
            if server.name == "debian":
                want["prometheus_target_scrapes_sample_duplicate_timestamp_total"] = 1
            with self.subTest(server=server.name):
                self.assertEqual(self.settled(lambda: counters(server), want), want)


if __name__ == "__main__":
    harness.main()
