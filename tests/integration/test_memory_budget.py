"""A server under a hard memory limit is shown ten times the series it can hold: it lives, what it had goes on without a
gap, every target is up and says what was refused; when the flood is over and forgotten, there is room again."""
import os
import pathlib
import re
import resource
import time
import unittest

import harness

SHIFTED = os.environ.get("SHIFTED_SERVER", str(harness.ROOT / "build/release/tests/integration/shifted_server"))
CGROUPS = pathlib.Path("/sys/fs/cgroup")

ROOM = 48 << 20  # of the budget, beyond what the idle server takes
FLOODED = 8  # targets
FLOOD = 60_000  # series of each: ten times what the room is for
STEADY = 300
REPORTS = 5  # series of each target beside its own
HOURS = 4


class ControlGroup:
    """A memory cgroup. Raises OSError where that may not be made. To be stopped after its process."""

    def __init__(self, limit):
        v1 = (CGROUPS / "memory").is_dir()
        self.folder = (CGROUPS / "memory" if v1 else CGROUPS) / f"narthex-test-{os.getpid()}"
        self.folder.mkdir()
        try:
            names = ("memory.limit_in_bytes", "memory.oom_control") if v1 else ("memory.max", "memory.events")
            self.events = self.folder / names[1]
            (self.folder / names[0]).write_text(str(limit))
        except OSError:
            self.stop()
            raise

    def add(self, pid):
        (self.folder / "cgroup.procs").write_text(str(pid))

    def kills(self):
        found = re.search(r"^oom_kill (\d+)", self.events.read_text(), re.M)
        return int(found.group(1)) if found else 0

    def stop(self):
        self.folder.rmdir()


class DataLimit:
    """The same by the size of the data, which needs no privilege; address space that the allocator holds counts too."""

    def __init__(self, room):
        self.room = room

    def add(self, pid):
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        size = int(re.search(r"^VmData:\s+(\d+) kB", status, re.M).group(1)) << 10
        resource.prlimit(pid, resource.RLIMIT_DATA, (size + self.room, size + self.room))

    def kills(self):
        return 0

    def stop(self):
        pass


class ShiftedServer(harness.Server):
    def command(self):
        return [SHIFTED, *super().command()[1:]]


