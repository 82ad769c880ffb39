"""OpenMetrics bodies as the Python client writes them: what is read of them is what the client's own parser reads."""
import json
import math
import os
import random
import subprocess
import sys
import unittest

import harness

DUMP = os.environ.get("OPENMETRICS_DUMP", "build/release/tests/integration/openmetrics_dump")

try:
    import prometheus_client as client
    from prometheus_client.openmetrics.exposition import generate_latest
    from prometheus_client.openmetrics.parser import text_string_to_metric_families
except ImportError:
    if sys.executable != harness.DEBIAN_PYTHON and os.path.exists(harness.DEBIAN_PYTHON):
        os.execv(harness.DEBIAN_PYTHON, [harness.DEBIAN_PYTHON, *sys.argv])
    client = None

TEXTS = ["plain", "", "ü", 'quo"te', "back\\slash", "new\nline", "a\\nb", "} 1", "# EOF", "le", "1.0"]
# In an exemplar the client's parser takes a brace in a label's value for the closing one.
EXEMPLAR_TEXTS = [text for text in TEXTS if "}" not in text]


def dump(body, *options):
    """What the walker tells, as (entries, error)."""
    run = subprocess.run([DUMP, *options], input=body.encode(), capture_output=True, check=False)
    entries = [json.loads(line) for line in run.stdout.decode().splitlines()]
    return entries, run.returncode


def milliseconds(time):
    return None if time is None else int(float(time) * 1000)


def key(name, labels):
    return name, tuple(sorted(labels.items()))


class Target:
    """A program with all kinds of metrics."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.registry = client.CollectorRegistry()
        self.count = 0
        for _ in range(self.random.randint(1, 12)):
            self.add_metric()

    def value(self):
        return self.random.choice([0, 1, 17, 0.25, 1e-9, 1e300, 123456789.125, self.random.random()])

    def texts(self, count):
        return [self.random.choice(TEXTS) for _ in range(count)]

    def exemplar(self):
        if self.random.random() < 0.5:
            return None
        return dict(zip(["trace_id", "b"], self.random.choices(EXEMPLAR_TEXTS, k=self.random.randint(0, 2))))

    def add_metric(self):
        self.count += 1
        kind = self.random.choice(["Counter", "Gauge", "Histogram", "Summary", "Info", "Enum"])
        names = self.random.sample(["a", "b", "c"], self.random.randint(0, 3))
        options = {"registry": self.registry}
        if kind in ("Counter", "Gauge", "Histogram", "Summary"):
            options["unit"] = self.random.choice(["", "seconds", "bytes"])
        if kind == "Enum":
            options["states"] = ["on", "off", 'o"dd']
        metric = getattr(client, kind)(f"m{self.count}", self.random.choice(TEXTS) + ".", names, **options)
        for _ in range(self.random.randint(1, 4) if names else 1):
            self.change(kind, metric.labels(*self.texts(len(names))) if names else metric)

    def change(self, kind, child):
        if kind == "Counter":
            child.inc(self.value(), self.exemplar())
        elif kind == "Gauge":
            child.set(self.random.choice([self.value(), -self.value(), math.inf, -math.inf, math.nan]))
        elif kind == "Histogram":
            for _ in range(self.random.randint(0, 5)):
                child.observe(self.value() % 12, self.exemplar())
        elif kind == "Summary":
            child.observe(self.value())
        elif kind == "Info":
            child.info(dict(zip(["version", "build"], self.texts(2))))
        else:
            child.state(self.random.choice(["on", "off"]))

    def body(self):
        return generate_latest(self.registry).decode()


@unittest.skipIf(client is None, "skipped: python3-prometheus-client is not installed")
class PythonClient(unittest.TestCase):
    def assert_float(self, text, expected, where):
        value = float(text)
        self.assertTrue(value == expected or (math.isnan(value) and math.isnan(expected)), f"{where}: {text} {expected}")

    def compare(self, body):
        """Returns how many samples, exemplars there were."""
        entries, code = dump(body)
        self.assertEqual(code, 0, f"{entries[-1:]}\n{body}")
        series = [entry for entry in entries if entry["kind"] == "series"]
        families = list(text_string_to_metric_families(body))
        samples = [sample for family in families for sample in family.samples]
        self.assertEqual(len(series), len(samples), body)
        exemplars = 0
        for entry, sample in zip(series, samples):
            self.assertEqual(key(entry["name"], entry["labels"]), key(sample.name, sample.labels), body)
            self.assert_float(entry["value"], sample.value, sample)
            self.assertEqual(entry.get("timestamp"), milliseconds(sample.timestamp))
            self.assertEqual(len(entry["exemplars"]), sample.exemplar is not None, sample)
            if sample.exemplar:
                exemplars += 1
                self.compare_exemplar(entry["exemplars"][0], sample.exemplar)
        for kind, attribute in (("type", "type"), ("help", "documentation"), ("unit", "unit")):
            told = {entry["name"]: entry["text"] for entry in entries if entry["kind"] == kind}
            said = {family.name: getattr(family, attribute) for family in families}
            self.assertEqual({k: v for k, v in told.items() if v}, {k: v for k, v in said.items() if v}, body)
        return len(samples), exemplars

    def compare_exemplar(self, read, said):
        # The reference, and so we, leave escapes in exemplars as they are.
        labels = {k: v.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"') for k, v in said.labels.items()}
        self.assertEqual(read["labels"], labels)
        self.assert_float(read["value"], said.value, said)
        self.assertEqual(read.get("timestamp"), milliseconds(said.timestamp))

    def test_bodies_read_as_the_client_reads_them(self):
        total = [0, 0]
        for seed in range(60):
            for i, count in enumerate(self.compare(Target(seed).body())):
                total[i] += count
        print(f"samples {total[0]}, exemplars {total[1]}")
        self.assertGreater(total[0], 1000)
        self.assertGreater(total[1], 20)

    def test_created_lines_become_starts(self):
        starts = 0
        for seed in range(40):
            body = Target(seed).body()
            created = {}
            for family in text_string_to_metric_families(body):
                for sample in family.samples:
                    if sample.name == family.name + "_created":
                        created[key(family.name, sample.labels)] = milliseconds(sample.value)
            types = {}
            entries, code = dump(body, "--read-created")
            self.assertEqual(code, 0)
            for entry in entries:
                if entry["kind"] == "type":
                    types[entry["name"]] = entry["text"]
                    family = entry["name"]
                if entry["kind"] != "series":
                    continue
                self.assertFalse(entry["name"].endswith("_created"))
                labels = {k: v for k, v in entry["labels"].items() if k not in ("le", "quantile")}
                self.assertEqual(entry["start"], created.get(key(family, labels), 0), entry)
                starts += entry["start"] != 0
        self.assertGreater(starts, 300)

    def test_cut_bodies_fail(self):
        body = Target(3).body()
        for size in random.Random(1).sample(range(len(body) - 1), min(300, len(body) - 1)):
            self.assertEqual(dump(body[:size])[1], 1, body[:size][-80:])


if __name__ == "__main__":
    harness.main()
