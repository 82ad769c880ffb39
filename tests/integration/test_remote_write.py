"""Receiving remote writes: from a real Prometheus, which scrapes and sends while the receiver is killed and started
again; and request by request."""
import signal
import socket
import time

import harness
from remote_writer import V1, V2, V2Request, histogram, post, series, written

PROMETHEUS = harness.PEERS / "prometheus"
EXPORTER = harness.PEERS / "prometheus-node-exporter"
RECEIVER = "--web.enable-remote-write-receiver"
NOTHING = "global: {}\n"


def free_address():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return "127.0.0.1:%d" % probe.getsockname()[1]


def matrix(get, text, at):
    """Label sets and samples of a range selector."""
    answer = get("/api/v1/query", query=text, time=at).json()
    assert answer["status"] == "success", answer
    return {tuple(sorted(one["metric"].items())): one["values"] for one in answer["data"]["result"]}


class Sender(harness.Process):
    """Debian's Prometheus: scrapes what it is told to and sends it to `url`, in small batches from several shards."""

    def __init__(self, folder, url, jobs):
        scrapes = "".join(f"  - job_name: {job}\n    static_configs: [{{targets: ['{address}']}}]\n"
                          for job, address in jobs.items())
        config = folder / "sender.yml"
        config.write_text(f"""
global: {{scrape_interval: 500ms, scrape_timeout: 500ms}}
remote_write:
  - url: {url}/api/v1/write
    queue_config: {{max_samples_per_send: 100, min_shards: 4, batch_send_deadline: 100ms, max_backoff: 200ms}}
scrape_configs:
{scrapes}""")
        self.address = free_address()
        super().__init__([PROMETHEUS, f"--config.file={config}", f"--storage.tsdb.path={folder / 'sender'}",
                          f"--web.listen-address={self.address}"], folder / "sender.log")
        self.wait_for_line("Server is ready to receive web requests")

    def get(self, path, **parameters):
        return harness.request(f"http://{self.address}{path}?" + harness.urllib.parse.urlencode(parameters))


class Ticking:
    """A target with a counter, values that have no digits, and a series that comes and goes."""

    def __init__(self):
        self.ticks = 0

    def __call__(self, path):
        self.ticks += 1
        lines = [f"ticks_total {self.ticks}", "nothing NaN", "most +Inf", "least -Inf", "small 5e-324",
                 f"third {self.ticks / 3}", "constant 17"]
        lines += [f'part{{n="{n}"}} {n * self.ticks}' for n in range(300)]
        if self.ticks // 4 % 2 == 0:
            lines.append("now_and_then 1")
        return "\n".join(lines) + "\n"


class FromPrometheus(harness.Case):
    def setUp(self):
        super().setUp()
        if not PROMETHEUS.exists():
            self.skipTest(f"no {PROMETHEUS}")

    def start(self):
        """The receiver, and a sender of two jobs."""
        address = free_address()
        receiver = self.server(NOTHING, RECEIVER, f"--web.listen-address={address}")
        jobs = {"ticking": self.target(Ticking()).address}
        if EXPORTER.exists():
            jobs["node"] = free_address()
            self.keep(harness.Process([EXPORTER, f"--web.listen-address={jobs['node']}"], self.folder / "node.log"))
        sender = self.keep(Sender(self.folder, f"http://{address}", jobs))
        harness.wait_for(lambda: len(receiver.query("up == 1")) == len(jobs), "all jobs")
        return receiver, sender, time.time() + 1

    def compare(self, receiver, sender, begin):
        """Everything since `begin` is the same in both, once it has arrived."""
        end = time.time()
        harness.wait_for(lambda: all(float(one["value"][1]) > end + 1 for one in receiver.query("timestamp(up)")),
                         "later samples")
        text = '{job=~".+"}[%dms]' % ((end - begin) * 1000)
        sent = matrix(sender.get, text, end)
        self.assertGreater(sum(map(len, sent.values())), 1000)
        # Shards that are behind may still bring something.
        harness.wait_for(lambda: matrix(receiver.get, text, end).keys() == sent.keys() and
                         sum(map(len, matrix(receiver.get, text, end).values())) == sum(map(len, sent.values())),
                         "all samples")
        self.assertEqual(matrix(receiver.get, text, end), sent)
        # Markers came through: the series is gone at the same times.
        for at in range(int(begin) + 1, int(end)):
            shown = [get("/api/v1/query", query="now_and_then", time=at).json()["data"]["result"]
                     for get in (receiver.get, sender.get)]
            self.assertEqual(*shown)
        return len(sent)

    def test_every_sample_arrives_bit_for_bit(self):
        receiver, sender, begin = self.start()
        time.sleep(6)
        self.compare(receiver, sender, begin)
        self.assertEqual(receiver.metric("narthex_remote_write_rolled_back_requests_total"), 0)

    def test_nothing_is_lost_when_the_receiver_is_killed(self):
        receiver, sender, begin = self.start()
        for wait in (2, 1.3, 0.7):
            time.sleep(wait)
            receiver.stop(signal.SIGKILL)
            receiver.start()
        time.sleep(2)
        self.compare(receiver, sender, begin)
        self.assertIn("remote_storage_samples_failed_total", sender.get("/metrics").body.decode())
        self.assertNotRegex(sender.log(), "non-recoverable error")