class MemoryBudget(harness.Case):
    def limit(self, resident, budget):
        """A hard limit, as a container's: a quarter above the budget."""
        hard = budget + budget // 4
        try:
            return self.keep(ControlGroup(hard))
        except OSError as error:
            print(f"no cgroup ({error}); limiting the size of the data instead", flush=True)
        return self.keep(DataLimit(3 * ROOM))

    def idle_bytes(self):
        """What a server without targets has resident."""
        folder = self.folder / "idle"
        folder.mkdir()
        server = self.keep(harness.Server(folder, "scrape_configs: []\n"))
        resident = server.metric("narthex_storage_resident_bytes")
        server.stop()
        return int(resident)

    def setUp(self):
        super().setUp()
        self.bodies = {"steady": "".join(f'steady{{n="{i}"}} {i}\n' for i in range(STEADY)), "flood": "few 1\n"}

    def serve(self, path):
        return self.bodies["steady" if path.startswith("/steady") else "flood"]

    def config(self, address):
        flooded = "\n".join(f"        - targets: ['{address}']\n          labels: {{n: '{i}'}}" for i in range(FLOODED))
        return (f"global:\n  scrape_interval: 1s\n  scrape_timeout: 1s\nscrape_configs:\n"
                f"  - job_name: steady\n    metrics_path: /steady\n    static_configs: [{{targets: ['{address}']}}]\n"
                f"  - job_name: flood\n    metrics_path: /flood\n    static_configs:\n{flooded}\n")

    def targets(self, server, job):
        found = server.get("/api/v1/targets", scrapePool=job).json()["data"]["activeTargets"]
        return sorted(found, key=lambda target: str(target["labels"]))

    def check_steady(self, server, span):
        """No scrape of the steady target lacks a series."""
        scrapes = server.query(f'count_over_time(up{{job="steady"}}[{span}])')
        samples = server.query(f"count_over_time(steady[{span}])")
        self.assertEqual(len(samples), STEADY)
        # The two queries are not of one moment.
        least, most = int(scrapes[0]["value"][1]), int(scrapes[0]["value"][1]) + 3
        for series in samples:
            self.assertTrue(least <= int(series["value"][1]) <= most, (series, least))
        self.assertEqual(server.value('min(min_over_time(up{job="steady"}[%s]))' % span), 1)

    def test_ten_times_the_series(self):
        resident = self.idle_bytes()
        budget = resident + ROOM
        ahead = self.folder / "ahead"
        os.environ["NARTHEX_CLOCK_AHEAD"] = str(ahead)
        group = self.limit(resident, budget)
        target = self.target(self.serve)
        server = self.keep(ShiftedServer(self.folder, self.config(target.address), f"--storage.memory-budget={budget}",
                                         "--storage.tsdb.retention.time=1h"))
        try:
            group.add(server.child.pid)
        except OSError as error:
            self.skipTest(f"skipped: no memory limit can be set here: {error}")
        harness.wait_for(lambda: server.value("count(up)") == FLOODED + 1, "all targets")
        self.assertEqual(server.metric("narthex_storage_memory_budget_bytes"), budget)

        # The flood.
        self.bodies["flood"] = "few 1\n" + "".join(f'flood{{n="{i:06}"}} {i}\n' for i in range(FLOOD))
        harness.wait_for(lambda: (server.metric("narthex_storage_series_refused_total") or 0) > 0, "refused series")
        wanted = re.compile(r"^\d+ new series refused: the memory budget of \d+ MiB is used up$")
        everything = FLOODED * (FLOOD + 1) + STEADY + REPORTS * (FLOODED + 1)

        def adds_up():
            """A target may have come in time to be stored as a whole. Asking for all series would take memory."""
            warnings = [t.get("lastWarning", "") for t in self.targets(server, "flood")]
            refused = sum(int(w.split()[0]) for w in warnings if wanted.match(w))
            return refused + server.metric("prometheus_tsdb_head_series") == everything

        harness.wait_for(adds_up, "refusals that add up")
        time.sleep(15)
        for one in self.targets(server, "flood"):
            self.assertEqual((one["health"], one["lastError"]), ("up", ""), one)
        self.assertEqual([t.get("lastWarning", "") for t in self.targets(server, "steady")], [""])
        history = server.get("/api/v1/targets/history", scrapePool="flood", limit=1).json()["data"]["targets"]
        warnings = [t["attempts"][0].get("warning", "") for t in history]
        self.assertTrue(any(wanted.match(w) for w in warnings), warnings)
        self.assertTrue(adds_up())
        stored = server.metric("prometheus_tsdb_head_series")
        self.assertGreater(stored, everything / 50)
        self.assertLess(stored, everything / 4)
        self.check_steady(server, "10m")
        self.assertEqual(server.value('min(min_over_time(up{job="flood"}[10m]))'), 1)
        self.assertEqual(group.kills(), 0)
        self.assertIsNone(server.child.poll())
        self.assertIn("New series are refused", server.log())

        # It is over, and four hours later forgotten.
        fresh = "".join(f'fresh{{n="{i}"}} {i}\n' for i in range(100))
        self.bodies["flood"] = "few 1\n" + fresh
        harness.wait_for(lambda: server.value('max(scrape_samples_scraped{job="flood"})') == 101, "the end of the flood")
        for hour in range(1, HOURS + 1):
            ahead.write_text(str(hour * 3600))
            time.sleep(3)
        harness.wait_for(lambda: server.value("count(fresh)") == 100 * FLOODED, "new series")
        harness.wait_for(lambda: not any(t.get("lastWarning") for t in self.targets(server, "flood")), "calm")
        self.check_steady(server, "1m")
        self.assertIn("New series are accepted again", server.log())
        self.assertEqual(group.kills(), 0)
        self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    harness.main()
