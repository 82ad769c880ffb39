"""Windows become segments while the server runs: its clock is moved, so that minutes pass in seconds. What was scraped
is what queries show, at any age, after any end of the process."""
import json
import os
import pathlib
import signal
import time
import unittest

import harness

SHIFTED = os.environ.get("SHIFTED_SERVER", str(harness.ROOT / "build/release/tests/integration/shifted_server"))
SERIES = 20
PAIR = 120  # s: two windows, which become one segment
SHORT = ("--storage.tsdb.min-block-duration=1m", "--storage.tsdb.max-block-duration=2m")


class ShiftedServer(harness.Server):
    def command(self):
        return [SHIFTED, *super().command()[1:]]


class Segments(harness.Case):
    def setUp(self):
        super().setUp()
        self.scrapes = 0
        self.ahead_file = self.folder / "ahead"
        os.environ["NARTHEX_CLOCK_AHEAD"] = str(self.ahead_file)
        # The first scrape is where two windows begin.
        self.set_ahead(PAIR - time.time() % PAIR)
        self.target = self.target(self.serve)

    def serve(self, path):
        self.scrapes += 1
        n = self.scrapes
        lines = [f'v{{n="{i}",kind="{"abc"[i % 3]}"}} {n * (i + 1)}' for i in range(SERIES)]
        lines += [f"third {n / 3!r}", "same 1"]
        if n <= 3:
            lines.append(f'gone{{old="yes"}} {n}')
        return "\n".join(lines) + "\n"

    def set_ahead(self, seconds):
        self.ahead = seconds
        fresh = self.ahead_file.with_suffix(".new")
        fresh.write_text(str(seconds))
        fresh.rename(self.ahead_file)

    def now(self):
        return time.time() + self.ahead

    def pass_time(self, seconds):
        """In steps, with scrapes between them."""
        end = self.ahead + seconds
        while self.ahead < end:
            before = self.scrapes
            self.set_ahead(min(end, self.ahead + 8))
            harness.wait_for(lambda: self.scrapes > before, "a scrape")

    def start(self, *flags):
        config = harness.config_for(self.target.address, interval="500ms")
        return self.keep(ShiftedServer(self.folder, config, *SHORT, *flags))

    def blocks(self, server):
        return server.get("/api/v1/status/tsdb/blocks").json()["data"]["blocks"]

    def samples(self, server, selector, end):
        result = server.query(f"{selector}[2h]", time=end)
        return {json.dumps(s["metric"], sort_keys=True): [(t, v) for t, v in s["values"]] for s in result}

    def check(self, server, end):
        """All that was scraped is there once, in order, with the values that were served, of one time for all."""
        third = self.samples(server, "third", end)
        (values,) = third.values()
        numbers = [round(float(v) * 3) for _, v in values]
        self.assertEqual([float(v) for _, v in values], [n / 3 for n in numbers], "bit for bit")
        self.assertEqual(numbers, sorted(set(numbers)))
        number_at = {t: n for (t, _), n in zip(values, numbers)}
        found = self.samples(server, "v", end)
        self.assertEqual(len(found), SERIES)
        for labels, samples in found.items():
            i = int(json.loads(labels)["n"])
            self.assertEqual(samples, [(t, str(n * (i + 1))) for t, n in number_at.items()], labels)
        return numbers

    def wait_for_blocks(self, server, wanted, what):
        return harness.wait_for(lambda: (lambda found: wanted(found) and found)(self.blocks(server)), what)

    def test_windows_become_segments_and_stay_what_they_were(self):
        server = self.start()
        self.pass_time(2 * PAIR + 90)
        blocks = self.wait_for_blocks(server, lambda found: [b["compaction"]["level"] for b in found] == [2, 2, 1],
                                      "two merged segments and one of a window")
        for block in blocks:
            self.assertEqual(len(block["ulid"]), 26)
            self.assertEqual(block["version"], 1)
            self.assertLess(block["minTime"], block["maxTime"])
            # The targets' own, and what is known of each scrape.
            self.assertGreaterEqual(block["stats"]["numSeries"], SERIES + 2)
            self.assertEqual(block["stats"]["numSamples"], block["stats"]["numFloatSamples"])
        self.assertEqual(len(blocks[0]["compaction"]["parents"]), 2)
        for older, newer in zip(blocks, blocks[1:]):
            self.assertLessEqual(older["maxTime"], newer["minTime"])
        end = self.now()
        numbers = self.check(server, end)
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)), "no scrape is missing")
        self.assertGreater(len(numbers), 20)

        # What is only in history is found there, and only when it is asked for.
        begin = blocks[0]["minTime"] / 1000
        self.assertEqual(server.get("/api/v1/label/old/values", start=begin, end=begin + 60).json()["data"], ["yes"])
        self.assertIn("old", server.get("/api/v1/labels", start=begin, end=begin + 60).json()["data"])
        self.assertEqual(server.get("/api/v1/label/old/values", start=end - 30, end=end).json()["data"], [])
        self.assertEqual(len(server.get("/api/v1/series", **{"match[]": "gone", "start": begin, "end": end}).json()["data"]), 1)

        head = server.get("/api/v1/status/tsdb").json()["data"]["headStats"]
        self.assertGreaterEqual(head["minTime"], blocks[-1]["maxTime"] - 1)
        self.assertGreaterEqual(head["numSeries"], SERIES + 2)
        self.assertEqual(server.metric("prometheus_tsdb_blocks_loaded"), 3)
        self.assertGreaterEqual(server.metric("prometheus_tsdb_compactions_total"), 7)
        self.assertEqual(server.metric("prometheus_tsdb_compactions_failed_total"), 0)
        self.assertEqual(server.metric("prometheus_tsdb_storage_blocks_bytes"), sum(b["bytes"] for b in blocks))
        self.assertEqual(server.metric("narthex_storage_windows_to_seal"), 0)
        self.assertEqual(server.get("/api/v1/notifications").json()["data"], [])

        before = {s: self.samples(server, s, end) for s in ("v", "third", "same", "gone", "up")}
        for how in (signal.SIGTERM, signal.SIGKILL):
            self.assertEqual(server.stop(how), 0 if how == signal.SIGTERM else -signal.SIGKILL)
            server.start()
            for selector, samples in before.items():
                self.assertEqual(self.samples(server, selector, end), samples, f"{selector} after {how.name}")
            self.assertEqual(self.blocks(server)[:2], blocks[:2])

        # Too large: the oldest go until there is room.
        blocks = self.blocks(server)
        room = int(server.metric("narthex_storage_log_bytes")) + sum(b["bytes"] for b in blocks) - blocks[0]["bytes"] // 2
        config = server.config.read_text() + f"storage:\n  tsdb:\n    retention:\n      size: {room}B\n"
        server.config.write_text(config)
        server.child.send_signal(signal.SIGHUP)
        server.wait_for_line("Removed a segment.*the size limit is exceeded")
        left = [b["ulid"] for b in self.blocks(server)]
        self.assertEqual(left, [b["ulid"] for b in blocks][len(blocks) - len(left):], "the newest stay")
        self.assertLess(len(left), len(blocks))
        self.assertEqual(server.query("gone[2h]", time=end), [])
        self.check(server, end)
        self.assertEqual(server.metric("prometheus_tsdb_size_retentions_total"), 1)
        self.assertGreater(server.metric("prometheus_tsdb_retention_limit_bytes"), 0)

    def test_a_folder_keeps_its_windows(self):
        server = self.start()
        server.stop()
        server.flags = ()
        server.start()
        self.assertIn("keeps the windows that it was made with", server.log())


if __name__ == "__main__":
    harness.main()
