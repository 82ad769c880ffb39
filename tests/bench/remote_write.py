#!/usr/bin/env python3
"""What receiving remote writes costs: CPU per sample and resident bytes per series, here and in the peers given.

  remote_write.py NARTHEX [PROMETHEUS]        binaries; both get the same 1.0 requests

Two loads over an hour of data: a sample of each series in a request (as Prometheus sends), and ten of each (as history is
loaded). Of the series half are constant, the others counters and gauges. CPU is the process's, user and system, from
the first request to the last answer.
"""
import http.client
import os
import pathlib
import random
import signal
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
from protobuf_writer import message, varint  # noqa: E402
from remote_writer import snappy  # noqa: E402

TARGETS = 50
SERIES = 10_000
PER_REQUEST = 5_000
STEPS = 240
STEP_MS = 15_000
HEADERS = {"Content-Type": "application/x-protobuf", "Content-Encoding": "snappy",
           "X-Prometheus-Remote-Write-Version": "0.1.0", "User-Agent": "bench"}


def labels(number):
    pairs = [("__name__", f"node_metric_{number // TARGETS % 97}_total"), ("device", f"device-{number // TARGETS}"),
             ("instance", f"host-{number % TARGETS}.example.org:9100"), ("job", "node"), ("mode", "system"), ("zone", "eu-1")]
    return b"".join(message(1, message(1, name) + message(2, value)) for name, value in pairs)


LABELS = [labels(n) for n in range(SERIES)]


def value(number, step):
    kind = number % 10
    if kind < 5:
        return float(number % 300)
    return float(step * (number % 300) + step * 7919 % 16) if kind < 8 else (number * 31 + step * 7919) % 10_000 / 100


def series(number, steps, start):
    content = LABELS[number]
    for step in steps:
        one = b"\x09" + struct.pack("<d", value(number, step)) + b"\x10" + varint(start + step * STEP_MS)
        content += b"\x12" + varint(len(one)) + one
    return message(1, content)


def single(start):
    """A sample of each series in a request, requests by time."""
    for step in range(0, STEPS, 2):
        for first in range(0, SERIES, PER_REQUEST):
            yield b"".join(series(n, [step], start) for n in range(first, first + PER_REQUEST))


def history(start):
    """Ten samples of each series in a request."""
    for step in range(0, STEPS, 20):
        for first in range(0, SERIES, PER_REQUEST // 10):
            yield b"".join(series(n, range(step, step + 10), start) for n in range(first, first + PER_REQUEST // 10))


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_bytes(pid):
    return int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def run(binary, bodies):
    with tempfile.TemporaryDirectory(prefix="narthex-bench-") as folder:
        config = pathlib.Path(folder) / "c.yml"
        config.write_text("global: {}\n")
        port = random.randrange(20_000, 30_000)
        server = subprocess.Popen([binary, f"--config.file={config}", f"--storage.tsdb.path={folder}/data",
                                   f"--web.listen-address=127.0.0.1:{port}", "--web.enable-remote-write-receiver"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            return measure(server.pid, port, bodies)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()


def measure(pid, port, bodies):
    connection = None
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port)
            connection.request("GET", "/-/ready")
            ready = connection.getresponse()
            ready.read()
            if ready.status == 200:
                break
        except OSError:
            pass
        time.sleep(0.1)
    resident = resident_bytes(pid)
    used = cpu_seconds(pid)
    begin = time.monotonic()
    for body in bodies:
        connection.request("POST", "/api/v1/write", body, HEADERS)
        answer = connection.getresponse()
        text = answer.read()
        assert answer.status == 204, (answer.status, text[:300])
    took = time.monotonic() - begin
    return cpu_seconds(pid) - used, took, resident_bytes(pid) - resident


def main():
    start = int(time.time() * 1000) - STEPS * STEP_MS
    for name, load in (("one sample per series", single), ("ten samples per series", history)):
        bodies = [snappy(body) for body in load(start)]
        samples = SERIES * STEPS // 2
        print(f"{name}: {samples} samples of {SERIES} series in {len(bodies)} requests")
        for binary in sys.argv[1:]:
            cpu, took, resident = run(binary, bodies)
            print(f"  {os.path.basename(binary):12} {cpu / samples * 1e9:6.0f} ns CPU per sample, {took:5.1f} s, "
                  f"{resident / SERIES:6.0f} resident bytes per series")


if __name__ == "__main__":
    main()
