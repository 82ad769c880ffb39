"""A scrape is all or nothing, for readers too."""
import threading
import time

import harness

HISTOGRAMS = 200
SCRAPES = 12  # so many different ones a reader must have looked at, or the test means nothing


def histograms(count):
    lines = []
    for i in range(HISTOGRAMS):
        lines.append(f'h_bucket{{i="{i}",le="1"}} {count // 2}')
        lines.append(f'h_bucket{{i="{i}",le="+Inf"}} {count}')
        lines.append(f'h_sum{{i="{i}"}} {count * 0.5}')
        lines.append(f'h_count{{i="{i}"}} {count}')
    return "\n".join(lines) + "\n"


class Atomicity(harness.Case):
    def test_failure_on_the_last_line_leaves_nothing_behind(self):
        broken = {"now": True}
        target = self.target(lambda path: histograms(1) + ("oops{ 1\n" if broken["now"] else ""))
        server = self.server(harness.config_for(target.address))
        harness.wait_for(lambda: server.value("up") == 0, "the failed scrape")
        self.assertEqual(server.query("h_count"), [])
        self.assertEqual(server.get("/api/v1/series", **{"match[]": '{__name__=~"h_.*"}'}).json()["data"], [])
        self.assertNotIn("h_count", server.get("/api/v1/label/__name__/values").json()["data"])
        active = server.get("/api/v1/targets").json()["data"]["activeTargets"][0]
        self.assertEqual(active["health"], "down")
        self.assertNotEqual(active["lastError"], "")
        broken["now"] = False
        harness.wait_for(lambda: server.value("count(h_count)") == HISTOGRAMS, "the repaired scrape")
        self.assertEqual(server.get("/api/v1/targets").json()["data"]["activeTargets"][0]["lastError"], "")

    def test_failure_marks_what_was_there_as_gone(self):
        broken = {"now": False}
        target = self.target(lambda path: (500, "") if broken["now"] else histograms(1))
        server = self.server(harness.config_for(target.address))
        harness.wait_for(lambda: server.value("count(h_count)") == HISTOGRAMS, "the first scrape")
        broken["now"] = True
        harness.wait_for(lambda: server.value("up") == 0, "the failed scrape")
        self.assertEqual(server.query("h_count"), [])

    def test_readers_never_see_half_a_scrape(self):
        """The scripted target is scraped as often as it can be, while several readers look."""
        counter = {"n": 0}
        lock = threading.Lock()

        def serve(path):
            with lock:
                counter["n"] += 1
                return histograms(counter["n"])

        target = self.target(serve)
        server = self.server(harness.config_for(target.address, interval="50ms"))
        harness.wait_for(lambda: server.value("count(h_count)") == HISTOGRAMS, "the first scrape")
        torn = []
        reads = []

        def read():
            seen = set()
            queries = 0
            give_up = time.monotonic() + 60
            while (queries < 150 or len(seen) < SCRAPES) and time.monotonic() < give_up:
                queries += 1
                # One selector reads both sides at once: all that it finds comes from one scrape.
                found = server.query('{__name__=~"h_count|h_bucket",le=~"|\\\\+Inf"}')
                values = {series["value"][1] for series in found}
                # A scrape that ran into its timeout leaves nothing at all.
                if found and (len(found) != 2 * HISTOGRAMS or len(values) != 1):
                    torn.append((len(found), values))
                seen |= values
            reads.append(len(seen))

        readers = [threading.Thread(target=read) for _ in range(3)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
        self.assertEqual(torn, [])
        self.assertGreaterEqual(max(reads), SCRAPES, "the target was not scraped often enough")


if __name__ == "__main__":
    harness.main()
