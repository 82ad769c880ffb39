"""What is done with a data folder: imports from a file and from a running Prometheus, dump, verify, repair, deletion by
the API, and snapshots that another server opens."""
import json
import os
import pathlib
import time
import unittest

import harness

PROMETHEUS = harness.PEERS / "prometheus"

HISTORY = """# TYPE a counter
a_total{job="x",path="say \\"hi\\"\\n"} 1 1700000000
a_total{job="x",path="say \\"hi\\"\\n"} 2 1700000015.25
# TYPE g gauge
g{job="y"} 0.1 1690000000
g{job="y"} -0 1690086400
g{job="y"} 5e-324 1690086400.001
# EOF
"""


class Case(harness.Case):
    def setUp(self):
        super().setUp()
        self.data = self.folder / "data"

    def tsdb(self, *arguments, code=0):
        done, out, err = self.run_to_end("tsdb", *arguments)
        self.assertEqual(done, code, out + err)
        return out if code == 0 else out + err

    def import_text(self, text, code=0):
        file = self.folder / "history.om"
        file.write_text(text)
        return self.tsdb("import", file, self.data, code=code)


class Folder(Case):
    def test_what_is_imported_is_dumped(self):
        self.assertIn("imported 5 samples", self.import_text(HISTORY))
        self.assertEqual(self.tsdb("dump", self.data).splitlines(),
                         [line for line in HISTORY.splitlines() if not line.startswith("# TYPE")])
        self.assertIn("is sound", self.tsdb("verify", self.data))
        report = json.loads(self.tsdb("analyze", self.data, "--format", "json"))
        self.assertEqual((report["series"], report["segmentSamples"]), (2, 5))

    def test_a_bad_file_imports_nothing(self):
        for line, why in (("b 1", "8:1: the sample has no timestamp"), ("b{ 1 1700000000", "8:"),
                          ('g{job="y"} 7 1690000000', "has two values at 1690000000000")):
            with self.subTest(line):
                self.assertIn(why, self.import_text(HISTORY.replace("# EOF", f"{line}\n# EOF"), code=1))
                if self.data.exists():
                    self.assertEqual(self.tsdb("dump", self.data), "# EOF\n")

    def test_importing_again_changes_nothing(self):
        self.import_text(HISTORY)
        before = self.tsdb("dump", self.data)
        self.import_text(HISTORY)
        self.assertEqual(self.tsdb("dump", self.data), before)

    def test_a_folder_without_a_store_is_refused_and_not_made(self):
        for command in ("dump", "verify", "analyze"):
            self.assertIn("there is no store in", self.tsdb(command, self.folder / "none", code=2))
        self.assertFalse((self.folder / "none").exists())

    def test_repair_rebuilds_without_the_manifest(self):
        self.import_text(HISTORY)
        before = self.tsdb("dump", self.data)
        for file in (self.data / "db").glob("MANIFEST-*"):
            file.unlink()
        self.assertIn("narthex tsdb repair", self.tsdb("dump", self.data, code=2))
        self.tsdb("repair", self.data)
        self.assertEqual(self.tsdb("dump", self.data), before)


class Running(Case):
    def serve(self, path):
        self.scrapes += 1
        return f"ticks_total {self.scrapes}\nthird {self.scrapes / 3!r}\n"

    def start(self, *flags):
        self.scrapes = 0
        target = self.target(self.serve)
        server = self.server(harness.config_for(target.address, interval="200ms"), *flags)
        harness.wait_for(lambda: self.scrapes > 5, "scrapes")
        return server

    def test_deletion_hides_at_once_and_for_good(self):
        server = self.start("--web.enable-admin-api")
        url = server.url + "/api/v1/admin/tsdb/"
        self.assertEqual(harness.request(url + "delete_series?match[]=third", "POST").status, 204)
        server.stop()
        server.start()
        begin = time.time() - 3600
        names = server.get("/api/v1/label/__name__/values", end=begin + 3600 - 2).json()["data"]
        self.assertNotIn("third", names)
        self.assertEqual(harness.request(server.url + "/api/v1/admin/tsdb/clean_tombstones", "POST").status, 204)

    def test_a_snapshot_is_a_data_folder(self):
        server = self.start("--web.enable-admin-api")
        at = time.time()
        expected = server.query("ticks_total[1h]", time=at)
        answer = harness.request(server.url + "/api/v1/admin/tsdb/snapshot", "POST").json()
        copy = self.data / "snapshots" / answer["data"]["name"]
        dumped = self.tsdb("dump", copy, "--match", "ticks_total")
        for _, value in expected[0]["values"]:
            self.assertIn(f'job="test"}} {value} ', dumped)

    def test_without_the_flag_admin_calls_are_refused(self):
        server = self.start()
        for call in ("delete_series?match[]=up", "clean_tombstones", "snapshot"):
            answer = harness.request(server.url + "/api/v1/admin/tsdb/" + call, "POST")
            self.assertEqual((answer.status, answer.json()["error"]), (500, "admin APIs disabled"))

    @unittest.skipUnless(PROMETHEUS.exists(), "no Prometheus")
    def test_history_is_read_from_a_running_prometheus(self):
        self.scrapes = 0
        target = self.target(self.serve)
        config = self.folder / "peer.yml"
        config.write_text(harness.config_for(target.address, interval="200ms"))
        address = "127.0.0.1:19741"
        peer = self.keep(harness.Process([PROMETHEUS, f"--config.file={config}", f"--storage.tsdb.path={self.folder / 'peer'}",
                                          f"--web.listen-address={address}"], self.folder / "peer.log"))
        peer.wait_for_line("Server is ready to receive web requests")
        harness.wait_for(lambda: self.scrapes > 10, "scrapes")
        at = time.time()
        self.tsdb("import", "--from-url", f"http://{address}", "--match", "ticks_total", "--match", "third",
                  "--min-time", int((at - 600) * 1000), "--max-time", int(at * 1000), self.data)
        answer = harness.request(f"http://{address}/api/v1/query?query=ticks_total[10m]&time={at}").json()
        lines = self.tsdb("dump", self.data, "--match", "ticks_total").splitlines()[:-1]
        theirs = [(value, round(t * 1000)) for t, value in answer["data"]["result"][0]["values"]]
        ours = [(line.split()[-2], round(float(line.split()[-1]) * 1000)) for line in lines]
        self.assertEqual(ours, theirs)
        self.assertGreater(len(ours), 8)


if __name__ == "__main__":
    harness.main()
