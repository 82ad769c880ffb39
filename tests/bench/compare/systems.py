"""The three servers: how each is started, asked, and brought to rest."""
import http.client
import json
import pathlib
import socket
import time
import urllib.parse

from processes import Child, Failed, disk_bytes, wait_for


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(port, path, timeout=120):
    """Status and body of a GET on loopback."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException) as error:
        return 0, str(error).encode()
    finally:
        connection.close()


class System:
    """One server with a folder of its own. kill() and start() again keep the data."""

    name = ""
    write_path = "/api/v1/write"

    def __init__(self, binary, folder, config):
        self.binary = binary
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        self.data = self.folder / "data"
        self.config = self.folder / "scrape.yml"
        self.config.write_text(json.dumps(config))
        self.port = free_port()
        self.child = None

    def start(self):
        self.child = Child(self.command(), self.folder / "log")

    def stop(self):
        if self.child:
            self.child.stop()

    def kill(self):
        self.child.kill()

    def command(self):
        return [self.binary, f"--config.file={self.config}", f"--storage.tsdb.path={self.data}",
                f"--web.listen-address=127.0.0.1:{self.port}", "--web.enable-remote-write-receiver"]

    def wait_until_up(self):
        def up():
            if not self.child.running():
                raise Failed(f"ended: {self.child.last_words()}")
            return get(self.port, self.query_path("vector(1)"))[0] == 200

        wait_for(up, f"{self.name} to answer", every=0.02)

    def query_path(self, text, **parameters):
        kind = "query_range" if "step" in parameters else "query"
        return f"/api/v1/{kind}?" + urllib.parse.urlencode({"query": text, **parameters})

    def query(self, text, **parameters):
        """The result; Failed with the server's words."""
        status, body = get(self.port, self.query_path(text, **parameters))
        if status != 200:
            raise Failed(f"HTTP {status}: {body.decode(errors='replace').strip()[:200]}")
        return json.loads(body)["data"]["result"]

    def settle(self):
        """Lets it do with loaded history what it does by itself, or with its own means. Failed never."""
        self.child.wait_until_idle()

    def log_bytes(self):
        """Of the disk, what is a log of samples not yet in their last form. Asked after its end."""
        raise NotImplementedError

    def sealed(self, loaded):
        """Bytes and samples of what is in its last form, of `loaded` samples; None if it does not tell. Asked while it
        runs."""
        raise NotImplementedError


class Narthex(System):
    name = "narthex"

    def log_bytes(self):
        return disk_bytes(self.data, lambda path: path.endswith(".log"))

    def sealed(self, loaded):
        status, body = get(self.port, "/api/v1/status/tsdb/blocks")
        blocks = json.loads(body)["data"]["blocks"] if status == 200 else []
        samples = sum(block.get("stats", {}).get("numSamples", 0) for block in blocks)
        return (disk_bytes(self.data, lambda path: path.endswith(".sst")), samples) if samples else None


class Prometheus(System):
    name = "prometheus"

    def settle(self):
        """It compacts by itself while more than three hours are in its head."""
        super().settle()
        wait_for(lambda: self.metric("head_max_time") - self.metric("head_min_time") <= 3 * 3600e3,
                 "prometheus to compact its head")
        super().settle()

    def metric(self, name):
        body = get(self.port, "/metrics")[1].decode()
        line = next(line for line in body.splitlines() if line.startswith(f"prometheus_tsdb_{name} "))
        return float(line.split()[1])

    def log_bytes(self):
        return disk_bytes(self.data, lambda path: path.split("/")[0] in ("wal", "wbl", "chunks_head"))

    def sealed(self, loaded):
        metas = [json.loads(path.read_text()) for path in self.data.glob("*/meta.json")]
        samples = sum(meta["stats"]["numSamples"] for meta in metas)
        blocks = {meta["ulid"] for meta in metas}
        return (disk_bytes(self.data, lambda path: path.split("/")[0] in blocks), samples) if samples else None


class VictoriaMetrics(System):
    name = "victoria-metrics"

    def command(self):
        return [self.binary, f"-promscrape.config={self.config}", f"-storageDataPath={self.data}",
                f"-httpListenAddr=127.0.0.1:{self.port}", "-retentionPeriod=1",
                # By default a range query shows nothing of the last 30 s, which here may be all there is.
                "-search.latencyOffset=1s", "-search.maxUniqueTimeseries=10000000"]

    def query_path(self, text, **parameters):
        # Without `nocache` an instant query is about an earlier time, and a range query is answered from kept results.
        return super().query_path(text, nocache=1, **parameters)

    def settle(self):
        super().settle()
        get(self.port, "/internal/force_flush")
        get(self.port, "/internal/force_merge")
        time.sleep(1)
        super().settle()

    def log_bytes(self):
        return 0  # it has none

    def sealed(self, loaded):
        """All of it, after the merge that was asked for."""
        return disk_bytes(self.data, lambda path: path.split("/")[0] in ("data", "indexdb")), loaded


ALL = [Narthex, Prometheus, VictoriaMetrics]
