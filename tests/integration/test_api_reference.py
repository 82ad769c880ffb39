"""The API beside Debian's Prometheus (2.42), both scraping the same targets: status, headers and bodies are compared.

Narthex follows 3.14. Where 2.42 answers otherwise than 3.14, the row is checked by hand and `WHY` says what changed.
"""
import gzip
import json
import pathlib
import shutil
import socket
import tempfile
import unittest
import zlib

import harness

PEER = harness.PEERS / "prometheus"

# What 3.14 does and 2.42 does not, and what this test therefore does not compare.
WHY = {
    "Vary": "2.42 names Origin only when a request has one, and never Accept-Encoding",
    "Access-Control-Allow-Origin": "2.42 answers * where the pattern is .*; 3.14 always echoes the origin",
    "redirect status": "2.42 cleans doubled slashes with 301, 3.14 with 307",
    "/graph": "2.42 serves its old page there; 3.14 redirects to /query",
    "droppedTargetCounts, *_native_histograms__, *_classic_histograms*": "came after 2.42",
    "limit of /status/tsdb, limit_per_metric, /scrape_pools/config, /features, /notifications, /status/self_metrics,"
    " /status/tsdb/blocks, /openapi.yaml": "came after 2.42",
    "scrapePool of dropped targets": "came after 2.42",
    "DELETE /api/v1/series": "2.42 has the route, which fails; the spec has none",
    "wrapper of match[] errors, case of 'invalid time value'": "worded otherwise in 2.42",
    "/label/a-b/values": "2.42 knows no label names beyond ASCII letters, digits and _",
    "runtimeinfo": "hostname, serverTime and GOMEMLIMIT came after 2.42",
}

METRICS = """# HELP requests_total Requests <served>.
# TYPE requests_total counter
requests_total{code="200"} 5
requests_total{code="500"} 1
# TYPE temperature gauge
temperature 20.5
# HELP untyped_thing Says nothing of its type.
untyped_thing 1
"""

CONFIG = """global:
  scrape_interval: 1s
  scrape_timeout: 1s
scrape_configs:
  - job_name: live
    static_configs:
      - targets: ["{live}", "localhost:1"]
        labels: {{team: "a&b"}}
    relabel_configs:
      - source_labels: [__address__]
        regex: localhost:1
        action: drop
  - job_name: dead
    static_configs:
      - targets: ["{dead}"]
"""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Peer(harness.Server):
    """Prometheus as a process, asked as ours is."""

    def command(self):
        return [PEER, f"--config.file={self.config}", f"--storage.tsdb.path={self.folder / 'peer'}",
                "--web.listen-address=127.0.0.1:0", *self.flags]

    def start(self):
        harness.Process.__init__(self, self.command(), self.folder / "peer.log")
        self.wait_for_line("Server is ready to receive web requests")
        self.url = "http://" + self.wait_for_line(r'msg="Listening on" address=(\S+)').group(1)


def shape(value):
    """The keys and types of a JSON value; of a list, those of all its elements together."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        shapes = [shape(inner) for inner in value]
        if shapes and all(isinstance(inner, dict) for inner in shapes):
            return [{key: inner for one in shapes for key, inner in one.items()}]
        return shapes[:1]
    return "number" if isinstance(value, (int, float)) and not isinstance(value, bool) else type(value).__name__


def missing(ours, theirs, path=""):
    """What the reference's shape has and ours lacks, or has otherwise."""
    if isinstance(theirs, dict):
        if not isinstance(ours, dict):
            return [f"{path}: no object"]
        return [line for key in theirs for line in
                ([f"{path}.{key}: missing"] if key not in ours else missing(ours[key], theirs[key], f"{path}.{key}"))]
    if isinstance(theirs, list):
        if not isinstance(ours, list):
            return [f"{path}: no list"]
        return missing(ours[0], theirs[0], path + "[]") if ours and theirs else []
    return [] if ours == theirs else [f"{path}: {ours} instead of {theirs}"]


