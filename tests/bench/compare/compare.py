#!/usr/bin/env python3
"""Narthex, Debian's prometheus and Debian's victoria-metrics, one after the other, on the same simulated targets and the
same day of history; prints one table, and writes it as JSON. docs/benchmarks.md says what is measured, and how.

    make bench-compare                     # 25 minutes at most
    make bench-compare ARGS=--quick        # 4 minutes, smaller: to see that all of it works

Everything runs on 127.0.0.1 in a temporary folder that is removed, and is ended with it, however it ends.
"""
import argparse
import json
import os
import pathlib
import platform
import shutil
import signal
import sys
import tempfile
import time

import loading
import report
import scraping
import systems
import table

ROOT = pathlib.Path(__file__).resolve().parents[3]
PREFIX = "narthex-compare-"
CASES = ("mixed", "cadvisor", "churn")
QUICK = {"targets": 50, "series": 500, "seconds": 12.0, "short_seconds": 8.0, "gzip_seconds": 4.0,
         "history_targets": 2, "history_series": 600, "history_samples": 2880, "query_seconds": 0.3}


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--build", type=pathlib.Path, default=ROOT / "build/release", help="where narthex and the simulator were built")
    add("--out", type=pathlib.Path, default=ROOT / "build/bench-compare.json", help="the table as JSON")
    add("--quick", action="store_true", help="small and short; numbers given explicitly still count")
    add("--only", choices=[*CASES, "history"], action="append", help="this part alone (repeatable)")
    add("--systems", default=",".join(kind.name for kind in systems.ALL), help="which, separated by commas")
    add("--targets", type=int, default=100)
    add("--series", type=int, default=1000, help="per target")
    add("--interval", type=float, default=0.5, help="seconds from scrape to scrape")
    add("--seconds", type=float, default=120, help="of the mixed case, a quarter of it to warm up")
    add("--short-seconds", type=float, default=48, help="of the other cases")
    add("--gzip-seconds", type=float, default=12, help="of each case again with compressed bodies; 0 leaves it out")
    add("--query-seconds", type=float, default=1.0, help="for which each query is asked again and again")
    add("--scrapes-per-hour", type=int, default=40, help="churn: in so many scrapes a tenth of the series is replaced")
    add("--history-targets", type=int, default=10)
    add("--history-series", type=int, default=3500, help="in all")
    add("--history-samples", type=int, default=5760, help="per series, over one day")
    add("--per-request", type=int, default=10, help="samples of a series in a request of remote write")
    add("--seed", type=int, default=1)
    given, _ = parser.parse_known_args()
    if given.quick:
        parser.set_defaults(**QUICK)
    return parser.parse_args()


def binaries(settings):
    places = {"narthex": settings.build / "narthex"}
    chosen = {}
    unknown = set(settings.systems.split(",")) - {kind.name for kind in systems.ALL}
    if unknown:
        sys.exit(f"compare: no system {', '.join(sorted(unknown))}; there are: "
                 f"{', '.join(kind.name for kind in systems.ALL)}")
    for kind in systems.ALL:
        if kind.name not in settings.systems.split(","):
            continue
        path = places.get(kind.name, ROOT / "build/peers" / kind.name)
        if not path.exists():
            sys.exit(f"compare: no {path}: make bench-compare builds and unpacks it")
        chosen[kind] = path
    return chosen


def say(text):
    print(f"[{time.strftime('%H:%M:%S')}] {text}", flush=True)


def run_case(case, settings, chosen, folder):
    results = {}
    for kind, binary in chosen.items():
        say(f"{case}: {kind.name}")
        place = folder / f"{case}-{kind.name}"
        place.mkdir()
        results[kind.name] = scraping.measure(kind, binary, place, case, settings,
                                              settings.build / "tests/bench/simulate_targets")
        shutil.rmtree(place, ignore_errors=True)
    facts = next((found for found in results.values() if "memory" in found), None)
    title = f"{case}: nothing was measured"
    if facts:
        memory, plain = facts["memory"], facts["plain"]
        title = (f"{case}: {settings.targets} targets, {memory['series']} series, every {settings.interval:g} s; "
                 f"{plain['changed']:.0%} of values change per scrape, {plain['bytes_per_sample']:.0f} bytes a line; "
                 f"memory after {memory['scrapes']:.0f} scrapes")
        if case == "churn":
            title += f", {memory['replaced_series']} series replaced (a tenth in {settings.scrapes_per_hour} scrapes)"
    return title, report.scraping_rows(case, results), report.series_found(results)


def run_history(settings, chosen, folder):
    say("history: encoding")
    program, file = settings.build / "tests/bench/history", folder / "history.bin"
    day = loading.encode(program, file, settings)
    results = {}
    for kind, binary in chosen.items():
        say(f"history: {kind.name}")
        results[kind.name] = loading.measure(kind, binary, folder / "history", settings, program, file, day)
        shutil.rmtree(folder / "history", ignore_errors=True)
    file.unlink()
    title = (f"history: one day, {day['series']} series, {day['samples']} samples, remote write 1.0, "
             f"{settings.per_request} samples of a series per request, {day['file_bytes'] / day['samples']:.2f} bytes per "
             f"sample on the wire; {day['full_mantissa_series']} series with full mantissas are "
             f"{day['full_mantissa_entropy_bytes_per_sample'] / day['entropy_bytes_per_sample']:.0%} of the entropy")
    return title, report.history_rows(day, results), report.series_found(results)


def run(settings, folder):
    chosen = binaries(settings)
    wanted = settings.only or [*CASES, "history"]
    begin = time.monotonic()
    sections, different = [], []
    for part in wanted:
        title, rows, found = (run_history(settings, chosen, folder) if part == "history" else
                              run_case(part, settings, chosen, folder))
        sections.append((title, rows))
        different += [f"{part}: {line}" for line in found]
    names = [kind.name for kind in chosen]
    print("\n".join(table.render(sections, names)))
    if different:
        print("Queries whose answers have different numbers of series:", *different, sep="\n  ")
    machine = {"cpus": os.cpu_count(), "machine": platform.machine(), "load": os.getloadavg(),
               "seconds": time.monotonic() - begin}
    print(f"{machine['cpus']} CPUs, load average at the end {machine['load'][0]:.1f}; took {machine['seconds']:.0f} s")
    arguments = {key: str(value) if isinstance(value, pathlib.Path) else value for key, value in vars(settings).items()}
    settings.out.parent.mkdir(parents=True, exist_ok=True)
    settings.out.write_text(json.dumps({"settings": arguments, "machine": machine, "different_series": different,
                                        "rows": table.as_json(sections, names)}, indent=1) + "\n")
    print(f"written to {settings.out}")


def remove_left_behind():
    """Folders of comparisons that were killed; the name has the process."""
    for folder in pathlib.Path(tempfile.gettempdir()).glob(PREFIX + "*"):
        if not pathlib.Path("/proc", folder.name[len(PREFIX):].partition("-")[0]).exists():
            shutil.rmtree(folder, ignore_errors=True)


def main():
    settings = read_arguments()
    # A request to end is an exception, so that `finally` ends what was started. Children also die with this process.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    remove_left_behind()
    with tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-", ignore_cleanup_errors=True) as folder:
        run(settings, pathlib.Path(folder))


if __name__ == "__main__":
    main()
