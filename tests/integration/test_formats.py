"""What real programs say in each format is what queries answer: the Python client in OpenMetrics, Debian's prometheus
and prometheus-pushgateway in protobuf and in text."""
import collections
import math
import os
import re
import signal
import socket
import sys

import harness
from reference.scripted import Answer, ScriptedTarget

try:
    import prometheus_client as client
    from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest
    from prometheus_client.openmetrics.parser import text_string_to_metric_families
except ImportError:
    if sys.executable != harness.DEBIAN_PYTHON and os.path.exists(harness.DEBIAN_PYTHON):
        os.execv(harness.DEBIAN_PYTHON, [harness.DEBIAN_PYTHON, *sys.argv])
    client = None

TEXT = "text/plain;version=0.0.4"
FAMILIES = {"jobs": ("counter", "", "Jobs."), "wait_seconds": ("histogram", "seconds", "Waiting."),
            "size_bytes": ("summary", "bytes", "Sizes."), "build": ("info", "", "Build."),
            "state": ("stateset", "", "State."), "temperature_celsius": ("gauge", "celsius", "Temperature.")}


def python_client():
    """Its body in OpenMetrics."""
    registry = client.CollectorRegistry()
    jobs = client.Counter("jobs", "Jobs.", ["queue"], registry=registry)
    jobs.labels("a").inc(3, {"trace_id": "first"})
    jobs.labels('b"\\\n').inc(0.5)
    wait = client.Histogram("wait", "Waiting.", unit="seconds", buckets=(0.1, 1, 2.5), registry=registry)
    for value, trace in ((0.05, "fast"), (2, "slow"), (7, None)):
        wait.observe(value, trace and {"trace_id": trace})
    client.Summary("size", "Sizes.", unit="bytes", registry=registry).observe(12345678)
    client.Info("build", "Build.", registry=registry).info({"version": "1.2", "branch": "main"})
    client.Enum("state", "State.", states=["on", "off"], registry=registry).state("off")
    client.Gauge("temperature", "Temperature.", unit="celsius", registry=registry).set(-1e-7)
    return generate_latest(registry).decode()


def key(labels):
    return tuple(sorted((k, v) for k, v in labels.items() if k not in ("job", "instance")))


