"""What the integration tests share: the real server as a process, targets to scrape, and a client.

Run a test file with the environment variable NARTHEX naming the binary; `python3 test_x.py` ends with 77 when all of
its tests were skipped.
"""
import contextlib
import http.server
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("NARTHEX", str(ROOT / "build/dev/narthex"))
PEERS = ROOT / "build/peers"
DEBIAN_PYTHON = "/usr/bin/python3"  # where the packages flask and prometheus_client are

# Nothing here waits that long unless something is broken: it is the end of patience, not an expectation.
PATIENCE = 60

# A sanitizer's finding. One by the thread sanitizer, or a leak, shows only here and in an exit code after the test.
FINDING = re.compile(r"(Address|Leak|Thread)Sanitizer|\d: runtime error: ")


def wait_for(condition, what):
    """The first true value of condition()."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"waited {PATIENCE} s in vain for {what}")


class Process:
    """A child whose output goes to a file."""

    def __init__(self, command, log_path):
        self.log_path = pathlib.Path(log_path)
        with open(log_path, "ab") as log:
            self.child = subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT)

    def log(self):
        return self.log_path.read_text(errors="replace")

    def wait_for_line(self, pattern):
        """The match of `pattern` in the output."""

        def look():
            found = re.search(pattern, self.log())
            if not found and self.child.poll() is not None:
                raise AssertionError(f"ended with {self.child.returncode}:\n{self.log()}")
            return found

        return wait_for(look, f"{pattern!r} in:\n{self.log()}")

    def stop(self, how=signal.SIGTERM):
        if self.child.poll() is None:
            self.child.send_signal(how)
        return self.child.wait(PATIENCE)


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)


def request(url, method="GET", body=None, headers=None):
    """Never raises for an HTTP status."""
    sent = urllib.request.Request(url, data=body, headers=headers or {}, method=method)
    try:
        with urllib.request.urlopen(sent, timeout=PATIENCE) as got:
            return Answer(got.status, got.headers, got.read())
    except urllib.error.HTTPError as error:
        return Answer(error.code, error.headers, error.read())


class Server(Process):
    """The server under test. start() may be called again after it ended: the data stays."""

    def __init__(self, folder, config, *flags):
        self.folder = pathlib.Path(folder)
        self.config = self.folder / "prometheus.yml"
        self.config.write_text(config)
        self.flags = flags
        self.url = None
        self.start()

    def command(self):
        return [BINARY, f"--config.file={self.config}", f"--storage.tsdb.path={self.folder / 'data'}",
                "--web.listen-address=127.0.0.1:0", *self.flags]

    def start(self):
        log = self.folder / f"narthex-{time.monotonic_ns()}.log"
        super().__init__(self.command(), log)
        self.wait_for_line("Server is ready to receive web requests")
        self.url = "http://127.0.0.1:" + self.wait_for_line(r'msg="Listening on" port=(\d+)').group(1)

    def stop(self, how=signal.SIGTERM):
        code = super().stop(how)
        log = self.log()
        assert not FINDING.search(log), log
        return code

    def get(self, path, **parameters):
        query = urllib.parse.urlencode(parameters, doseq=True)
        return request(self.url + path + ("?" + query if query else ""))

    def query(self, text, **parameters):
        """The result of an instant query; fails on any error."""
        answer = self.get("/api/v1/query", query=text, **parameters).json()
        assert answer["status"] == "success", answer
        return answer["data"]["result"]

    def value(self, text, **parameters):
        """The value of the only series of an instant query, None if there is none."""
        result = self.query(text, **parameters)
        assert len(result) <= 1, result
        return float(result[0]["value"][1]) if result else None

    def metric(self, name):
        """One of the server's own metrics."""
        found = re.search(rf"^{re.escape(name)} (\S+)$", self.get("/metrics").body.decode(), re.M)
        return float(found.group(1)) if found else None


class Target:
    """An HTTP server whose answers a test decides: serve(path) → body or (status, body)."""

    def __init__(self, serve):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                answer = serve(self.path)
                status, body = answer if isinstance(answer, tuple) else (200, answer)
                body = body.encode() if isinstance(body, str) else body
                self.send_response(status)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = "127.0.0.1:%d" % self.server.server_port
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)  # s until it ends
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Recorder(Target):
    """Stands between the server and a real target, and remembers every body that was scraped."""

    def __init__(self, address):
        self.bodies = []

        def serve(path):
            body = request(f"http://{address}{path}").body
            self.bodies.append(body.decode())
            return body

        super().__init__(serve)


def config_for(*addresses, interval="1s", job="test", extra=""):
    targets = ", ".join(f'"{address}"' for address in addresses)
    return (f"global:\n  scrape_interval: {interval}\n  scrape_timeout: {interval}\n"
            f"scrape_configs:\n  - job_name: {job}\n    static_configs:\n      - targets: [{targets}]\n{extra}")


class Case(unittest.TestCase):
    """A test with a folder of its own, in which everything started is ended."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="narthex-test-"))
        self.cleanup = contextlib.ExitStack()
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.addCleanup(self.cleanup.close)

    def keep(self, thing):
        self.cleanup.callback(thing.stop)
        return thing

    def server(self, config, *flags):
        return self.keep(Server(self.folder, config, *flags))

    def target(self, serve):
        return self.keep(Target(serve))

    def run_to_end(self, *arguments):
        """Exit code, stdout and stderr of the binary."""
        done = subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=PATIENCE, cwd=ROOT)
        return done.returncode, done.stdout, done.stderr


def main():
    program = unittest.main(module="__main__", exit=False, verbosity=2)
    result = program.result
    if result.testsRun == len(result.skipped) and result.wasSuccessful():
        sys.exit(77)
    sys.exit(not result.wasSuccessful())
