"""Measures of a server that scrapes the simulated targets of one case."""
import time

import queries
from processes import Failed, disk_bytes, keep, wait_for
from simulator import Simulator

NUMBER = "bench_scrape_number"
VISIBLE_AFTER = 2.0  # seconds after which everyone shows what was scraped; VictoriaMetrics buffers for one


def stored_numbers(system, seconds):
    """By target, the (time, number) of the scrapes that a query finds."""
    found = {}
    for series in system.query(f"{NUMBER}[{int(seconds) + 60}s]"):
        host = int(series["metric"]["instance"].rpartition("-")[2])
        # VictoriaMetrics shows the stale markers of failed scrapes too.
        found[host] = [(float(at), int(float(value))) for at, value in series["values"] if value != "NaN"]
    return found


def cpu_per_million(system, simulator, seconds):
    before, cpu = simulator.stats(), system.child.cpu_seconds()
    time.sleep(seconds)
    after, used = simulator.stats(), system.child.cpu_seconds() - cpu
    samples = after["samples"] - before["samples"]
    if not samples or not system.child.running():
        raise Failed(f"scraped nothing: {system.child.last_words()}")
    compressed = after["compressed"] - before["compressed"]
    return {"cpu": used / samples * 1e6, "samples": samples,
            "simulator_cpu": (after["cpu_seconds"] - before["cpu_seconds"]) / samples * 1e6,
            "changed": (after["changed"] - before["changed"]) / samples,
            "bytes_per_sample": (after["bytes"] - before["bytes"]) / samples,
            "compressed": compressed / (after["scrapes"] - before["scrapes"])}


def completeness(system, simulator, begin):
    """Whether what was served is there: scrapes by number, and what the server says that a scrape had."""
    served = simulator.stats()["served"]
    per_target = simulator.stats()["series"] / len(served)
    time.sleep(VISIBLE_AFTER)
    stored = stored_numbers(system, time.time() - begin)
    there = sum(len({n for _, n in stored.get(i, ()) if n <= k}) for i, k in enumerate(served))
    counted = float(system.query("sum(scrape_samples_scraped)")[0]["value"][1])
    return {"scrapes_served": sum(served), "scrapes_stored": there,
            "samples_told_per_scrape": counted / len(served), "samples_served_per_scrape": per_target,
            "failed_scrapes": failed_scrapes(system, time.time() - begin)}


def failed_scrapes(system, seconds):
    found = system.query(f"up[{int(seconds) + 60}s]")
    return sum(value == "0" for series in found for _, value in series["values"])


def kill_and_return(system, simulator, begin, interval):
    """kill -9 under load: seconds until a query finds samples again, and what was lost."""
    before = stored_numbers(system, time.time() - begin)
    served = simulator.stats()["served"]
    killed = time.time()
    system.kill()
    started = time.monotonic()
    system.start()

    def answers():
        if not system.child.running():
            raise Failed(f"did not come back: {system.child.last_words()}")
        try:
            return system.query("count(up)")
        except Failed:
            return False

    wait_for(answers, "the server to come back", every=0.01)
    ready = time.monotonic() - started
    # Prometheus takes some seconds to find its targets again, so the wait is for scrapes and not for a time.
    wait_for(lambda: all(new > old for new, old in zip(simulator.stats()["served"], served)), "scrapes to go on")
    time.sleep(4 * interval + VISIBLE_AFTER)
    after = stored_numbers(system, time.time() - begin)
    acknowledged = sum(len(set(numbers) - set(after.get(host, ()))) for host, numbers in before.items())
    missing = sum(k - len({n for _, n in after.get(i, ()) if n <= k}) for i, k in enumerate(served))
    return {"ready": ready, "lost_acknowledged": acknowledged, "lost_served": missing,
            "gap": max((gap_around(killed, numbers) for numbers in after.values()), default=0) - interval}


def gap_around(moment, numbers):
    """Seconds between the last sample before and the first one after."""
    times = sorted(at for at, _ in numbers)
    before = [at for at in times if at < moment]
    after = [at for at in times if at >= moment]
    return after[0] - before[-1] if before and after else float("inf")


def resources(system, simulator):
    """Of the whole process, by series that are exposed."""
    resident, peak = system.child.memory()
    stats = simulator.stats()
    return {"series": stats["series"], "resident": resident / stats["series"], "peak": peak / stats["series"],
            "replaced_series": stats["replaced_series"], "scrapes": stats["scrapes"] / len(stats["served"])}


def compressed(system, simulator, settings):
    simulator.gzip(True)
    time.sleep(2 * settings.interval)
    measured = cpu_per_million(system, simulator, settings.gzip_seconds)
    simulator.gzip(False)
    return measured


def query_times(seconds, interval):
    """The second half of what was scraped, in about as many steps as a graph has; rates over eight scrapes."""
    end = time.time() - VISIBLE_AFTER
    return queries.Times(end - seconds / 2, end, interval * 2, max(2, int(interval * 8)))


def take_measures(system, simulator, case, settings, out):
    seconds = settings.seconds if case == "mixed" else settings.short_seconds
    begin = time.time()
    system.start()
    system.wait_until_up()
    wait_for(lambda: min(simulator.stats()["served"]) > 0, "every target to be scraped")
    warm_up = seconds / 4  # of the scrapes, which do not begin equally soon
    time.sleep(warm_up)
    out["plain"] = cpu_per_million(system, simulator, seconds - warm_up)
    out["memory"] = resources(system, simulator)
    keep(out, "complete", lambda: completeness(system, simulator, begin))
    if settings.gzip_seconds and (case == "mixed" or not settings.quick):
        keep(out, "gzip", lambda: compressed(system, simulator, settings))
    if case == "mixed":
        out["queries"] = queries.run(system, query_times(seconds, settings.interval),
                                     settings.query_seconds)
        keep(out, "kill", lambda: kill_and_return(system, simulator, begin, settings.interval))
    samples = simulator.stats()["samples"]
    system.stop()
    out["disk"] = disk_bytes(system.data) / samples


def measure(kind, binary, folder, case, settings, simulate):
    """All measures of one server in one case; a Failed instead of each that cannot be had."""
    simulator = Simulator(simulate, folder, case, settings)
    system = kind(binary, folder / kind.name, simulator.config(settings.interval))
    out = {}
    try:
        keep(out, "failed", lambda: take_measures(system, simulator, case, settings, out))
    finally:
        system.stop()
        simulator.stop()
    return out
