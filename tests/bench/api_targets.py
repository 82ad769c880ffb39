#!/usr/bin/env python3
"""How long /api/v1/targets takes for 10,000 targets, measured with curl, and what it costs in memory.

    NARTHEX=build/release/narthex python3 tests/bench/api_targets.py [targets]

All targets are ports of this machine where nobody listens, scraped every 30 s, so that each has an error to show.
"""
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
import harness  # noqa: E402

RUNS = 20
REQUESTS = [
    ("all", "/api/v1/targets", []),
    ("all, compressed", "/api/v1/targets", ["--compressed"]),
    ("one page of 100", "/api/v1/targets?limit=100", []),
    ("health=up (none)", "/api/v1/targets?health=up", []),
    ("search, one found", "/api/v1/targets?search=127.1.7.7:1", []),
    ("match[], one found", "/api/v1/targets?match%5B%5D=%7Binstance%3D%22127.1.7.7%3A1%22%7D", []),
]


def config(count):
    targets = ", ".join(f'"127.1.{i // 250}.{i % 250 + 1}:1"' for i in range(count))
    return ("global: {scrape_interval: 30s, scrape_timeout: 10s}\nscrape_configs:\n  - job_name: node\n"
            "    static_configs:\n      - labels: {env: prod, dc: fra1, team: infrastructure}\n"
            f"        targets: [{targets}]\n")


def resident(server, key):
    status = pathlib.Path(f"/proc/{server.child.pid}/status").read_text()
    return int(re.search(rf"^{key}:\s+(\d+) kB", status, re.M).group(1)) / 1024


def curl(url, options):
    """Seconds and bytes."""
    done = subprocess.run(["curl", "-sS", "-o", "/dev/null", "-w", "%{time_total} %{size_download} %{http_code}", *options, url],
                          capture_output=True, text=True, check=True)
    seconds, size, status = done.stdout.split()
    assert status == "200", done.stdout
    return float(seconds), int(size)


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory(prefix="narthex-bench-") as folder:
        server = harness.Server(folder, config(count))
        try:
            harness.wait_for(lambda: server.get("/api/v1/targets", health="unknown", limit=1).json()["data"]["activeTargets"]
                             == [], "every target to have been scraped")
            before = resident(server, "VmRSS")
            print(f"{count} targets, all down; {before:.0f} MB resident before")
            for name, path, options in REQUESTS:
                runs = [curl(server.url + path, options) for _ in range(RUNS)]
                times = sorted(seconds * 1000 for seconds, _ in runs)
                print(f"{name:20} median {statistics.median(times):6.1f} ms  worst {times[-1]:6.1f} ms  "
                      f"{runs[0][1]:>9} bytes")
            print(f"{resident(server, 'VmHWM'):.0f} MB resident at most")
        finally:
            server.stop()


if __name__ == "__main__":
    main()
