"""Which measures become which rows, and what is aimed at."""
import queries
from processes import Failed
from table import OURS, PROMETHEUS, VICTORIA, Row

CPU = {PROMETHEUS: 1 / 8, VICTORIA: 1 / 12}
MEMORY = {PROMETHEUS: 1 / 6, VICTORIA: 1 / 2.5}
DISK = {PROMETHEUS: 1 / 2, VICTORIA: 1}
RESTART = {PROMETHEUS: 1 / 5}
LOAD = {PROMETHEUS: 1 / 3}
NOTHING_LOST = 0
ROUNDING = 1.1  # times the entropy: the aim where a peer is smaller because it rounds


def pick(results, *path):
    """By server: the measure at a path, or the failure on the way to it, or None where it was not taken."""
    out = {}
    for system, found in results.items():
        whole = found
        for key in path:
            if isinstance(found, Failed) or found is None:
                break
            found = found.get(key) if isinstance(found, dict) else found[key]
        if found is None and isinstance(whole, dict) and whole.get("failed"):
            found = whole["failed"]
        out[system] = found
    return out


def megabytes(values):
    return {system: value / 1e6 if isinstance(value, (int, float)) else value for system, value in values.items()}


def query_rows(results, key, scale, unit):
    return [Row(f"{unit} {name}", {system: value * scale if isinstance(value, float) else value
                                   for system, value in pick(results, "queries", name, key).items()})
            for name, _, _ in queries.QUERIES]


def series_found(results):
    """Where the servers' answers have other numbers of series: per query."""
    different = []
    for name, _, _ in queries.QUERIES:
        counts = {system: value for system, value in pick(results, "queries", name, "series").items()
                  if isinstance(value, int)}
        if len(set(counts.values())) > 1:
            different.append(f"{name}: " + ", ".join(f"{system} {count}" for system, count in counts.items()))
    return different


def scraping_rows(case, results):
    rows = [Row("CPU s per million samples", pick(results, "plain", "cpu"), CPU, digits=3),
            Row("CPU s per million samples, gzip", pick(results, "gzip", "cpu"), CPU, digits=3),
            Row("resident bytes per series", pick(results, "memory", "resident"), MEMORY, digits=0),
            Row("peak bytes per series", pick(results, "memory", "peak"), MEMORY, digits=0),
            Row("disk bytes per sample at the end", pick(results, "disk"), digits=3)]
    if case == "mixed":
        rows += [Row("seconds until it answers after kill -9", pick(results, "kill", "ready"), RESTART, digits=3),
                 Row("acknowledged scrapes lost by it", pick(results, "kill", "lost_acknowledged"),
                     limit=NOTHING_LOST, digits=0),
                 Row("served scrapes lost by it", pick(results, "kill", "lost_served"), digits=0),
                 Row("seconds of gap beyond the interval", pick(results, "kill", "gap"), digits=2)]
    rows += [Row("fair: scrapes served", pick(results, "complete", "scrapes_served"), digits=0),
             Row("fair: of them stored", pick(results, "complete", "scrapes_stored"), digits=0),
             Row("fair: samples served per scrape", pick(results, "complete", "samples_served_per_scrape"), digits=0),
             Row("fair: samples told per scrape", pick(results, "complete", "samples_told_per_scrape"), digits=0),
             Row("fair: failed scrapes told", pick(results, "complete", "failed_scrapes"), digits=0),
             Row("simulator's own CPU s per million", pick(results, "plain", "simulator_cpu"), digits=3)]
    if any(results_of.get("gzip") for results_of in results.values()):
        rows.append(Row("fair: share of bodies compressed, gzip", pick(results, "gzip", "compressed"), digits=2))
    else:
        rows = [row for row in rows if not row.name.endswith("gzip")]
    if case == "mixed":
        rows += query_rows(results, "latency", 1000, "ms:")
    return rows


def history_rows(day, results):
    entropy = day["entropy_bytes_per_sample"]
    wrong = {system: value if isinstance(value, Failed) or value is None else value[0]
             for system, value in pick(results, "wrong").items()}
    disk = Row("disk bytes per sample, what is sealed", pick(results, "sealed"), DISK, digits=3)
    rounded = isinstance(wrong.get(VICTORIA), int) and wrong[VICTORIA] > 0
    if disk.verdict() == "MISSED V" and rounded and disk.value(OURS) is not None:
        disk = Row(disk.name, disk.values, {PROMETHEUS: DISK[PROMETHEUS]}, ROUNDING * entropy, 3,
                   f"victoria-metrics rounded values, so instead of its size the aim is {ROUNDING} times the entropy")
    rows = [Row("CPU s per million samples, while loading", pick(results, "load_cpu"), LOAD, digits=3),
            Row("CPU s per million, until it rests", pick(results, "load_and_after_cpu"), LOAD, digits=3),
            Row("samples per second taken", pick(results, "samples_per_second"), digits=0),
            Row("sender's own CPU s per million", pick(results, "sender_cpu"), digits=3),
            Row("peak MB", megabytes(pick(results, "peak")), digits=0),
            Row("resident MB afterwards", megabytes(pick(results, "resident")), digits=0),
            disk,
            Row("share of samples that is sealed", pick(results, "sealed_share"), digits=3),
            Row("disk bytes per sample, whole folder", pick(results, "disk"), digits=3),
            Row("disk bytes per sample, without logs", pick(results, "disk_without_log"), digits=3),
            Row("entropy of the data, bytes per sample", {system: entropy for system in results}, digits=3),
            Row("seconds until it answers after kill -9", pick(results, "ready"), RESTART, digits=3),
            Row("fair: samples sent", {system: day["samples"] for system in results}, digits=0),
            Row("fair: samples stored", pick(results, "stored"), digits=0),
            Row("checked samples that came back wrong", wrong, limit=NOTHING_LOST, digits=0)]
    rows += query_rows(results, "latency", 1000, "ms:")
    rows += query_rows(results, "cpu", 1000, "CPU ms:")
    return rows
