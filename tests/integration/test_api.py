"""The API over real connections."""
import gzip
import json
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

    def test_flags_and_config_are_shown(self):
        flags = self.narthex.get("/api/v1/status/flags").json()["data"]
        self.assertEqual(flags["config.file"], str(self.narthex.config))
        self.assertEqual(flags["query.timeout"], "2m")
        self.assertIn("scrape_interval: 1s", self.narthex.get("/api/v1/status/config").json()["data"]["yaml"])


if __name__ == "__main__":
    harness.main()
