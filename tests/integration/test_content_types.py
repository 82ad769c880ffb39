"""The format is chosen anew for each answer, by its Content-Type or by the job; and a body that cannot be read is kept,
with the place of its error."""
import harness
import protobuf_writer as pb
from reference.scripted import Answer
from scripted_jobs import Job, ScriptedJobs

OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
HISTOGRAM = '# TYPE h histogram\nh_bucket{{le="{le}"}} {n}\nh_bucket{{le="+Inf"}} {n}\nh_sum {n}\nh_count {n}\n'


def text(n):
    return HISTOGRAM.format(le="1", n=n) + f'# TYPE m gauge\nm{{b="c",a="é"}} {n}\n'


def openmetrics(n):
    return Answer(HISTOGRAM.format(le="1.0", n=n) + f'# TYPE m gauge\nm{{a="é",b="c"}} {n}\n# EOF\n', type=OPENMETRICS)


def protobuf(n):
    return Answer(pb.family("h", "histogram", pb.metric(pb.classic(n, n, [(1, n)]))) +
                  pb.family("m", "gauge", pb.metric(pb.gauge(n), a="é", b="c")), type=pb.TYPE)


ORDER = (text, openmetrics, protobuf, text, protobuf, openmetrics, text)

UNSUPPORTED = 'received unsupported Content-Type "{}" and no fallback_scrape_protocol specified for target'
BLANK = "non-compliant scrape target sending blank Content-Type and no fallback_scrape_protocol specified for target"
# Name: Content-Type, fallback, body, and the error; "": it is read.
CHOICES = {
    "blank": (None, None, "m 1\n", BLANK),
    "blank_fallback": (None, "PrometheusText0.0.4", "m 1\n", ""),
    "blank_openmetrics": (None, "OpenMetricsText1.0.0", "m 1\n# EOF\n", ""),
    "blank_protobuf": (None, "PrometheusProto", protobuf(1).body, ""),
    "html": ("text/html; charset=utf-8", None, "<html>", UNSUPPORTED.format("text/html; charset=utf-8")),
    "html_fallback": ("text/html", "PrometheusText1.0.0", "m 1\n", ""),
    "broken": ("text/plain; version", None, "m 1\n",
               'cannot parse Content-Type "text/plain; version" and no fallback_scrape_protocol for target\n'
               "mime: invalid media parameter"),
    "broken_fallback": ("text/plain; version", "PrometheusText0.0.4", "m 1\n", ""),
    "known_before_fallback": (OPENMETRICS, "PrometheusText0.0.4", "m 1\n", "data does not end with # EOF"),
    "empty_html": ("text/html", None, "", ""),
}
# Name: Content-Type, body, error, line, column, samples read before.
FAULTS = {
    "text_line": ("text/plain", 'a 1\nb{x="y"} 2\nc{x=1} 3\nd 4\n',
                  'expected label value, got "1" ("INVALID") while parsing: "c{x=1"', 3, 5, 2),
    "text_value": ("text/plain", "a 1\nb 1x2\n",
                   'strconv.ParseFloat: parsing "1x2": invalid syntax while parsing: "b 1x2"', 2, 3, 1),
    "openmetrics_blank": (OPENMETRICS, "a 1\n\n# EOF\n",
                          'expected a valid start token, got "\\n" ("INVALID") while parsing: "\\n"', 2, 1, 1),
    "openmetrics_cut": (OPENMETRICS, "a 1\nb 2\n", "data does not end with # EOF", 3, 1, 2),
}


class ContentTypes(ScriptedJobs):
    jobs = [
        Job("changing", [make(n) for n, make in enumerate(ORDER)]),
        *[Job(name, [Answer(body, type=kind)], **({"fallback_scrape_protocol": fallback} if fallback else {}))
          for name, (kind, fallback, body, _) in CHOICES.items()],
        *[Job(name, [Answer(fault[1], type=fault[0])]) for name, fault in FAULTS.items()],
        Job("protobuf_cut", [Answer(protobuf(1).body[:-1], type=pb.TYPE)]),
        Job("healed", ["a{\n", "a 1\n"]),
    ]

    def test_series_stay_the_same_in_every_format(self):
        view = self.view("changing")
        values = " ".join(str(n) for n in range(len(ORDER)))
        for series in ("m", 'h_bucket{le="1.0"}', 'h_bucket{le="+Inf"}', "h_sum", "h_count"):
            with self.subTest(series):
                self.assertEqual(view.values(series, len(ORDER)), values)
        self.assertEqual(view.labels("m"), ['{a="é", b="c", instance="i", job="changing"}'])
        self.assertEqual(self.names("changing"), ["h_bucket +Inf", "h_bucket 1.0", "h_count", "h_sum", "m"])
        self.assertEqual(view.values("scrape_series_added", len(ORDER)), " ".join(["5"] + ["0"] * (len(ORDER) - 1)))
        self.assertEqual(view.values("scrape_samples_scraped", 3), "5 5 5")

    def test_choices(self):
        for name, (_, _, body, error) in CHOICES.items():
            with self.subTest(name):
                self.assertEqual(self.view(name).field("lastError"), error)
                self.assertEqual(self.view(name).field("health"), "down" if error else "up")
                self.assertEqual(len(self.server.query(f'm{{job="{name}"}}')), int(bool(body) and not error))
                failure = "" if not error else "parse" if "EOF" in error else "content_type"
                self.assertEqual(self.history(name)["attempts"][0]["errorClass"], failure)

    def test_faults_have_a_place(self):
        for name, (kind, body, error, line, column, samples) in FAULTS.items():
            with self.subTest(name):
                self.assertEqual(self.view(name).field("lastError"), error)
                history = self.history(name, body=1)
                attempt, kept = history["attempts"][0], history["failedBody"]
                self.assertEqual((attempt["errorClass"], attempt["failedIn"], attempt["error"], attempt["status"]),
                                 ("parse", "parse", error, 200))
                self.assertEqual((attempt["samples"], attempt["bodyBytes"]), (samples, len(body)))
                self.assertEqual((kept["line"], kept["column"]), (line, column))
                self.assertEqual((kept["text"], kept["size"], kept["contentType"]), (body, len(body), kind))
                lines = body.split("\n")
                offset = sum(len(one) + 1 for one in lines[:line - 1]) + column - 1
                self.assertEqual(kept["offset"], offset)
                shown = {one["line"]: one["text"] for one in kept["excerpt"]}
                self.assertEqual(shown, {n + 1: one for n, one in enumerate(lines) if one or n + 1 < len(lines)})

    def test_a_binary_body_is_kept_too(self):
        error = self.view("protobuf_cut").field("lastError")
        self.assertRegex(
            error, r"^clientpb: insufficient length of buffer, expected at least \d+ bytes, got \d+ bytes$")
        history = self.history("protobuf_cut", body=1)
        self.assertEqual(history["attempts"][0]["errorClass"], "parse")
        self.assertEqual(history["failedBody"]["size"], len(protobuf(1).body) - 1)

    def test_the_last_fault_is_remembered(self):
        harness.wait_for(lambda: self.view("healed").field("health") == "up", "a good scrape")
        history = self.history("healed", body=1)
        self.assertEqual(history["attempts"][0]["errorClass"], "")
        self.assertEqual(history["attempts"][-1]["errorClass"], "parse")
        self.assertEqual(history["failedBody"]["text"], "a{\n")


if __name__ == "__main__":
    harness.main()
