"""Real targets: what the store holds is what they said, scrape by scrape."""
import math
import os
import sys
import unittest

import harness

SCRAPES = 4

try:
    from prometheus_client.parser import text_string_to_metric_families
except ImportError:
    if sys.executable != harness.DEBIAN_PYTHON and os.path.exists(harness.DEBIAN_PYTHON):
        os.execv(harness.DEBIAN_PYTHON, [harness.DEBIAN_PYTHON, *sys.argv])
    text_string_to_metric_families = None


def key(labels):
    """Labels to compare by. The bounds of histograms and summaries are stored normalized: "1" as "1.0"."""
    return tuple(sorted((k, float(v) if k in ("le", "quantile") else v) for k, v in labels.items() if v != ""))


def read_body(body):
    """{(label pairs): value} of an exposition body."""
    series = {}
    for family in text_string_to_metric_families(body):
        for sample in family.samples:
            series[key({"__name__": sample.name, **sample.labels})] = sample.value
    return series


def same(a, b):
    return a == b or (math.isnan(a) and math.isnan(b))


@unittest.skipIf(text_string_to_metric_families is None, "skipped: python3-prometheus-client is not installed")
class Targets(harness.Case):
    def stored(self, server):
        """{(label pairs): {time: value}} of everything scraped from the target."""
        series = {}
        for one in server.query('{job="test"}[10m]'):
            labels = {k: v for k, v in one["metric"].items() if k not in ("job", "instance")}
            series[key(labels)] = {t: float(v) for t, v in one["values"]}
        return series

    def check(self, address):
        """Scrapes through a recorder, then compares every series of every scrape."""
        recorder = self.keep(harness.Recorder(address))
        server = self.server(harness.config_for(recorder.address))
        up = (("__name__", "up"),)
        harness.wait_for(lambda: len(self.stored(server).get(up, {})) >= SCRAPES, f"{SCRAPES} scrapes")
        stored = self.stored(server)
        times = sorted(stored[up])
        self.assertEqual(set(stored[up].values()), {1.0})
        compared = 0
        for body, time in zip(recorder.bodies, times):
            said = read_body(body)
            kept = {labels: values[time] for labels, values in stored.items() if time in values}
            for labels, value in said.items():
                self.assertIn(labels, kept)
                self.assertTrue(same(kept[labels], value), f"{labels}: said {value}, stored {kept[labels]}")
            reports = {"up", "scrape_duration_seconds", "scrape_samples_scraped", "scrape_series_added",
                       "scrape_samples_post_metric_relabeling"}
            self.assertEqual({dict(labels)["__name__"] for labels in set(kept) - set(said)}, reports)
            self.assertEqual(kept[(("__name__", "scrape_samples_scraped"),)], len(said))
            compared += len(said)
        return server, compared

    def test_node_exporter(self):
        program = harness.PEERS / "prometheus-node-exporter"
        if not program.exists():
            self.skipTest(f"skipped: no {program}: run scripts/setup.sh test")
        exporter = self.keep(harness.Process([program, "--web.listen-address=127.0.0.1:0"], self.folder / "node.log"))
        port = exporter.wait_for_line(r'Listening on.*address=\S*:(\d+)').group(1)
        server, compared = self.check(f"127.0.0.1:{port}")
        self.assertGreater(compared, 300 * SCRAPES)
        self.assertEqual(server.value("count(node_uname_info)"), 1)

    def test_flask_application(self):
        app = self.keep(harness.Process([harness.DEBIAN_PYTHON, harness.ROOT / "instrumentation/examples/flask_app.py",
                                         "0"], self.folder / "flask.log"))
        url = app.wait_for_line(r"flask_app: (\S+)").group(1)
        for _ in range(20):
            harness.request(url + "/dice")
        server, compared = self.check(url.removeprefix("http://"))
        self.assertGreater(compared, 0)
        self.assertEqual(server.value("sum(dice_rolls_total)"), 20)

    def test_shop(self):
        program = os.path.join(os.path.dirname(harness.BINARY), "demo_shop")
        shop = self.keep(harness.Process([program, "0"], self.folder / "shop.log"))
        url = shop.wait_for_line(r"demo_shop: (\S+)").group(1)
        for _ in range(5):
            self.assertEqual(harness.request(url + "/api/orders?product=lamp", "POST", b"").status, 201)
        server, compared = self.check(url.removeprefix("http://"))
        self.assertGreater(compared, 0)
        self.assertEqual(server.value('shop_orders_total{product="lamp"}'), 5)


if __name__ == "__main__":
    harness.main()