class RequestByRequest(harness.Case):
    def setUp(self):
        super().setUp()
        self.now = int(time.time() * 1000)

    def receiver(self, *flags):
        return self.server(NOTHING, RECEIVER, *flags)

    def test_needs_its_flag(self):
        server = self.server(NOTHING)
        answer = post(server.url, series({"__name__": "m"}, [(1, self.now)]))
        self.assertEqual((answer.status, answer.body.decode()), (
            404, "remote write receiver needs to be enabled with --web.enable-remote-write-receiver\n"))
        self.assertFalse(server.get("/api/v1/features").json()["data"]["api"]["remote_write_receiver"])

    def test_flags_say_which_messages_are_accepted(self):
        flag = "--web.remote-write-receiver.accepted-protobuf-messages="
        server = self.receiver(flag + "io.prometheus.write.v2.Request")
        self.assertEqual(post(server.url, series({"__name__": "m"}, [(1, self.now)])).status, 415)
        self.assertEqual(post(server.url, V2Request().series({"__name__": "m"}, [(1, self.now)]).encode(), V2).status, 204)
        config = self.folder / "c.yml"
        config.write_text(NOTHING)
        code, _, err = self.run_to_end(f"--config.file={config}", f"--storage.tsdb.path={self.folder / 'other'}",
                                       "--web.listen-address=127.0.0.1:0", flag + "yolo")
        self.assertEqual(code, 1, err)
        self.assertIn("unknown type for remote write protobuf message yolo", err)

    def test_answers(self):
        server = self.receiver()
        good = series({"__name__": "m", "job": "j"}, [(1, self.now)])
        late = series({"__name__": "n", "job": "j"}, [(1, self.now)]) + series({"__name__": "m", "job": "j"},
                                                                               [(2, self.now - 1000)])
        for sent, status, text in (
                ((good,), 204, ""),
                ((good, "application/x-protobuf"), 204, ""),
                ((good, V1, ""), 204, ""),
                ((late,), 400, "out of order sample\n"),
                ((good, "text/plain"), 415,
                 "expected application/x-protobuf as the first (media) part, got text/plain content-type\n"),
                ((good, V1, "gzip"), 415,
                 "gzip encoding (compression) is not accepted by this server; only snappy is acceptable\n"),
                ((b"\x0a\x05",), 400, "unexpected EOF\n"),
                ((b"", V1, "snappy", False), 400, "s2: corrupt input\n")):
            answer = post(server.url, *sent)
            self.assertEqual((answer.status, answer.body.decode()), (status, text), sent)
            self.assertEqual(written(answer), (None, None, None))
        self.assertEqual(server.query("n"), [])
        self.assertTrue(server.get("/api/v1/features").json()["data"]["api"]["remote_write_receiver"])

    def test_partial_writes_of_2_0(self):
        server = self.receiver("--enable-feature=exemplar-storage,type-and-unit-labels")
        request = V2Request()
        request.series({"__name__": "m", "a": "b"}, [(1.5, self.now), (2.5, self.now + 1)],
                       exemplars=[({"id": "x"}, 1.0, self.now)], kind=1, unit=request.ref("seconds"))
        request.series({"a": "b"}, [(1, self.now)])
        request.series({}, [(1, self.now)], refs=[1, 2, 3])
        request.series({"__name__": "empty"})
        request.series({"__name__": "h"}, histograms=[histogram(self.now, 3, 1.5, 0, 1, [(0, 2)], [1, 0])])
        answer = post(server.url, request.encode(), V2)
        self.assertEqual(answer.status, 400)
        self.assertEqual(answer.body.decode(), (
            'invalid metric name or labels, got {a="b"}\n'
            "parsing labels for series [1 2 3]: invalid labelRefs length 3\n"
            'TimeSeries must contain at least one sample or histogram for series {__name__="empty"}\n'))
        self.assertEqual(written(answer), ("2", "1", "1"))
        self.assertEqual([one["metric"] for one in server.query("m")],
                         [{"__name__": "m", "__type__": "counter", "__unit__": "seconds", "a": "b"}])
        self.assertEqual(server.query("h")[0]["histogram"][1]["count"], "3")
        found = server.get("/api/v1/query_exemplars", query="m", start=0, end=self.now / 1000 + 1).json()["data"]
        self.assertEqual(found[0]["exemplars"][0]["labels"], {"id": "x"})

    def test_what_was_answered_204_survives_kill_9(self):
        server = self.receiver()
        for i in range(50):
            body = b"".join(series({"__name__": "m", "instance": str(n % 40), "job": "j", "n": str(n)},
                                   [(i, self.now + i * 10)]) for n in range(400))
            self.assertEqual(post(server.url, body).status, 204)
        server.stop(signal.SIGKILL)
        server.start()
        at = (self.now + 1000) / 1000
        self.assertEqual(server.value("sum(sum_over_time(m[5s]))", time=at), 400 * sum(range(50)))
        self.assertEqual(server.value("count(m)", time=at), 400)


if __name__ == "__main__":
    harness.main()
