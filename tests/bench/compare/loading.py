"""Measures of a server into which a day of history is loaded through remote write."""
import json
import subprocess
import time

import queries
from processes import Failed, die_with_parent, disk_bytes, keep
from systems import get

DAY = 86400


def encode(history, file, settings):
    """Writes the requests, once for all servers; what the file holds."""
    interval = DAY / settings.history_samples
    start = int((time.time() - DAY - 60) * 1000)
    done = subprocess.run([history, "encode", file, "--targets", str(settings.history_targets), "--series",
                           str(settings.history_series // settings.history_targets), "--samples",
                           str(settings.history_samples), "--interval-ms", str(int(interval * 1000)), "--per-request",
                           str(settings.per_request), "--start-ms", str(start), "--seed", str(settings.seed)],
                          capture_output=True, text=True, check=True, preexec_fn=die_with_parent)
    told = json.loads(done.stdout)
    told["file_bytes"] = file.stat().st_size
    told["times"] = (start / 1000, start / 1000 + DAY)
    return told


def send(history, file, system):
    done = subprocess.run([history, "send", file, f"http://127.0.0.1:{system.port}{system.write_path}"],
                          capture_output=True, text=True, preexec_fn=die_with_parent)
    told = json.loads(done.stdout) if done.stdout else {"refusal": done.stderr.strip()[:200]}
    if told["refusal"]:
        raise Failed(told["refusal"].strip())
    return told


def wrong_samples(system, day):
    """How many of the samples to check are other numbers than were sent, or not there; and how many there are."""
    wrong = total = 0
    for series in day["check"]:
        selector = ",".join(f"{name}={json.dumps(value)}" for name, value in series["labels"].items())
        found = system.query(f"{{{selector}}}[{DAY + 600}s]", time=day["times"][1] + 120)
        values = {round(float(at) * 1000): float(text) for entry in found for at, text in entry["values"]}
        total += len(series["samples"])
        wrong += sum(values.get(at) != float(text) for at, text in series["samples"])
    return wrong, total


def count_samples(system, day):
    """Name after name, since without their names two series may have the same labels."""
    total = 0
    for name in day["names"]:
        result = system.query(f"sum(count_over_time({name}[{DAY + 600}s]))", time=day["times"][1] + 120)
        total += float(result[0]["value"][1]) if result else 0
    return total


def seconds_to_return(system, day):
    """kill -9, then until a query finds the newest samples."""
    system.kill()
    begin = time.monotonic()
    system.start()
    path = system.query_path("count(node_systemd_unit_state)", time=day["times"][1])
    while time.monotonic() - begin < 120:
        if not system.child.running():
            raise Failed(f"did not come back: {system.child.last_words()}")
        status, body = get(system.port, path)
        if status == 200 and json.loads(body)["data"]["result"]:
            return time.monotonic() - begin
        time.sleep(0.01)
    raise Failed("not back in 120 s")


def load(system, history, file, day, out):
    million = day["samples"] / 1e6
    cpu = system.child.cpu_seconds()
    sent = send(history, file, system)
    out["load_cpu"] = (system.child.cpu_seconds() - cpu) / million
    system.child.wait_until_idle()
    out["load_and_after_cpu"] = (system.child.cpu_seconds() - cpu) / million
    out["samples_per_second"] = day["samples"] / sent["seconds"]
    out["sender_cpu"] = sent["sender_cpu_seconds"] / million
    out["peak"] = system.child.memory()[1]


def take_measures(system, settings, history, file, day, out):
    system.start()
    system.wait_until_up()
    load(system, history, file, day, out)
    system.settle()
    out["resident"] = system.child.memory()[0]
    keep(out, "stored", lambda: count_samples(system, day))
    keep(out, "wrong", lambda: wrong_samples(system, day))
    start, end = day["times"]
    out["queries"] = queries.run(system, queries.Times(start, end, 120, 300), settings.query_seconds)
    sealed = system.sealed(day["samples"])
    if sealed:
        out["sealed"], out["sealed_share"] = sealed[0] / sealed[1], sealed[1] / day["samples"]
    keep(out, "ready", lambda: seconds_to_return(system, day))
    system.stop()
    whole = disk_bytes(system.data)
    out["disk"] = whole / day["samples"]
    out["disk_without_log"] = (whole - system.log_bytes()) / day["samples"]


def measure(kind, binary, folder, settings, history, file, day):
    system = kind(binary, folder / kind.name, {"scrape_configs": []})
    out = {}
    try:
        keep(out, "failed", lambda: take_measures(system, settings, history, file, day, out))
    finally:
        system.stop()
    return out
