"""Scrape spec, sections 6 to 9: targets that do anything from scrape to scrape, and the same is stored as by Debian's
Prometheus. NARTHEX_TEST_SEED makes other ones, NARTHEX_TEST_SCALE longer ones."""
import os
import random
import time

import harness
from reference import servers
from reference.rows import Row, Tables
from reference.scripted import Answer
from reference.view import View

SEED = int(os.environ.get("NARTHEX_TEST_SEED", "1"))
SCALE = int(os.environ.get("NARTHEX_TEST_SCALE", "1"))
ROWS = 30
SCRAPES = 8 * SCALE
SERIES = "abcdef"
TIMED = "gh"
REPORTS = ("up", "scrape_samples_scraped", "scrape_samples_post_metric_relabeling")
START = int(time.time() * 1000) - 1_000_000  # of explicit timestamps, in the past of all scrapes

# Jobs whose scrapes may fail, and jobs whose scrapes are good.
FAILING = [{}, {"sample_limit": 5}, {"sample_limit": 7}, {"label_limit": 3}, {"body_size_limit": "60B"}]
GOOD = [{}, {"honor_timestamps": False},
        {"metric_relabel_configs": [{"action": "drop", "source_labels": ["__name__"], "regex": "[bd]"}]},
        {"metric_relabel_configs": [{"action": "labeldrop", "regex": "x"}]}]


class Maker:
    """Of one row. Where scrapes fail, series with timestamps of their own never stand without: 2.42 writes a stale
    marker for a series that only a failed scrape showed, and takes no older sample of it afterwards. It also does not
    recover from a label that stands twice behind a sample limit."""

    def __init__(self, number):
        self.rng = random.Random(f"{SEED} {number}")
        self.fails = self.rng.random() < 0.5
        self.job = self.rng.choice(FAILING if self.fails else GOOD)
        self.wrong = ["broken\n", "a{ 1\n"] + ([] if "sample_limit" in self.job else ['a{x="1",x="2"} 1\n'])

    def row(self, number):
        answers = [self.answer(step) for step in range(SCRAPES)]
        return Row(f"random_{number:02}", [*answers, Answer("")], job=self.job)

    def answer(self, step):
        kind = self.rng.random()
        if kind < 0.08:
            return Answer("x", "500 No")
        return Answer("" if kind < 0.14 else self.body(step))

    def body(self, step):
        rng = self.rng
        lines = [f"{name} {rng.randrange(10)}\n" for name in SERIES if rng.random() < 0.7]
        lines += [self.line(step) for _ in range(rng.randrange(5))]
        lines = list({one.split(" ")[0]: one for one in lines}.values())  # 2.42 does not notice lines that stand twice
        rng.shuffle(lines)
        if self.fails and rng.random() < 0.25:
            lines.insert(rng.randrange(len(lines) + 1), rng.choice(self.wrong))
        return "".join(lines)

    def line(self, step):
        rng = self.rng
        labels = rng.choice(["", "", '{x="1"}', '{x="1",y="2"}', '{y="2",x="1"}', '{instance="other"}'])
        if rng.random() < 0.85:
            return f"{rng.choice(SERIES)}{labels} {rng.randrange(10)}\n"
        name = rng.choice(TIMED if self.fails else TIMED + SERIES)
        return f"{name}{labels} {rng.randrange(10)} {START + step * 1000 + rng.choice([0, 500, -1500])}\n"


def shown(view):
    """All that is stored, by series: what each scrape left of it, and all its values."""
    found = {}
    for series in view.server.query(f'{{job="{view.job}"}}[1h]'):
        name = series["metric"].pop("__name__")
        if name.startswith("scrape_") and name not in REPORTS:
            continue
        selector = name + "{" + ",".join(f'{key}="{value}"' for key, value in series["metric"].items()) + exact(series)
        found[selector] = view.values(selector, SCRAPES), [value for _, value in series["values"]][:SCRAPES]
    return found


def exact(series):
    """The end of a selector that selects no series with more labels."""
    return "".join(f',{name}=""' for name in ("x", "y", "exported_instance") if name not in series["metric"]) + "}"


class Random(Tables):
    maxDiff = None
    tables = {"random": [Maker(number).row(number) for number in range(ROWS)]}

    def test_same_as_debian(self):
        if len(self.servers) == 1:
            self.skipTest(f"skipped: no {servers.DEBIAN}: run scripts/setup.sh test")
        ours, debian = self.servers
        for row in self.tables["random"]:
            with self.subTest(seed=SEED, row=row.name, job=row.job):
                want = shown(View(debian, self.target, row.name))
                have = shown(View(ours, self.target, row.name))
                differ = [f"{key}: {have.get(key)}, and not {want.get(key)}"
                          for key in sorted(want.keys() | have.keys()) if want.get(key) != have.get(key)]
                self.assertEqual(differ, [], "".join(f"\n{one.status}\n{one.body}" for one in row.script))


if __name__ == "__main__":
    harness.main()
