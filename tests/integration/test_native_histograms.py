"""Native histograms as targets say them in protobuf, and classic ones converted: what queries answer, also after the
server was killed."""
import json
import signal

import harness
import protobuf_writer as pb
from native_histograms import Native, custom_json, rounded
from reference.scripted import Answer
from scripted_jobs import Job, ScriptedJobs


def body(name, *metrics, kind="histogram"):
    return Answer(pb.family(name, kind, *metrics), type=pb.TYPE)


def said(*histograms, kind="histogram"):
    return [body("h", pb.metric(one.value()), kind=kind) for one in histograms]


WHOLE = [Native(3, {-5: 1, -4: 2, 0: 3, 7: 4}, {2: 1}, zero=2, sum=-0.25),
         Native(3, {-5: 1, -4: 5, 0: 3, 7: 4, 8: 1}, {2: 1, 9: 2}, zero=3, sum=1e21),
         Native(1, {-1: 6, 0: 3, 2: 5}, {1: 1, 3: 2}, zero=3, sum=2e-7),
         Native(8, {1000: 1, 1001: 2**53, -1000: 1}, zero=0, threshold=2.0**-128),
         Native(-4, {-3: 1, 0: 2, 1: 3, 63: 1}, zero=1, threshold=1e-300, sum=float("inf")),
         Native(0, {}, zero=1),
         Native(0, {1: 1}, zero=0, sum=float("nan"))]
FLOATS = [Native(2, {1: 0.5, 3: 1e21, 4: 2.25}, {-7: 0.125}, zero=0.5, floats=True),
          Native(2, {1: 0.75, 3: 1e21, 4: 2.25}, {-7: 0.125, -6: 1e-7}, zero=0.5, floats=True),
          Native(-1, {1: 3.5}, zero=0, floats=True, sum=-1)]
FINE = Native(5, {i: i + 1 for i in range(40)}, {-3: 1, 17: 2}, zero=1)
COARSE = Native(-4, {1: 1, 2: 1, 3: 1})
WITH_CLASSIC = Native(0, {0: 1, 1: 2})
WRONG = Native(0, {0: 1, 1: 2}, count=7)

BOUNDS, BELOW = (0.5, 2, 10), (1, 3, 3, 4)
CONVERTED = custom_json(4.5, BOUNDS, (1, 2, 0, 1))
TEXT_LINES = "\n".join(['c_bucket{le="0.5"} 1', 'c_bucket{le="2"} 3', 'c_bucket{le="10"} 3', 'c_bucket{le="+Inf"} 4',
                        "c_sum 4.5", "c_count 4"])
TEXT = f"# TYPE c histogram\n{TEXT_LINES}\nafter 1\n"
OPENMETRICS = Answer(f"# TYPE c histogram\n{TEXT_LINES}\n# TYPE after gauge\nafter 1\n# EOF\n",
                     type="application/openmetrics-text; version=1.0.0")
PROTOBUF = Answer(pb.family("c", "histogram", pb.metric(pb.classic(4, 4.5, zip(BOUNDS, BELOW)))) +
                  pb.family("after", "gauge", pb.metric(pb.gauge(1))), type=pb.TYPE)
FORMATS = {"text": TEXT, "openmetrics": OPENMETRICS, "protobuf": PROTOBUF}
CLASSIC = ["c_bucket +Inf", "c_bucket 0.5", "c_bucket 10.0", "c_bucket 2.0", "c_count", "c_sum"]


def conversion_jobs():
    convert = {"convert_classic_histograms_to_nhcb": True}
    label = "__convert_classic_histograms_to_nhcb__"
    for name, answer in FORMATS.items():
        yield Job(f"convert_{name}", [answer], **convert)
        yield Job(f"both_{name}", [answer], always_scrape_classic_histograms=True, **convert)
        yield Job(f"target_{name}", [answer], relabel_configs=[{"target_label": label, "replacement": "true"}])
        yield Job(f"not_target_{name}", [answer], relabel_configs=[{"target_label": label, "replacement": "false"}],
                  **convert)
    floats = '# TYPE c histogram\nc_bucket{le="1"} 0.5\nc_bucket{le="+Inf"} 1.25\nc_sum 1\nc_count 1.25\n'
    yield Job("convert_floats", [floats], **convert)
    yield Job("convert_exemplars", [Answer(
        '# TYPE c histogram\nc_bucket{le="1"} 1 # {trace="a"} 0.5 1700000000\n'
        'c_bucket{le="2"} 2 # {trace="no time"} 1.5\nc_bucket{le="+Inf"} 3 # {trace="b"} 9 1700000001.5\n'
        "c_sum 11\nc_count 3\n# EOF\n", type="application/openmetrics-text; version=1.0.0")], **convert)
    yield Job("convert_labels", ["# TYPE c histogram\n" + "".join(
        f'c_bucket{{a="{a}",le="1"}} {a}\nc_bucket{{a="{a}",le="+Inf"}} 9\nc_sum{{a="{a}"}} 0\nc_count{{a="{a}"}} 9\n'
        for a in "12")], **convert)


