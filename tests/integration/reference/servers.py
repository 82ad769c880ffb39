"""The server under test and Debian's Prometheus, on one configuration. JSON is YAML, so configurations are dicts."""
import copy
import json
import time

import harness

DEBIAN = harness.PEERS / "prometheus"
# What 2.42 does not know as a key of a job.
NEWER_KEYS = ("extra_scrape_metrics", "track_timestamps_staleness", "fallback_scrape_protocol", "scrape_protocols",
              "keep_dropped_targets", "enable_compression", "metric_name_validation_scheme", "http_headers")


def as_old(config):
    """The configuration as 2.42 can read it."""
    config = copy.deepcopy(config)
    config["scrape_configs"] = [job for job in config["scrape_configs"] if not job.pop("only_ours", False)]
    for job in config["scrape_configs"]:
        for key in NEWER_KEYS:
            job.pop(key, None)
    return config


def as_ours(config):
    config = copy.deepcopy(config)
    for job in config["scrape_configs"]:
        job.pop("only_ours", None)
    return config


class Ours(harness.Server):
    name = "ours"

    def reload(self, config):
        self.config.write_text(json.dumps(as_ours(config)))
        answer = harness.request(self.url + "/-/reload", "POST")
        assert answer.status == 200, answer.body


class Debian(harness.Server):
    name = "debian"

    def command(self):
        return [DEBIAN, f"--config.file={self.config}", f"--storage.tsdb.path={self.folder / 'data'}",
                "--web.listen-address=127.0.0.1:0", "--scrape.discovery-reload-interval=200ms",
                "--enable-feature=extra-scrape-metrics", *self.flags]

    def start(self):
        harness.Process.__init__(self, self.command(), self.folder / f"debian-{time.monotonic_ns()}.log")
        self.wait_for_line("Server is ready to receive web requests")
        self.url = "http://" + self.wait_for_line(r'msg="Listening on" address=(\S+)').group(1)

    def reload(self, config):
        self.config.write_text(json.dumps(as_old(config)))
        answer = harness.request(self.url + "/-/reload", "POST")
        assert answer.status == 200, answer.body


def start(folder, config):
    """The servers, ours first; the other one only if there is its program."""
    made = [(Ours, as_ours)] + ([(Debian, as_old)] if DEBIAN.exists() else [])
    servers = []
    for kind, convert in made:
        own = folder / kind.name
        own.mkdir()
        servers.append(kind(own, json.dumps(convert(config)), "--web.enable-lifecycle"))
    return servers
