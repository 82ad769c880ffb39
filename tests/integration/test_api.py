"""The API over real connections."""
import gzip
import http.client
import json
import signal
import time
import urllib.parse

import harness


class Api(harness.Case):
    def setUp(self):
        super().setUp()
        target = self.target(lambda path: 'a{x="1"} 1\na{x="2"} 2\nwords{text="<&>\\"\\\\\\n\u00e4"} NaN\n')
        self.narthex = self.server(harness.config_for(target.address))
        harness.wait_for(lambda: self.narthex.value("count(a)") == 2, "the first scrape")

    def post(self, path, **form):
        body = urllib.parse.urlencode(form, doseq=True).encode()
        return harness.request(self.narthex.url + path, "POST", body,
                               {"Content-Type": "application/x-www-form-urlencoded"})

    def test_long_query_as_a_form(self):
        alternatives = "|".join(f"no_such_value_{i:06}" for i in range(5000))
        query = f'a{{x=~"1|{alternatives}"}}'
        self.assertGreater(len(query), 100_000)
        result = self.post("/api/v1/query", query=query).json()["data"]["result"]
        self.assertEqual([series["metric"]["x"] for series in result], ["1"])

    def test_body_goes_before_the_url(self):
        self.assertEqual(self.post("/api/v1/query?query=2", query="1").json()["data"]["result"][1], "1")

    def test_label_values_survive_the_way(self):
        series = self.narthex.query("words")[0]
        self.assertEqual(series["metric"]["text"], '<&>"\\\n\u00e4')
        self.assertEqual(series["value"][1], "NaN")

    def test_compressed_answer_is_the_same(self):
        url = self.narthex.url + "/api/v1/query_range?query=vector(1)&start=0&end=10000&step=1"
        plain = harness.request(url)
        packed = harness.request(url, headers={"Accept-Encoding": "gzip"})
        self.assertEqual(packed.headers["Content-Encoding"], "gzip")
        self.assertEqual(gzip.decompress(packed.body), plain.body)
        self.assertEqual(len(json.loads(plain.body)["data"]["result"][0]["values"]), 10001)
        self.assertIn("Accept-Encoding", ", ".join(packed.headers.get_all("Vary")))

    def test_streamed_answer_is_complete(self):
        start = self.narthex.query("a")[0]["value"][0]
        whole = self.narthex.get("/api/v1/query_range", query='{job="test"}', start=start, end=start + 11000, step=1,
                                 lookback_delta="1d")
        self.assertGreater(len(whole.body), 1_000_000)
        series = {one["metric"]["__name__"] + one["metric"].get("x", ""): one["values"]
                  for one in whole.json()["data"]["result"]}
        self.assertEqual(len(series["a2"]), 11001)
        self.assertEqual({value for _, value in series["a2"]}, {"2"})
        self.assertEqual(series["a2"][-1][0], round(start + 11000, 3))

    def test_own_metrics_are_scrapable_and_count(self):
        before = self.narthex.metric('prometheus_http_requests_total{code="200",handler="/api/v1/labels"}') or 0
        self.narthex.get("/api/v1/labels")
        after = self.narthex.metric('prometheus_http_requests_total{code="200",handler="/api/v1/labels"}')
        self.assertEqual(after, before + 1)
        self.assertEqual(self.narthex.metric("prometheus_ready"), 1)
        self.assertGreater(self.narthex.metric("prometheus_tsdb_head_series"), 2)
        self.assertGreater(self.narthex.metric("process_resident_memory_bytes"), 1e6)

    def test_pages_and_probes(self):
        for path, text in (("/", "<html"), ("/-/healthy", "Healthy"), ("/-/ready", "Ready"), ("/version", "3.14.0")):
            answer = self.narthex.get(path)
            self.assertEqual(answer.status, 200)
            self.assertIn(text, answer.body.decode())
        self.assertEqual(harness.request(self.narthex.url + "/-/healthy", "HEAD").status, 200)
        self.assertEqual(harness.request(self.narthex.url + "/api/v1/labels", "HEAD").status, 405)
        self.assertEqual(harness.request(self.narthex.url + "/api/v1/x", "OPTIONS").status, 204)
        self.assertEqual(self.narthex.get("/api/v1/x").status, 404)

    def test_events_come_while_they_happen(self):
        address = self.narthex.url.removeprefix("http://")
        subscribers = [http.client.HTTPConnection(address, timeout=harness.PATIENCE) for _ in range(16)]
        answers = []
        for subscriber in subscribers:
            subscriber.request("GET", "/api/v1/notifications/live")
            answers.append(subscriber.getresponse())
            self.assertEqual(answers[-1].getheader("Content-Type"), "text/event-stream")
        self.assertEqual(self.narthex.get("/api/v1/notifications/live").status, 204, "one more than may be")
        self.assertEqual(self.narthex.get("/-/healthy").status, 200, "no worker is held")

        def next_event():
            line = answers[0].readline()
            self.assertTrue(line.startswith(b"data: "), line)
            self.assertEqual(answers[0].readline(), b"\n")
            event = json.loads(line[6:])
            self.assertEqual(set(event), {"text", "date", "active"})
            return event["text"], event["active"]

        good = self.narthex.config.read_text()
        for text, active in (("nonsense: 1\n", True), (good, False)):
            self.narthex.config.write_text(text)
            self.narthex.child.send_signal(signal.SIGHUP)
            self.assertEqual(next_event(), ("Configuration reload has failed.", active))
            shown = [one["text"] for one in self.narthex.get("/api/v1/notifications").json()["data"]]
            self.assertEqual(shown, ["Configuration reload has failed."] if active else [])
        for subscriber in subscribers[1:]:
            subscriber.close()
        for answer in answers[1:]:
            answer.close()
        harness.wait_for(lambda: self.one_may_subscribe(), "a place for a subscriber")
        begin = time.monotonic()
        self.narthex.child.send_signal(signal.SIGTERM)
        self.assertEqual(next_event(), ("Prometheus is shutting down and gracefully stopping all operations.", True))
        self.assertEqual(answers[0].read(), b"")
        self.assertEqual(self.narthex.child.wait(harness.PATIENCE), 0)
        self.assertLess(time.monotonic() - begin, 5)

    def one_may_subscribe(self):
        connection = http.client.HTTPConnection(self.narthex.url.removeprefix("http://"), timeout=harness.PATIENCE)
        try:
            connection.request("GET", "/api/v1/notifications/live")
            return connection.getresponse().status == 200
        finally:
            connection.close()

    def test_job_section_hides_secrets(self):
        self.narthex.config.write_text(self.narthex.config.read_text() +
                                       "  - job_name: secret\n    basic_auth: {username: u, password: hunter2}\n")
        self.narthex.child.send_signal(signal.SIGHUP)
        found = harness.wait_for(lambda: self.narthex.get("/api/v1/scrape_pools/config", scrapePool="secret").json().get("data"),
                                 "the new job")
        self.assertIn("password: <secret>", found["yaml"])
        self.assertNotIn("hunter2", found["yaml"])
        self.assertEqual(self.narthex.get("/api/v1/scrape_pools").json()["data"]["scrapePools"], ["secret", "test"])

    def test_pages_of_targets(self):
        job = harness.config_for(*[f"127.0.0.1:{port}" for port in range(1, 31)], interval="1s", job="many")
        self.narthex.config.write_text(job)
        self.narthex.child.send_signal(signal.SIGHUP)
        wanted = harness.wait_for(lambda: (lambda all: all if len(all) == 30 else None)(
            self.narthex.get("/api/v1/targets").json()["data"]["activeTargets"]), "the new targets")
        seen, token = [], None
        while token != "":
            page = self.narthex.get("/api/v1/targets", limit=7, **({"nextToken": token} if token else {})).json()["data"]
            seen += [target["scrapeUrl"] for target in page["activeTargets"]]
            token = page.get("nextToken", "")
            time.sleep(0.2)  # scrapes go on
        self.assertEqual(seen, [target["scrapeUrl"] for target in wanted])
        down = harness.wait_for(lambda: self.narthex.get("/api/v1/targets", health="down", search="REFUSED", limit=3)
                                .json()["data"]["activeTargets"], "a target that is down")
        self.assertIn("connection refused", down[0]["lastError"])

    def test_series_are_counted(self):
        counts = self.narthex.get("/api/v1/status/tsdb", limit=1).json()["data"]
        self.assertEqual(counts["headStats"]["numSeries"], self.narthex.metric("prometheus_tsdb_head_series"))
        self.assertEqual(counts["seriesCountByMetricName"], [{"name": "a", "value": 2}])

    def test_own_metrics_as_json(self):
        families = self.narthex.get("/api/v1/status/self_metrics",
                                    metric_name_pattern="prometheus_(ready|http_request_duration_seconds)").json()["data"]
        by_name = {family["name"]: family for family in families}
        self.assertEqual(set(by_name), {"prometheus_ready", "prometheus_http_request_duration_seconds"})
        self.assertEqual(by_name["prometheus_ready"]["metric"], [{"label": [], "gauge": {"value": 1}}])
        histogram = by_name["prometheus_http_request_duration_seconds"]
        self.assertEqual(histogram["type"], "HISTOGRAM")
        one = histogram["metric"][0]["histogram"]
        self.assertEqual(one["bucket"][-1], {"cumulativeCount": one["sampleCount"], "upperBound": "Infinity"})

    def test_doubled_slashes_and_old_links(self):
        connection = http.client.HTTPConnection(self.narthex.url.removeprefix("http://"))
        for path, status, location in (("//api//v1/labels?a=b", 307, "/api/v1/labels?a=b"), ("/graph", 302, "/query?"),
                                       ("/graph?g0.expr=up", 302, "/query?g0.expr=up")):
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            self.assertEqual((answer.status, answer.getheader("Location")), (status, location))
        connection.close()

    def test_flags_and_config_are_shown(self):
        flags = self.narthex.get("/api/v1/status/flags").json()["data"]
        self.assertEqual(flags["config.file"], str(self.narthex.config))
        self.assertEqual(flags["query.timeout"], "2m")
        self.assertIn("scrape_interval: 1s", self.narthex.get("/api/v1/status/config").json()["data"]["yaml"])


if __name__ == "__main__":
    harness.main()
