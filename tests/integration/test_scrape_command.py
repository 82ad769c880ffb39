"""`narthex scrape URL`: what it shows of targets of every kind, and its exit code."""
import json
import re
import socket

import harness
import protobuf_writer as pb
from native_histograms import Native
from reference.scripted import Answer, ScriptedTarget, redirect

OPENMETRICS = "application/openmetrics-text; version=1.0.0"
GOOD = '# TYPE a counter\na{x="1"} 1\nb 2.50 1000\n'
WRONG = 'a 1\nb{ 2\nc 3\nd x\n'
HISTOGRAM = Native(0, {0: 1, 1: 2})
SCRIPTS = {
    "good": [Answer(GOOD)],
    "wrong": [Answer(WRONG)],
    "cut": [Answer("a 1\n", type=OPENMETRICS)],
    "gone": [Answer(status="404 Not Here")],
    "html": [Answer("<html>", type="text/html")],
    "empty": [Answer("")],
    "slow": [Answer(GOOD, silence=5)],
    "moved": [redirect("/good")],
    "native": [Answer(pb.family("h", "histogram", pb.metric(HISTOGRAM.value())), type=pb.TYPE)],
}
CONFIG = """
scrape_configs:
- job_name: j
  sample_limit: 1
  relabel_configs: [{target_label: zone, replacement: z}]
  metric_relabel_configs:
  - {source_labels: [__name__], regex: b, action: drop}
  - {target_label: new, replacement: v}
- job_name: dropping
  relabel_configs: [{action: drop, source_labels: [job], regex: dropping}]
- job_name: limited
  sample_limit: 1
"""