class OpenMetrics(harness.Case):
    def setUp(self):
        super().setUp()
        if client is None:
            self.skipTest("skipped: python3-prometheus-client is not installed")
        self.body = python_client()
        self.said = list(text_string_to_metric_families(self.body))
        target = self.keep(ScriptedTarget({"metrics": [Answer(self.body, type=CONTENT_TYPE_LATEST)]}))
        self.config = harness.config_for(target.address, interval="300ms")

    def start(self, *features):
        narthex = self.server(self.config, *([f"--enable-feature={','.join(features)}"] if features else []))
        harness.wait_for(lambda: narthex.value("count_over_time(up[1m])"), "a scrape")
        return narthex

    def stored(self, narthex):
        """Value by labels, of what the target said."""
        found = {key(one["metric"]): float(one["value"][1]) for one in narthex.query('{job="test"}')}
        return {labels: value for labels, value in found.items()
                if not re.match("up$|scrape_", dict(labels)["__name__"])}

    def samples(self, created=True):
        return {key({"__name__": sample.name, **sample.labels}): sample.value for family in self.said
                for sample in family.samples if created or not sample.name.endswith("_created")}

    def exemplars(self):
        """(labels of the exemplar, value, time in ms) by the labels of the series."""
        times = iter(re.findall(r" # \{.*\} \S+ (\S+)$", self.body, re.M))
        return {key({"__name__": sample.name, **sample.labels}):
                [(sample.exemplar.labels, sample.exemplar.value, math.trunc(float(next(times)) * 1000))]
                for family in self.said for sample in family.samples if sample.exemplar}

    def told_exemplars(self, narthex):
        found = narthex.get("/api/v1/query_exemplars", query='{job="test"}').json()["data"]
        return {key(one["seriesLabels"]): [(e["labels"], float(e["value"]), round(e["timestamp"] * 1000))
                                           for e in one["exemplars"]] for one in found}

    def test_every_sample(self):
        narthex = self.start()
        self.assertEqual(self.stored(narthex), self.samples())
        self.assertEqual(sum(dict(labels)["__name__"].endswith("_created") for labels in self.samples()), 4)
        self.assertEqual(self.told_exemplars(narthex), {})
        told = narthex.get("/api/v1/metadata").json()["data"]
        self.assertEqual(told, {name: [{"type": kind, "unit": unit, "help": text}]
                                for name, (kind, unit, text) in FAMILIES.items()})

    def test_exemplars(self):
        narthex = self.start("exemplar-storage")
        self.assertEqual(self.stored(narthex), self.samples())
        self.assertEqual(self.told_exemplars(narthex), self.exemplars())
        self.assertEqual(sorted(e[0][0]["trace_id"] for e in self.exemplars().values()), ["fast", "first", "slow"])
        narthex.stop(signal.SIGKILL)
        narthex.start()
        self.assertEqual(self.told_exemplars(narthex), self.exemplars())

    def test_start_times_take_the_place_of_created_series(self):
        self.assertEqual(self.stored(self.start("st-storage")), self.samples(created=False))

    def test_types_and_units_as_labels(self):
        want = {}
        for family in self.said:
            kind, unit, _ = FAMILIES[family.name]
            more = {"__type__": kind, **({"__unit__": unit} if unit else {})}
            for sample in family.samples:
                want[key({"__name__": sample.name, **sample.labels, **more})] = sample.value
        self.assertEqual(self.stored(self.start("type-and-unit-labels")), want)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Both(harness.Case):
    """One program, scraped by one job in protobuf and by another in text."""

    def start(self, program, *flags):
        if not (harness.PEERS / program).exists():
            self.skipTest(f"skipped: no {program} in build/peers: run scripts/setup.sh test")
        address = f"127.0.0.1:{free_port()}"
        self.keep(harness.Process([harness.PEERS / program, f"--web.listen-address={address}", *flags],
                                  self.folder / f"{program}.log"))

        def answers():
            try:
                return harness.request(f"http://{address}/metrics").status == 200
            except OSError:
                return False

        harness.wait_for(answers, program)
        return address

    def forward(self, address):
        """The address of a target that passes on what `address` answers; and the Content-Types by job."""
        types = collections.defaultdict(set)

        class Forwarding(ScriptedTarget):
            def next_answer(self, request):
                answer = harness.request(f"http://{address}/metrics", headers={"Accept": request.header("Accept")})
                types[request.script()].add(answer.headers["Content-Type"].split(";")[0])
                return Answer(answer.body, type=answer.headers["Content-Type"])

        return self.keep(Forwarding({})).address, types

    def values(self, narthex, job):
        """All values by the labels of the series, of what the target said."""
        return {key(one["metric"]): {value for _, value in one["values"]}
                for one in narthex.query(f'{{job="{job}",__name__!~"up|scrape_.*"}}[10m]')}

    def compare(self, address):
        """How many series never changed, after all were found to be in both jobs, and those to be the same."""
        address, types = self.forward(address)
        targets = f"static_configs: [{{targets: ['{address}'], labels: {{instance: i}}}}]"
        choices = {"protobuf": "scrape_native_histograms: true", "text": "scrape_protocols: [PrometheusText0.0.4]"}
        narthex = self.server(
            "global: {scrape_interval: 300ms, scrape_timeout: 300ms}\nscrape_configs:\n" +
            "".join(f"- {{job_name: {job}, metrics_path: /{job}, {choice}, {targets}}}\n"
                    for job, choice in choices.items()))
        for job in choices:
            count = f'count_over_time(up{{job="{job}"}}[1m])'
            harness.wait_for(lambda count=count: (narthex.value(count) or 0) > 3, "scrapes")
        harness.wait_for(lambda: set(self.values(narthex, "protobuf")) == set(self.values(narthex, "text")),
                         "the same series")
        self.assertEqual(types, {"protobuf": {"application/vnd.google.protobuf"}, "text": {"text/plain"}})
        one, other = self.values(narthex, "protobuf"), self.values(narthex, "text")
        stable = {labels for labels in one if len(one[labels]) == 1 and len(other.get(labels, ())) == 1}
        self.assertEqual({labels: one[labels] for labels in stable}, {labels: other[labels] for labels in stable})
        return len(stable)

    def test_prometheus(self):
        config = self.folder / "peer.yml"
        config.write_text("scrape_configs: []\n")
        address = self.start("prometheus", f"--config.file={config}", f"--storage.tsdb.path={self.folder / 'peer'}")
        self.assertGreater(self.compare(address), 200)

    def test_pushgateway(self):
        address = self.start("prometheus-pushgateway")
        body = ('# TYPE odd gauge\nodd{b="a\\"b\\\\c\\nd é"} NaN\nodd{b="x"} -Inf\n# TYPE pushed histogram\n'
                'pushed_bucket{le="1"} 2\npushed_bucket{le="1e6"} 3\npushed_bucket{le="+Inf"} 4\n'
                'pushed_sum 4.5\npushed_count 4\n'
                '# TYPE latency summary\nlatency{quantile="0.5"} 1e-9\nlatency_sum 2e300\nlatency_count 3\n')
        pushed = harness.request(f"http://{address}/metrics/job/pushed/instance/j", method="POST", body=body.encode())
        self.assertEqual(pushed.status, 200, pushed.body)
        self.assertGreater(self.compare(address), 30)


if __name__ == "__main__":
    harness.main()
