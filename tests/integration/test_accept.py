"""What the server tells targets that it reads: the Accept header, byte for byte, for every setting that changes it."""
import itertools

import harness
from scripted_jobs import Job, ScriptedJobs

PROTOBUF = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"
TYPES = {"PrometheusProto": PROTOBUF,
         "PrometheusText0.0.4": "text/plain;version=0.0.4",
         "PrometheusText1.0.0": "text/plain;version=1.0.0",
         "OpenMetricsText0.0.1": "application/openmetrics-text;version=0.0.1",
         "OpenMetricsText1.0.0": "application/openmetrics-text;version=1.0.0"}
DEFAULT = ("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
           "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
           "text/plain;version=0.0.4;q=0.3,*/*;q=0.2")
NATIVE = ("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,"
          "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
          "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
          "text/plain;version=0.0.4;q=0.2,*/*;q=0.1")


def escaped(scheme):
    return DEFAULT.replace("allow-utf-8", scheme)


def accept(protocols):
    """The same by the rule."""
    entries = [TYPES[name] + (";escaping=allow-utf-8" if "1.0.0" in name else "") for name in protocols]
    return ",".join(f"{entry};q=0.{6 - i}" for i, entry in enumerate([*entries, "*/*"]))


# Every choice of protocols in every order.
ORDERS = [order for count in range(1, len(TYPES) + 1) for order in itertools.permutations(TYPES, count)]
# Name of the job: its keys, the header.
ROWS = {
    "default": ({}, DEFAULT),
    "native": ({"scrape_native_histograms": True}, NATIVE),
    "native_of_the_target": ({"relabel_configs": [
        {"target_label": "__scrape_native_histograms__", "replacement": "true"}]}, DEFAULT),
    "not_native_of_the_target": ({"scrape_native_histograms": True, "relabel_configs": [
        {"target_label": "__scrape_native_histograms__", "replacement": "false"}]}, NATIVE),
    "converting": ({"convert_classic_histograms_to_nhcb": True}, DEFAULT),
    "utf8": ({"metric_name_escaping_scheme": "allow-utf-8"}, DEFAULT),
    "underscores": ({"metric_name_escaping_scheme": "underscores"}, escaped("underscores")),
    "dots": ({"metric_name_escaping_scheme": "dots"}, escaped("dots")),
    "values": ({"metric_name_escaping_scheme": "values"}, escaped("values")),
    "legacy": ({"metric_name_validation_scheme": "legacy"}, escaped("underscores")),
    "legacy_dots": ({"metric_name_validation_scheme": "legacy", "metric_name_escaping_scheme": "dots"},
                    escaped("dots")),
    "one_without_escaping": ({"metric_name_escaping_scheme": "dots", "scrape_protocols": ["PrometheusText0.0.4"]},
                             "text/plain;version=0.0.4;q=0.6,*/*;q=0.5"),
    "native_and_a_choice": ({"scrape_native_histograms": True, "scrape_protocols": ["PrometheusText0.0.4"]},
                            "text/plain;version=0.0.4;q=0.6,*/*;q=0.5"),
    **{f"order{i}": ({"scrape_protocols": list(order)}, accept(order)) for i, order in enumerate(ORDERS)},
}


class Accept(ScriptedJobs):
    times = "1s"  # so many jobs at once
    jobs = [Job(name, [""], **keys) for name, (keys, _) in ROWS.items()] + [
        Job("more", [""], http_headers={"Accept": {"values": ["text/html"]}}),
        Job("uncompressed", [""], enable_compression=False, scrape_timeout="250ms")]

    def test_every_choice(self):
        self.assertEqual(len(ORDERS), 325)
        for name, (_, want) in ROWS.items():
            with self.subTest(name):
                for request in self.target.requests_of("ours", name):
                    self.assertEqual([value for key, value in request.headers if key == "Accept"], [want])

    def test_the_rule_gives_what_is_known(self):
        self.assertEqual(accept(["OpenMetricsText1.0.0", "OpenMetricsText0.0.1", "PrometheusText1.0.0",
                                 "PrometheusText0.0.4"]), DEFAULT)

    def test_a_configured_one_is_sent_as_well(self):
        headers = self.target.requests_of("ours", "more")[0].headers
        self.assertEqual([value for key, value in headers if key == "Accept"], [DEFAULT, "text/html"])

    def test_what_else_is_sent(self):
        for job, encoding, timeout in (("default", "gzip", "1"), ("uncompressed", "identity", "0.25")):
            headers = dict(self.target.requests_of("ours", job)[0].headers)
            self.assertRegex(headers.pop("User-Agent"), r"^narthex/\d")
            del headers["Accept"]
            self.assertEqual(headers, {"Host": self.target.address, "Accept-Encoding": encoding,
                                       "X-Prometheus-Scrape-Timeout-Seconds": timeout})


class GlobalChoice(ScriptedJobs):
    """A choice for all jobs goes before the one that native histograms make; a job's goes before that."""
    settings = {"scrape_protocols": ["PrometheusText1.0.0"], "metric_name_escaping_scheme": "dots"}
    jobs = [Job("all", [""]), Job("all_native", [""], scrape_native_histograms=True),
            Job("own", [""], scrape_protocols=["PrometheusText0.0.4"]),
            Job("own_scheme", [""], metric_name_escaping_scheme="values"),
            Job("own_validation", [""], metric_name_validation_scheme="utf8")]

    def test_who_goes_before_whom(self):
        chosen = "text/plain;version=1.0.0;escaping={};q=0.6,*/*;q=0.5"
        for job, want in (("all", chosen.format("dots")), ("all_native", chosen.format("dots")),
                          ("own", "text/plain;version=0.0.4;q=0.6,*/*;q=0.5"), ("own_scheme", chosen.format("values")),
                          ("own_validation", chosen.format("allow-utf-8"))):
            with self.subTest(job):
                self.assertEqual(self.view(job).header("Accept", 0), want)


if __name__ == "__main__":
    harness.main()