@unittest.skipUnless(PEER.exists(), f"skipped: no {PEER}: run scripts/setup.sh test")
class Reference(harness.Case):
    @classmethod
    def setUpClass(cls):
        """One pair of servers for all tests: none of them changes anything."""
        folder = pathlib.Path(tempfile.mkdtemp(prefix="narthex-test-"))
        cls.addClassCleanup(shutil.rmtree, folder, ignore_errors=True)
        target = harness.Target(lambda path: METRICS)
        cls.addClassCleanup(target.stop)
        config = CONFIG.format(live=target.address, dead=f"127.0.0.1:{free_port()}")
        flags = ("--web.external-url=http://mon.example:8080/",)
        servers = []
        for name, kind in (("ours", harness.Server), ("theirs", Peer)):
            (folder / name).mkdir()
            servers.append(kind(folder / name, config, *flags))
            cls.addClassCleanup(servers[-1].stop)
        cls.ours, cls.theirs = servers
        for server in servers:
            harness.wait_for(lambda: server.value("count(up)") == 2 and server.value("temperature") == 20.5, "scrapes")

    def both(self, path, method="GET", headers=None):
        return [harness.request(server.url + path, method, headers=headers) for server in (self.ours, self.theirs)]

    def data(self, path):
        ours, theirs = self.both(path)
        self.assertEqual((ours.status, theirs.status), (200, 200), path)
        return ours.json()["data"], theirs.json()["data"]

    # Spec, sections 1.2, 1.5 and 10: methods, unknown paths, probes.
    def test_status_allow_and_text(self):
        rows = [("GET", "/-/healthy"), ("HEAD", "/-/healthy"), ("POST", "/-/healthy"), ("OPTIONS", "/-/healthy"),
                ("GET", "/-/ready"), ("HEAD", "/-/ready"), ("PUT", "/-/ready"),
                ("GET", "/-/reload"), ("POST", "/-/reload"), ("PUT", "/-/reload"), ("HEAD", "/-/reload"),
                ("OPTIONS", "/-/reload"), ("GET", "/-/quit"), ("POST", "/-/quit"), ("PUT", "/-/quit"),
                ("POST", "/metrics"), ("HEAD", "/metrics"), ("OPTIONS", "/metrics"),
                ("POST", "/version"), ("HEAD", "/version"), ("POST", "/"), ("HEAD", "/"),
                ("GET", "/nothing"), ("POST", "/nothing"), ("OPTIONS", "/nothing"), ("GET", "/api"), ("GET", "/api/v2/x"),
                ("GET", "/api/v1/"), ("GET", "/api/v1/nothing"), ("POST", "/api/v1/nothing"), ("HEAD", "/api/v1/nothing"),
                ("OPTIONS", "/api/v1/"), ("OPTIONS", "/api/v1/nothing"), ("OPTIONS", "/api/v1/targets"),
                ("OPTIONS", "/api/v1/label/job/values")]
        gets = ["targets", "targets/metadata", "metadata", "scrape_pools", "alertmanagers", "label/job/values",
                "status/config", "status/flags", "status/buildinfo", "status/runtimeinfo", "status/tsdb",
                "status/walreplay"]
        rows += [(method, "/api/v1/" + path) for path in gets for method in ("POST", "PUT", "DELETE", "HEAD")]
        rows += [(method, "/api/v1/" + path) for path in ("query", "query_range", "labels")
                 for method in ("PUT", "DELETE", "HEAD")]
        for method, path in rows:
            with self.subTest(f"{method} {path}"):
                ours, theirs = self.both(path, method)
                self.assertEqual(ours.status, theirs.status)
                self.assertEqual(ours.body, theirs.body)
                for header in ("Allow", "Content-Type", "X-Content-Type-Options"):
                    if theirs.headers[header] is not None:
                        self.assertEqual(ours.headers[header], theirs.headers[header], header)
                self.assertEqual(ours.headers["Allow"], theirs.headers["Allow"])

    # Spec, section 1.5.
    def test_cors(self):
        for method, path in (("GET", "/api/v1/labels"), ("GET", "/api/v1/labels?match[]=("), ("OPTIONS", "/api/v1/x"),
                             ("GET", "/api/v1/nothing"), ("POST", "/api/v1/targets"), ("GET", "/-/healthy"),
                             ("GET", "/metrics")):
            for origin in ({}, {"Origin": "https://dash.example"}):
                with self.subTest(f"{method} {path} {origin}"):
                    ours, theirs = self.both(path, method, origin)
                    for header in ("Headers", "Methods"):
                        name = f"Access-Control-Allow-{header}"
                        self.assertEqual(ours.headers[name], theirs.headers[name])
                    self.assertEqual(ours.headers["Access-Control-Expose-Headers"],
                                     theirs.headers["Access-Control-Expose-Headers"])
                    allowed = theirs.headers["Access-Control-Allow-Origin"]
                    self.assertEqual(ours.headers["Access-Control-Allow-Origin"],
                                     "https://dash.example" if allowed == "*" else allowed)
                    if "Origin" in (theirs.headers["Vary"] or ""):
                        self.assertIn("Origin", ours.headers.get_all("Vary"))

    def test_compression(self):
        path = "/api/v1/status/flags"
        for accepted, coding in (("gzip", "gzip"), ("deflate", "deflate"), ("deflate, gzip", "deflate"),
                                 ("br, gzip;x, gzip", "gzip"), ("identity", None), ("br", None)):
            with self.subTest(accepted):
                ours, theirs = self.both(path, headers={"Accept-Encoding": accepted})
                self.assertEqual(theirs.headers["Content-Encoding"], coding)
                self.assertEqual(ours.headers["Content-Encoding"], coding)
                unpack = {"gzip": gzip.decompress, "deflate": zlib.decompress, None: bytes}[coding]
                for one in (ours, theirs):
                    self.assertIn("query.timeout", json.loads(unpack(one.body))["data"])
                self.assertIn("Accept-Encoding", ours.headers.get_all("Vary"))

    def test_slashes_are_cleaned(self):
        for path in ("//api/v1/labels", "/api//v1/labels?match[]=temperature", "///-//healthy"):
            ours, theirs = self.both(path)  # the client follows
            self.assertEqual(ours.status, theirs.status, path)
            self.assertEqual(ours.json() if "labels" in path else ours.body,
                             theirs.json() if "labels" in path else theirs.body)

    def test_version_and_metrics(self):
        ours, theirs = self.both("/version")
        self.assertEqual(ours.headers["Content-Type"], theirs.headers["Content-Type"])
        self.assertEqual(missing(shape(ours.json()), shape(theirs.json())), [])
        self.assertTrue(ours.body.endswith(b"}\n"))
        ours, theirs = self.both("/metrics")
        self.assertTrue(ours.headers["Content-Type"].startswith(theirs.headers["Content-Type"]))

    # Spec, section 4.
    def test_targets(self):
        def plain(target):
            """Without what passes and what came after 2.42."""
            target = {key: value for key, value in target.items() if key not in ("lastScrape", "lastScrapeDuration",
                                                                                "reason")}
            if "labels" not in target:
                target.pop("scrapePool", None)
            target["discoveredLabels"] = {name: value for name, value in target["discoveredLabels"].items()
                                          if "_histograms" not in name}
            return target

        for query in ("", "?state=active", "?state=ACTIVE", "?state=dropped", "?state=any", "?state=x", "?scrapePool=dead",
                      "?scrapePool=live&state=active", "?scrapePool=live&state=dropped", "?scrapePool=none"):
            with self.subTest(query):
                ours, theirs = self.data("/api/v1/targets" + query)
                for kind in ("activeTargets", "droppedTargets"):
                    self.assertEqual([plain(one) for one in ours[kind]], [plain(one) for one in theirs[kind]])
                shown = "state=active" not in query.lower() and "state=x" not in query
                self.assertEqual(ours["droppedTargetCounts"], {"dead": 0, "live": 1} if shown else None)
        ours, theirs = self.data("/api/v1/targets")
        self.assertEqual(missing(shape(ours), shape(theirs)), [])

    def test_scrape_pools_and_alertmanagers(self):
        for path in ("/api/v1/scrape_pools", "/api/v1/alertmanagers"):
            self.assertEqual(*self.data(path))
        config = self.ours.get("/api/v1/scrape_pools/config", scrapePool="dead").json()["data"]["yaml"]
        self.assertTrue(config.startswith("job_name: dead\n"), config)
        self.assertIn(config.replace("\n", "\n  ").rstrip(), self.data("/api/v1/status/config")[0]["yaml"])

    # Spec, section 3.
    def test_metadata(self):
        def sorted_entries(data):
            return sorted(json.dumps(entry, sort_keys=True) for entry in data)

        for query in ("", "?metric=requests_total", "?metric=none", "?limit=0", "?limit=-1", "?limit=%2B3"):
            with self.subTest("metadata" + query):
                self.assertEqual(*self.data("/api/v1/metadata" + query))
        ours, theirs = self.data("/api/v1/metadata?limit=1")
        self.assertEqual(len(ours), len(theirs))
        for query in ("", "?metric=temperature", "?metric=none", "?limit=0", "?match_target={job=\"live\"}",
                      "?match_target={job=~\"d.*\"}", "?match_target={team=\"a%26b\"}&metric=requests_total",
                      "?match_target={__address__!=\"\"}", "?limit=1"):
            with self.subTest("targets/metadata" + query):
                ours, theirs = self.data("/api/v1/targets/metadata" + query)
                self.assertEqual(sorted_entries(ours), sorted_entries(theirs))
        for path in ("metadata?limit=x", "metadata?limit=1.5", "targets/metadata?limit=x", "targets/metadata?limit=99999999999999999999",
                     "targets/metadata?match_target=up(", "targets/metadata?match_target={a=", "targets/metadata?match_target=1"):
            with self.subTest(path):
                ours, theirs = self.both("/api/v1/" + path)
                self.assertEqual(ours.status, theirs.status)
                self.assertEqual(ours.headers["Content-Type"], theirs.headers["Content-Type"])

    def test_error_texts(self):
        for path in ("metadata?limit=x", "targets/metadata?limit=x", "targets/metadata?match_target=up(", "series",
                     "query?query=up(", "query_range?query=up&start=1&end=0&step=1"):
            with self.subTest(path):
                ours, theirs = self.both("/api/v1/" + path)
                self.assertEqual(ours.status, theirs.status)
                self.assertEqual(ours.json(), theirs.json())

    # Spec, section 6.
    def test_status(self):
        for path in ("status/config", "status/buildinfo", "status/runtimeinfo", "status/walreplay", "status/tsdb"):
            with self.subTest(path):
                ours, theirs = self.data("/api/v1/" + path)
                self.assertEqual(missing(shape(ours), shape(theirs)), [])
        ours, theirs = self.data("/api/v1/status/flags")
        self.assertEqual(ours["query.timeout"], theirs["query.timeout"])
        self.assertEqual(shape(ours)["query.timeout"], "str")
        ours, theirs = self.data("/api/v1/status/runtimeinfo")
        for key in ("CWD", "GOMAXPROCS", "reloadConfigSuccess", "corruptionCount", "storageRetention", "GOGC", "GODEBUG"):
            self.assertEqual(ours[key], theirs[key], key)

    def test_tsdb_counts_the_same_series(self):
        def counts(data):
            return {key: sorted((entry["name"], entry["value"]) for entry in value) if isinstance(value, list) else None
                    for key, value in data.items()}

        ours, theirs = self.data("/api/v1/status/tsdb")
        self.assertEqual(counts(ours) | {"seriesCountByLabelValuePair": None},
                         counts(theirs) | {"seriesCountByLabelValuePair": None})
        self.assertEqual(ours["seriesCountByLabelValuePair"][0]["value"],
                         theirs["seriesCountByLabelValuePair"][0]["value"])
        for key in ("numSeries", "numLabelPairs"):
            self.assertEqual(ours["headStats"][key], theirs["headStats"][key], key)
        self.assertGreater(ours["headStats"]["chunkCount"], 0)
        self.assertLess(ours["headStats"]["minTime"], ours["headStats"]["maxTime"])

    # Spec, section 13.
    def test_edge_cases(self):
        for path in ("query?query=1&time=5", "query?query=%22x%22&time=5", "query?query=1&time=1435781451.781",
                     "query?query=1&time=2015-07-01T20:10:51.781Z", "query_range?query=1&start=5&end=5&step=1",
                     "query_range?query=1&start=5&end=6&step=0", "query_range?query=1&start=5&end=6&step=-1",
                     "query?query=none", "query?query=0/0&time=1", "query?query=vector(1)&time=1",
                     "label/team/values", "label/none/values", "labels?match[]={team!=\"\"}&match[]={team!=\"\"}",
                     "series?match[]=temperature&match[]=temperature"):
            with self.subTest(path):
                ours, theirs = self.both("/api/v1/" + path, headers={"Accept": "image/png"})
                self.assertEqual(ours.status, theirs.status)
                self.assertEqual(ours.json(), theirs.json())
                self.assertEqual(ours.headers["Content-Type"], theirs.headers["Content-Type"])
        for form in (b"query=1&time=5", b"query=1&time=5&query=3"):
            ours, theirs = [harness.request(server.url + "/api/v1/query?query=2", "POST", form,
                                            {"Content-Type": "application/x-www-form-urlencoded"})
                            for server in (self.ours, self.theirs)]
            self.assertEqual(ours.json(), theirs.json())
            self.assertEqual(ours.json()["data"]["result"], [5, "1"])


