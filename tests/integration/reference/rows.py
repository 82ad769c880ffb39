"""Rows of a table: a job and its script, and what is to be seen of it."""
import contextlib
import pathlib
import shutil
import tempfile
import time
import unittest

import harness
from reference import servers
from reference.scripted import Answer, ScriptedTarget
from reference.view import View

INTERVAL = 1  # seconds; also the timeout
SETTLE = 3 * INTERVAL


class See:
    """One thing to be seen: look(view, row) is `want`. If there is a `why`: what 2.42 shows instead is `old`."""

    def __init__(self, name, look, want, old=None, why=None):
        self.name, self.look, self.want, self.old, self.why = name, look, want, old, why
        assert old is None or why, f"{name}: a difference needs a reason"


def values(series, want, **differs):
    """Of the first scrapes, one word each: see View.values()."""
    return See(f"values of {series}", lambda view, row: view.values(series, len(want.split())), want, **differs)


def stored(series, *want, **differs):
    """The first values that are stored, whatever their times."""
    return See(f"stored values of {series}", lambda view, row: [value for _, value in view.samples(series)][:len(want)],
               list(want), **differs)


def labels(series, *want, **differs):
    return See(f"labels of {series}", lambda view, row: view.labels(series), sorted(want), **differs)


def field(path, want, **differs):
    return See(path, lambda view, row: view.field(path), want, **differs)


def error(want, **differs):
    return See("last error", lambda view, row: view.field("lastError"), want, **differs)


def refused(want, **differs):
    """The target is neither active nor dropped, and the log says why."""
    def look(view, row):
        return len(view.active()), len(view.dropped()), view.log("Creating target failed")
    if "old" in differs:
        differs["old"] = (0, 0, ["instance 0 in group 0: " + differs["old"]])
    return See("refusal", look, (0, 0, ["instance 0 in group 0: " + want]), **differs)


def request(want, index=0, **differs):
    """The request line, without method and version."""
    return See(f"request {index}", lambda view, row: view.path(index), want, **differs)


def header(name, want, index=0, **differs):
    return See(f"{name} of request {index}", lambda view, row: view.header(name, index), want, **differs)


class Row:
    """`script`: answers, or bodies. `job`: keys of the scrape configuration. `labels`, `targets`: of the static
    configuration. `scrapes`: how many to wait for, if not as many as answers. `only_ours`: why 2.42 cannot run it."""

    def __init__(self, name, script, *see, job=None, labels=None, targets=None, scrapes=None, only_ours=None):
        self.name, self.see, self.job, self.only_ours = name, see, job or {}, only_ours
        self.script = [one if isinstance(one, Answer) else Answer(one) for one in script]
        self.labels, self.targets = {"instance": "i"} if labels is None else labels, targets
        self.scrapes = len(self.script) if scrapes is None else scrapes

    def section(self):
        made = {"job_name": self.name, "metrics_path": "/" + self.name,
                "static_configs": [{"targets": self.targets or ["ADDRESS"], "labels": self.labels}]}
        if self.only_ours:
            made["only_ours"] = True
        return {**made, **self.job}


class Tables(unittest.TestCase):
    """Tests of one file: its rows all run at once, on one pair of servers. Sub-classes list them in `tables`, by the
    name of the test, and have a test of each name that calls check(). """
    tables = {}

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="narthex-test-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.ends = contextlib.ExitStack()
        cls.addClassCleanup(cls.ends.close)
        rows = [row for table in cls.tables.values() for row in table]
        assert len({row.name for row in rows}) == len(rows), "two rows of one name"
        cls.target = ScriptedTarget({row.name: row.script for row in rows}, cls.folder / "target.sock")
        cls.ends.callback(cls.target.stop)
        cls.servers = servers.start(cls.folder, cls.config(rows))
        for server in cls.servers:
            cls.ends.callback(server.stop)
        for server in cls.servers:
            for row in rows:
                cls.wait(server, row)

    @classmethod
    def config(cls, rows):
        return cls.filled([row.section() for row in rows])

    @classmethod
    def filled(cls, sections):
        """A configuration with these jobs, ADDRESS and SOCKET replaced."""
        times = f"{INTERVAL}s"
        text = {"global": {"scrape_interval": times, "scrape_timeout": times}, "scrape_configs": sections}
        text = _replaced(text, "ADDRESS", cls.target.address)
        return _replaced(text, "SOCKET", str(cls.folder / "target.sock"))

    @classmethod
    def wait(cls, server, row):
        if row.only_ours and server.name == "debian":
            return
        view = View(server, cls.target, row.name)
        harness.wait_for(lambda: not row.scrapes or len(view.scrapes()) >= row.scrapes,
                         f"{row.scrapes} scrapes of {row.name} by {server.name}")

    def check(self, table):
        for row in self.tables[table]:
            for server in self.servers:
                if not (row.only_ours and server.name == "debian"):
                    self.check_row(row, server)
        if len(self.servers) == 1:
            self.skipTest(f"kept, but not compared: no {servers.DEBIAN}: run scripts/setup.sh test")

    def check_row(self, row, server):
        view = View(server, self.target, row.name)
        for see in row.see:
            want = see.old if server.name == "debian" and see.why else see.want
            with self.subTest(row=row.name, server=server.name, see=see.name):
                self.assertEqual(self.settled(lambda: see.look(view, row), want), want)

    @staticmethod
    def settled(look, want):
        """What is seen: at once if it is what is wanted, else after a while, since a scrape may be under way."""
        end = time.monotonic() + SETTLE
        while (seen := look()) != want and time.monotonic() < end:
            time.sleep(0.2)
        return seen


def _replaced(value, old, new):
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, dict):
        return {key: _replaced(one, old, new) for key, one in value.items()}
    return [_replaced(one, old, new) for one in value] if isinstance(value, list) else value