class ScrapeCommand(harness.Case):
    def setUp(self):
        super().setUp()
        self.address = self.keep(ScriptedTarget(SCRIPTS)).address
        self.file = self.folder / "prometheus.yml"
        self.file.write_text(CONFIG)

    def scrape(self, path, *flags):
        """Exit code and output, where ADDRESS is the target's, and T stands for times."""
        code, out, err = self.run_to_end("scrape", f"http://{self.address}/{path}", *flags)
        self.assertEqual(err, "")
        return code, re.sub(r"\d+(\.\d+)? ms", "T ms", out.replace(self.address, "ADDRESS"))

    def json(self, path, *flags):
        code, out = self.scrape(path, "--format=json", *flags)
        return code, json.loads(out)

    def test_a_good_target(self):
        code, out = self.scrape("good")
        self.assertEqual(code, 0)
        self.assertEqual(out, 'GET http://ADDRESS/good: 200, text/plain; version=0.0.4, 40 bytes (40 on the wire)\n'
                              "times: connect T ms first_byte T ms body T ms parse T ms\n"
                              'target: {instance="ADDRESS", job="scrape"}\nformat: Prometheus text\n\n'
                              'a{instance="ADDRESS", job="scrape", x="1"} 1\n'
                              'b{instance="ADDRESS", job="scrape"} 2.5 @1000\n\n'
                              "up: 2 samples would be stored, 0 dropped by metric_relabel_configs\n")

    def test_the_same_as_json(self):
        code, got = self.json("good")
        self.assertEqual(code, 0)
        self.assertEqual(set(got.pop("phases")), {"connect", "first_byte", "body", "parse"})
        labels = {"instance": "ADDRESS", "job": "scrape"}
        self.assertEqual(got, {
            "url": "http://ADDRESS/good", "status": 200, "contentType": "text/plain; version=0.0.4",
            "format": "Prometheus text", "bodyBytes": 40, "wireBytes": 40, "target": labels, "error": "",
            "scrape": {"entries": 2, "dropped": 0, "faults": [], "samples": [
                {"labels": {"__name__": "a", **labels, "x": "1"}, "value": "1"},
                {"labels": {"__name__": "b", **labels}, "value": "2.5", "timestamp": 1000}]}})

    def test_every_wrong_line_is_shown(self):
        code, out = self.scrape("wrong")
        self.assertEqual(code, 1)
        first = '2:4: expected label name, got "2" ("INVALID") while parsing: "b{ 2"\n  b{ 2\n     ^\n'
        second = '4:3: strconv.ParseFloat: parsing "x": invalid syntax while parsing: "d x"\n  d x\n    ^\n'
        self.assertIn(first + second, out)
        end = ('down: nothing would be stored: expected label name, got "2" ("INVALID") while parsing: "b{ 2"\n'
               "2 faults; each is shown above\n")
        self.assertTrue(out.endswith(end), out)
        code, got = self.json("wrong")
        self.assertEqual(code, 1)
        self.assertEqual([(fault["line"], fault["column"], fault["offset"], fault["text"])
                          for fault in got["scrape"]["faults"]], [(2, 4, 7, "b{ 2"), (4, 3, 15, "d x")])
        self.assertEqual(got["error"], got["scrape"]["faults"][0]["message"])

    def test_why_a_target_is_down(self):
        unread = 'received unsupported Content-Type "text/html" and no fallback_scrape_protocol specified for target'
        for path, status, error, flags in (
                ("gone", 404, "server returned HTTP status 404 Not Here", ()),
                ("html", 200, unread, ()),
                ("cut", 200, "data does not end with # EOF", ()),
                ("slow", 0, 'Get "http://ADDRESS/slow": context deadline exceeded', ("--timeout=200ms",))):
            with self.subTest(path):
                code, out = self.scrape(path, *flags)
                self.assertEqual((code, out.splitlines()[-1]), (1, "down: nothing would be stored: " + error))
                code, got = self.json(path, *flags)
                self.assertEqual((code, got["status"], got["error"]), (1, status, error))

    def test_nobody_listens(self):
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            address = "127.0.0.1:%d" % closed.getsockname()[1]
        error = f'Get "http://{address}": dial tcp {address}: connect: connection refused'
        code, out, _ = self.run_to_end("scrape", address)
        self.assertEqual((code, out.splitlines()[0], out.splitlines()[-1]),
                         (1, f"GET http://{address}: no answer", "down: nothing would be stored: " + error))
        code, out, _ = self.run_to_end("scrape", address, "--format=json")
        self.assertEqual((code, json.loads(out)["status"], json.loads(out)["error"]), (1, 0, error))

    def test_what_else_is_good(self):
        for path, samples in (("empty", 0), ("moved", 2)):
            code, got = self.json(path)
            self.assertEqual((code, got["error"], len(got["scrape"]["samples"])), (0, "", samples))

    def test_native_histograms(self):
        code, out = self.scrape("native")
        self.assertEqual(code, 0)
        self.assertIn("format: Prometheus protobuf\n", out)
        self.assertIn('h_bucket{instance="ADDRESS", job="scrape", le="+Inf"} 3\n', out)
        code, out = self.scrape("native", "--native-histograms")
        self.assertEqual(code, 0)
        self.assertNotIn("h_bucket", out)
        self.assertRegex(out, r'\nh\{instance="ADDRESS", job="scrape"\} \S')

    def test_rules_of_a_job(self):
        code, out = self.scrape("good", "--config", self.file, "--job", "j")
        self.assertEqual(code, 0)
        self.assertIn('target: {instance="ADDRESS", job="j", zone="z"}\n', out)
        self.assertIn('\na{instance="ADDRESS", job="j", new="v", x="1", zone="z"} 1\n\n'
                      "up: 1 samples would be stored, 1 dropped by metric_relabel_configs\n", out)
        code, got = self.json("good", "--config", self.file, "--job", "j")
        self.assertEqual((code, got["scrape"]["entries"], got["scrape"]["dropped"]), (0, 2, 1))
        code, out = self.scrape("good", "--config", self.file, "--job", "dropping")
        self.assertEqual(code, 0)
        self.assertIn("note: the job would drop this target: ", out)
        code, out = self.scrape("good", "--config", self.file, "--job", "limited")
        self.assertEqual(code, 1)
        self.assertTrue(out.endswith("down: nothing would be stored: sample limit exceeded: 2 samples, limit 1\n"), out)

    def test_what_cannot_be_asked(self):
        url = f"http://{self.address}/good"
        self.file.with_name("bad.yml").write_text("scrape_configs: [{}]\n")
        for arguments, complaint in (
                ([], "url is required"),
                ([url, "--job", "j"], "--config and --job go together"),
                ([url, "--config", self.file], "--config and --job go together"),
                ([url, "--config", self.file, "--job", "x"], 'no job is called "x"'),
                ([url, "--config", self.file.with_name("bad.yml"), "--job", "j"], "bad.yml:1:18: job_name is empty"),
                ([url, "--config", self.folder / "none.yml", "--job", "j"], "no such file or directory"),
                ([url, "--timeout", "x"], '--timeout: not a valid duration string: "x"'),
                ([url, "--format", "xml"], "--format"),
                ([url, "--nope"], "--nope")):
            with self.subTest(arguments):
                code, out, err = self.run_to_end("scrape", *arguments)
                self.assertEqual((code, out), (2, ""))
                self.assertIn(complaint, err)

    def test_passwords_of_the_url_are_not_repeated(self):
        for url in (f"http://u:marker@{self.address}/gone", f"http://u:mar/ker@{self.address}/gone",
                    "u:marker@127.0.0.1:1", "http://u:marker@a b/"):
            for form in ("text", "json"):
                code, out, err = self.run_to_end("scrape", url, "--format", form)
                self.assertEqual((code, err), (1, ""))
                self.assertNotIn("mar", out)


if __name__ == "__main__":
    harness.main()