@unittest.skipUnless(PEER.exists(), f"skipped: no {PEER}: run scripts/setup.sh test")
class ReferenceWithFlags(harness.Case):
    FLAGS = ("--web.enable-lifecycle", r"--web.cors.origin=https?://(one|two)\.example", "--web.route-prefix=/mon")

    def setUp(self):
        super().setUp()
        self.servers = []
        for name, kind in (("ours", harness.Server), ("theirs", Peer)):
            (self.folder / name).mkdir()
            self.servers.append(self.keep(kind(self.folder / name, "", *self.FLAGS)))

    def both(self, path, method="GET", headers=None):
        return [harness.request(server.url + path, method, headers=headers) for server in self.servers]

    def test_origins(self):
        for origin in ("https://one.example", "http://two.example", "https://one.example.org", "https://three.example",
                       "xhttps://one.example"):
            for method, path in (("GET", "/mon/api/v1/labels"), ("OPTIONS", "/mon/api/v1/x")):
                with self.subTest(f"{method} {origin}"):
                    ours, theirs = self.both(path, method, {"Origin": origin})
                    for header in ("Allow-Origin", "Allow-Methods", "Allow-Headers", "Expose-Headers"):
                        name = "Access-Control-" + header
                        self.assertEqual(ours.headers[name], theirs.headers[name], name)

    def test_prefix(self):
        for method, path in (("GET", "/mon/-/healthy"), ("GET", "/-/healthy"), ("GET", "/api/v1/labels"),
                             ("GET", "/mon/api/v1/labels"), ("OPTIONS", "/api/v1/x"), ("GET", "/monitor"),
                             ("GET", "/mon/nothing"), ("POST", "/mon/-/ready")):
            with self.subTest(path):
                ours, theirs = self.both(path, method)
                self.assertEqual((ours.status, ours.body), (theirs.status, theirs.body))

    def test_reload_and_quit(self):
        for method in ("POST", "PUT", "GET"):
            ours, theirs = self.both("/mon/-/reload", method)
            self.assertEqual((ours.status, ours.body), (theirs.status, theirs.body))
        for server in self.servers:
            server.config.write_text("nonsense: 1\n")
        for answer in self.both("/mon/-/reload", "POST"):
            self.assertEqual(answer.status, 500)
            self.assertTrue(answer.body.startswith(b"failed to reload config: couldn't load configuration "), answer.body)
            self.assertTrue(answer.body.endswith(b"\n"))
            self.assertEqual(answer.headers["Content-Type"], "text/plain; charset=utf-8")
        for answer in self.both("/mon/api/v1/status/runtimeinfo"):
            self.assertIs(answer.json()["data"]["reloadConfigSuccess"], False)
        ours, theirs = self.both("/mon/-/quit", "PUT")
        self.assertEqual((ours.status, ours.body), (theirs.status, theirs.body))
        for server in self.servers:
            self.assertEqual(server.child.wait(harness.PATIENCE), 0)


if __name__ == "__main__":
    print("Not compared with 2.42, and why:", *(f"{key}: {why}" for key, why in WHY.items()), sep="\n  ")
    harness.main()
