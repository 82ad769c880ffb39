"""Ten queries, each as a dashboard or an alert would ask it, and how long they take."""
import http.client
import json
import statistics
import time

from processes import Failed

# Name, expression, whether over a range. {w} is the window of a rate, {all} the whole time of the data.
QUERIES = [
    ("one series", 'node_load{{instance="host-1",over="1m"}}', False),
    ("a metric of all targets", "node_filesystem_readonly", False),
    ("regex on names and instances", '{{__name__=~"node_network_.*_total",instance=~"host-[0-3]"}}', False),
    ("sum by (instance) of rates", "sum by (instance) (rate(app_http_requests_total[{w}]))", False),
    ("topk(10) of rates", "topk(10, rate(node_network_receive_bytes_total[{w}]))", False),
    ("max_over_time of all", "max_over_time(app_queue_latency_milliseconds[{all}])", False),
    ("range: a gauge", 'node_memory_bytes{{kind="Active"}}', True),
    ("range: rates", 'rate(node_cpu_seconds_total{{mode="idle"}}[{w}])', True),
    ("range: sum by (code) of rates", "sum by (code) (rate(app_http_requests_total[{w}]))", True),
    ("range: histogram_quantile",
     "histogram_quantile(0.95, sum by (le) (rate(app_http_request_duration_seconds_bucket[{w}])))", True),
]
MOST_RUNS = 400


class Times:
    """Of what is asked: from `start` to `end`, in steps, with rates over `window`; seconds."""

    def __init__(self, start, end, step, window):
        self.start, self.end, self.step, self.window = start, end, step, window

    def path(self, system, text, ranged):
        text = text.format(w=f"{self.window}s", all=f"{int(self.end - self.start)}s")
        if ranged:
            return system.query_path(text, start=self.start, end=self.end, step=self.step)
        return system.query_path(text, time=self.end)


def ask(connection, path):
    begin = time.perf_counter()
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    took = time.perf_counter() - begin
    if answer.status != 200:
        raise Failed(f"HTTP {answer.status}: {body.decode(errors='replace').strip()[:160]}")
    return took, body


def run_one(system, path, seconds):
    """Median seconds, CPU seconds per run, and how many series came."""
    connection = http.client.HTTPConnection("127.0.0.1", system.port, timeout=120)
    try:
        body = ask(connection, path)[1]
        times = []
        cpu = system.child.cpu_seconds()
        while len(times) < 3 or (len(times) < MOST_RUNS and sum(times) < seconds):
            times.append(ask(connection, path)[0])
        cpu = (system.child.cpu_seconds() - cpu) / len(times)
    except (OSError, http.client.HTTPException) as error:
        raise Failed(str(error)) from error
    finally:
        connection.close()
    result = json.loads(body)["data"]["result"]
    return statistics.median(times), cpu, len(result)


def run(system, times, seconds):
    """By name: {latency, cpu, series}, or a Failed; each is asked for so long, at least three times."""
    out = {}
    for name, text, ranged in QUERIES:
        try:
            latency, cpu, series = run_one(system, times.path(system, text, ranged), seconds)
            out[name] = {"latency": latency, "cpu": cpu, "series": series}
        except Failed as failure:
            out[name] = failure
    return out
