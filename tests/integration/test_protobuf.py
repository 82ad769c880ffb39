"""Bodies of real exporters in the protobuf format: they say what the same exporters' text bodies say."""
import os
import re
import socket
import subprocess
import unittest

import harness

COMPARE = os.environ.get("COMPARE_BODIES", str(harness.ROOT / "build/dev/tests/integration/compare_bodies"))
ACCEPT = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"

# What clients can push that has two spellings, or nearly none.
PUSHED = r"""
# HELP odd Some \\ text,\nin "two" lines é.
# TYPE odd gauge
odd{b="a\"b\\c\nd é",empty=""} NaN
odd{b="\\n"} -Inf
# TYPE pushed histogram
pushed_bucket{le="1"} 2
pushed_bucket{le="1e6"} 3
pushed_bucket{le="0.00001"} 0
pushed_bucket{le="+Inf"} 4
pushed_sum 4.5
pushed_count 4
# TYPE latency summary
latency{quantile="0.5"} 1
latency{quantile="1"} 0.1
latency_sum 2e300
latency_count 3
# TYPE plain untyped
plain 5e-324
# TYPE requests_total counter
requests_total{code="200"} 18446744073709551615
"""
# Values that stay, whatever the peer's own ones do.
MANY = "# TYPE steady gauge\n" + "".join(f'steady{{n="{n}"}} {n / 7!r}\n' for n in range(100))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Protobuf(harness.Case):
    def start(self, program, *flags):
        """The address of a peer on a port of its own, once it answers."""
        if not (harness.PEERS / program).exists():
            self.skipTest(f"no {program} in build/peers")
        address = f"127.0.0.1:{free_port()}"
        command = [harness.PEERS / program, f"--web.listen-address={address}", *flags]
        process = self.keep(harness.Process(command, self.folder / f"{program}.log"))

        def answers():
            if process.child.poll() is not None:
                raise AssertionError(f"ended with {process.child.returncode}:\n{process.log()}")
            try:
                return harness.request(f"http://{address}/metrics").status == 200
            except OSError:
                return False

        harness.wait_for(answers, program)
        return address

    def run_comparison(self, body="body"):
        """Exit code and output."""
        names = [self.folder / name for name in ("before", body, "after")]
        done = subprocess.run([COMPARE, *names], capture_output=True, text=True, timeout=harness.PATIENCE)
        return done.returncode, done.stdout + done.stderr

    def compare(self, address):
        """Numbers of series, of series with the same value, and of families, after all were found to be right. A gauge
        may go there and back between the readings, so bodies that differ get other chances."""
        for _ in range(10):
            for name, accept in (("before", "text/plain"), ("body", ACCEPT), ("after", "text/plain")):
                answer = harness.request(f"http://{address}/metrics", headers={"Accept": accept})
                self.assertEqual(answer.status, 200)
                self.assertIn("vnd.google.protobuf" if name == "body" else "text/plain", answer.headers["Content-Type"])
                (self.folder / name).write_bytes(answer.body)
            code, output = self.run_comparison()
            if code == 0:
                break
        self.assertEqual(code, 0, output)
        return tuple(map(int, re.findall(r"\d+", output)))

    def test_pushgateway(self):
        address = self.start("prometheus-pushgateway")
        pushed = harness.request(f"http://{address}/metrics/job/test", method="POST", body=(PUSHED + MANY).encode())
        self.assertEqual(pushed.status, 200, pushed.body)
        series, same, families = self.compare(address)
        self.assertGreater(same, 130)  # its own ones alone, of a process that has just begun, are 40 to 70
        self.assertGreater(series, same)
        self.assertGreater(families, 30)

    def test_prometheus(self):
        config = self.folder / "peer.yml"
        config.write_text("scrape_configs: []\n")
        address = self.start("prometheus", f"--config.file={config}", f"--storage.tsdb.path={self.folder / 'peer'}")
        series, same, families = self.compare(address)
        self.assertGreater(same, 200)
        self.assertGreater(families, 100)

    def test_node_exporter(self):
        address = self.start("prometheus-node-exporter")
        series, same, families = self.compare(address)
        self.assertGreater(same, 100)
        self.assertGreater(families, 50)

    def test_comparison_can_fail(self):
        address = self.start("prometheus-pushgateway")
        self.compare(address)
        body = (self.folder / "body").read_bytes()
        faults = {"metadata": body.replace(b"pushgateway", b"pushgatewax"), "error": body[:-1], "missing": b""}
        for complaint, changed in faults.items():
            (self.folder / "changed").write_bytes(changed)
            code, output = self.run_comparison("changed")
            self.assertEqual(code, 1, output)
            self.assertIn(complaint + ": ", output)


if __name__ == "__main__":
    harness.main()