class NativeHistograms(ScriptedJobs):
    settings = {"scrape_native_histograms": True}
    flags = ("--enable-feature=exemplar-storage",)
    jobs = (
        Job("whole", said(*WHOLE)),
        Job("floats", said(*FLOATS)),
        Job("gauge", said(WHOLE[0], WHOLE[1], kind="gaugehistogram")),
        Job("vanishing", [*said(WHOLE[0]), body("other", pb.metric(pb.gauge(1)), kind="gauge"), *said(WHOLE[1])]),
        Job("to_float", [*said(WHOLE[0]), body("h", pb.metric(pb.gauge(7)), kind="gauge"), *said(WHOLE[1])]),
        Job("limited", said(FINE), native_histogram_bucket_limit=20),
        Job("too_coarse", said(COARSE), native_histogram_bucket_limit=2),
        Job("factor", said(FINE, COARSE), native_histogram_min_bucket_factor=1.4),
        Job("wrong", said(WHOLE[0], WRONG)),
        Job("off", said(WHOLE[0]), scrape_native_histograms=False),
        Job("native_only", [body("h", pb.metric(WITH_CLASSIC.value(classic=[(1, 1)])))]),
        Job("native_too", [body("h", pb.metric(WITH_CLASSIC.value(classic=[(1, 1)])))],
            always_scrape_classic_histograms=True),
        Job("native_label_off", said(WHOLE[0]), relabel_configs=[
            {"target_label": "__scrape_native_histograms__", "replacement": "false"}]),
        Job("classic_label", [body("h", pb.metric(WITH_CLASSIC.value(classic=[(1, 1)])))], relabel_configs=[
            {"target_label": "__always_scrape_classic_histograms__", "replacement": "1"}]),
        Job("exemplary", [body("h", pb.metric(WITH_CLASSIC.value(
            pb.exemplar({"trace": "a"}, 0.75, 1700000000.25), pb.exemplar({"trace": "b"}, 1e21, 1700000001),
            pb.exemplar({"trace": "no time"}, 1))))]),
        *conversion_jobs(),
    )

    def stored(self, job, name="h"):
        """The histograms of the only series, as the range query has them."""
        result = self.server.query(f'{name}{{job="{job}"}}[10m]')
        self.assertLessEqual(len(result), 1)
        return [histogram for _, histogram in result[0].get("histograms", [])] if result else []

    def assert_stored(self, job, histograms, name="h"):
        """That these are the first ones; each a Native, or its answer."""
        stored = self.stored(job, name)
        self.assertGreaterEqual(len(stored), len(histograms))
        for found, said in zip(stored, histograms):
            want = said.json() if isinstance(said, Native) else said
            if isinstance(said, Native) and said.schema > 0:
                found, want = rounded(found), rounded(want)
            self.assertEqual(found, want)

    def test_what_was_said_is_answered(self):
        said = {"whole": WHOLE, "floats": FLOATS, "gauge": WHOLE[:2], "native_only": [WITH_CLASSIC]}
        for job, histograms in said.items():
            with self.subTest(job):
                self.assert_stored(job, histograms)

    def test_in_every_kind_of_answer(self):
        """At the time of a sample, all three are the same pair."""
        series = self.server.query('h{job="whole"}[10m]')[0]
        self.assertNotIn("values", series)
        first = series["histograms"][0]
        instant = self.server.query('h{job="whole"}', time=first[0])
        self.assertEqual(instant, [{"metric": series["metric"], "histogram": first}])
        ranged = self.server.get("/api/v1/query_range", query='h{job="whole"}', start=first[0], end=first[0] + 0.02,
                                 step=0.01).json()["data"]["result"]
        times = [first[0], round(first[0] + 0.01, 3), round(first[0] + 0.02, 3)]
        self.assertEqual(ranged, [{"metric": series["metric"], "histograms": [[time, first[1]] for time in times]}])

    def test_limits(self):
        self.assert_stored("limited", [FINE.reduced(3)])
        self.assertLessEqual(len(FINE.reduced(3).json()["buckets"]) - 1, 20)
        self.assertGreater(len(FINE.reduced(4).json()["buckets"]) - 1, 20)
        self.assert_stored("factor", [FINE.reduced(1), COARSE])
        self.assertEqual(self.stored("too_coarse"), [])
        self.assertEqual(self.view("too_coarse").field("lastError"), "histogram bucket limit exceeded")
        self.assertEqual(self.history("too_coarse")["attempts"][0]["errorClass"], "bucket_limit")
        counter = "prometheus_target_scrapes_exceeded_native_histogram_bucket_limit_total"
        self.assertGreater(self.server.metric(counter), 0)

    def test_a_wrong_one_fails_the_scrape(self):
        self.assert_stored("wrong", [WHOLE[0]])
        self.assertEqual(len(self.stored("wrong")), 1)
        error = self.view("wrong").field("lastError")
        self.assertIn("3 observations found in buckets, but the Count field is 7", error)
        self.assertEqual(self.history("wrong")["attempts"][0]["errorClass"], "invalid_sample")

    def test_one_that_vanishes_is_stale_until_it_comes_back(self):
        scrapes = self.view("vanishing").scrapes()
        seen = [bool(self.server.query('h{job="vanishing"}', time=time)) for time in scrapes[:3]]
        self.assertEqual(seen, [True, False, True])
        self.assert_stored("vanishing", [WHOLE[0], WHOLE[1]])

    def test_one_series_of_both_kinds(self):
        series = self.server.query('h{job="to_float"}[10m]')
        self.assertEqual(len(series), 1)
        self.assertEqual([value for _, value in series[0]["values"]], ["7"])
        self.assert_stored("to_float", [WHOLE[0], WHOLE[1]])

    def test_what_else_is_stored(self):
        self.assertEqual(self.names("off"), ["h_bucket +Inf", "h_count", "h_sum"])
        self.assertEqual(self.names("native_label_off"), ["h_bucket +Inf", "h_count", "h_sum"])
        self.assertEqual(self.names("native_only"), ["h"])
        for job in ("native_too", "classic_label"):
            self.assertEqual(self.names(job), ["h", "h_bucket +Inf", "h_bucket 1.0", "h_count", "h_sum"])

    def test_types(self):
        for job, kind in (("whole", "histogram"), ("gauge", "gaugehistogram"), ("convert_text", "histogram")):
            selector = f'{{job="{job}"}}'
            told = harness.wait_for(lambda selector=selector: self.server.get(
                "/api/v1/targets/metadata", match_target=selector).json()["data"], "metadata")
            self.assertIn(kind, {one["type"] for one in told}, told)

    def test_conversion_is_the_same_for_all_formats(self):
        for name in FORMATS:
            with self.subTest(name):
                for job in (f"convert_{name}", f"both_{name}", f"target_{name}"):
                    self.assert_stored(job, [CONVERTED], "c")
                self.assertEqual(self.names(f"convert_{name}"), ["after", "c"])
                self.assertEqual(self.names(f"target_{name}"), ["after", "c"])
                self.assertEqual(self.names(f"both_{name}"), ["after", "c", *CLASSIC])
                self.assertEqual(self.names(f"not_target_{name}"), ["after", *CLASSIC])

    def test_conversion_of_floats_and_of_each_label_set(self):
        self.assert_stored("convert_floats", [custom_json(1, (1,), (0.5, 0.75))], "c")
        for a in (1, 2):
            result = self.server.query(f'c{{job="convert_labels",a="{a}"}}')
            self.assertEqual(result[0]["histogram"][1], custom_json(0, (1,), (a, 9 - a)))

    def exemplars(self, until, series='h{job="exemplary"}'):
        return self.server.get("/api/v1/query_exemplars", query=series, end=until).json()["data"]

    def test_exemplars(self):
        found = self.exemplars(self.view("whole").scrapes()[-1])
        self.assertEqual(len(found), 1)
        self.assertEqual(found[0]["seriesLabels"], {"__name__": "h", "instance": "i", "job": "exemplary"})
        self.assertEqual(found[0]["exemplars"],
                         [{"labels": {"trace": "a"}, "value": "0.75", "timestamp": 1700000000.25},
                          {"labels": {"trace": "b"}, "value": "1e+21", "timestamp": 1700000001}])

    def test_exemplars_of_converted_ones(self):
        """Those of all buckets that have a time."""
        found = self.exemplars(self.view("whole").scrapes()[-1], 'c{job="convert_exemplars"}')
        self.assertEqual([one["exemplars"] for one in found],
                         [[{"labels": {"trace": "a"}, "value": "0.5", "timestamp": 1700000000},
                           {"labels": {"trace": "b"}, "value": "9", "timestamp": 1700000001.5}]])
        self.assert_stored("convert_exemplars", [custom_json(11, (1, 2), (1, 1, 1))], "c")

    def test_the_same_after_a_kill(self):
        """Until a time that is over: scrapes go on."""
        until = self.view("whole").scrapes()[len(WHOLE) - 1]

        def answers():
            stored = self.server.query('{job=~".+"}[10m]', time=until)
            return {json.dumps(one["metric"], sort_keys=True): one for one in stored}, self.exemplars(until)

        before = answers()
        self.assertGreater(sum("histograms" in one for one in before[0].values()), 15)
        self.assertEqual(len(before[1][0]["exemplars"]), 2)
        self.server.stop(signal.SIGKILL)
        self.server.start()
        self.assertEqual(answers(), before)


if __name__ == "__main__":
    harness.main()
