"""Scrape spec, sections 7.3 and 9 to 11: targets and jobs that go, change and come while their series are looked at."""
import time

import harness
from reference.rows import INTERVAL, Row, See, Tables, field
from reference.view import REPORTS

NEWER = "since 2.48"
BASIC_REPORTS = REPORTS[:5]


def visible(series, want, **differs):
    """Whether an instant query shows the series now."""
    return See(f"{series} now", lambda view, row: bool(view.server.query(view.selector(series))), want, **differs)


def reports_visible(labels, want):
    return See("reports now", lambda view, row: {
        bool(view.server.query(view.selector(name + labels))) for name in BASIC_REPORTS}, {want})


def marker_offset(view, series):
    """How many tenths of an interval behind the last sample its marker stands."""
    last = view.samples(series)[-1][0]
    for tenth in range(1, 50):
        if not view.server.query(view.selector(series), time=last + tenth * INTERVAL / 10):
            return tenth


def unmarked(series):
    """No gap ever: each scrape left a sample."""
    def look(view, row):
        return {word for word in view.values(series, len(view.scrapes())).split() if word in ("stale", "-")}
    return See(f"gaps of {series}", look, set())


def gaps(view, series):
    """Places between samples where an instant query shows nothing."""
    times = [time for time, _ in view.samples(series)]
    return [at for at in times[1:] if not view.server.query(view.selector(series), time=at - 0.001)]


def additions(*want, **differs):
    """The values of scrape_series_added that are not 0."""
    return See("series added", lambda view, row: [
        value for _, value in view.samples("scrape_series_added") if value != "0"], list(want), **differs)


def added_anew():
    """All series count as new after the reload: once, or twice where new targets come later than the new section."""
    return See("series added", lambda view, row: len([
        1 for _, value in view.samples("scrape_series_added") if value != "0"]) in (2, 3), True)


def group(instance, address="ADDRESS"):
    return {"targets": [address], "labels": {"instance": instance}}


class Change(Row):
    """A row whose job looks otherwise after a reload: `then`, None if it is gone. `first`: whether it is there at the
    start. `back`: a second reload soon after makes it as before."""

    def __init__(self, *args, then=None, first=True, back=False, **more):
        super().__init__(*args, **more)
        self.then, self.first, self.back = then, first, back


BOTH = {"static_configs": [group("stay"), group("go")]}
STAYS = {"static_configs": [group("stay")]}
BODY = ["a 1\n"]

REMOVED = [
    Change("target_gone", BODY, visible('a{instance="stay"}', True), visible('a{instance="go"}', False),
           reports_visible('{instance="stay"}', True), reports_visible('{instance="go"}', False),
           See("whether the marker stands about an interval behind the last sample",
               lambda view, row: 5 <= marker_offset(view, 'a{instance="go"}') <= 20, True),
           scrapes=0, job=BOTH, then=STAYS),
    Change("target_gone_with_timestamps", [lambda now: f"a 1 {now - 500}\n"], visible('a{instance="go"}', True),
           visible('up{instance="go"}', False), scrapes=0, job=BOTH, then=STAYS),
    Change("target_gone_tracking_timestamps", [lambda now: f"a 1 {now - 500}\n"], visible('a{instance="go"}', False),
           scrapes=0, job={**BOTH, "track_timestamps_staleness": True}, only_ours=NEWER,
           then={**STAYS, "track_timestamps_staleness": True}),
    Change("target_dropped", BODY, visible("a", False), See("dropped", lambda view, row: len(view.dropped()), 1),
           then={"relabel_configs": [{"action": "drop", "source_labels": ["job"], "regex": ".*"}]}),
    Change("target_back", BODY, visible('a{instance="go"}', True), visible('a{instance="stay"}', True),
           See("gaps", lambda view, row: gaps(view, 'a{instance="go"}'), []), scrapes=0, job=BOTH,
           then=STAYS, back=True),
    Change("label_changed", BODY, visible('a{instance="i"}', False), visible('a{instance="k"}', True),
           reports_visible('{instance="i"}', False), scrapes=0, then={"static_configs": [group("k")]}),
    Change("job_gone", BODY, visible("a", True), visible("up", True), reports_visible("", True)),
    Change("job_new", BODY, visible("a", True), field("health", "up"), first=False, scrapes=0, then={}),
]


FORGETS = "2.42 and later ones forget what they know of series when a section of discovery changes"
CHANGED = [
    Change("unchanged", BODY, unmarked("a"), additions("1"), then={}),
    Change("honor_labels", BODY, unmarked("a"), additions("1", "1"), field("health", "up"),
           then={"honor_labels": True}),
    Change("metric_relabeling", ["a 1\nb 1\n"], unmarked("a"), visible("b", False), additions("2", "1"),
           then={"metric_relabel_configs": [{"action": "drop", "regex": "b", "source_labels": ["__name__"]}]}),
    Change("sample_limit", BODY, unmarked("a"), additions("1"), then={"sample_limit": 5}),
    Change("client", BODY, unmarked("a"), additions("1"), then={"basic_auth": {"username": "u", "password": "p"}}),
    Change("timeout", BODY, unmarked("a"), visible("up", True), field("scrapeTimeout", "900ms"), added_anew(),
           then={"scrape_timeout": "900ms"}),
    Change("path", BODY, unmarked("a"), field("scrapeUrl", "http://ADDRESS/path/x"), added_anew(),
           then={"metrics_path": "/path/x"}),
    Change("static_targets", BODY, visible('a{instance="stay"}', True), See(
        "series added", lambda view, row: [value for _, value in view.samples('scrape_series_added{instance="stay"}')
                                           if value != "0"], ["1"], old=["1", "1"], why=FORGETS),
           scrapes=0, job=BOTH, then=STAYS),
]

TARGET_LIMIT = [
    Change("limit_reached", BODY, visible('a{instance="stay"}', False), See(
        "errors", lambda view, row: {one["lastError"] for one in view.active()},
        {"target_limit exceeded (number of targets: 2, limit: 1)"}), scrapes=0,
        job={**STAYS, "target_limit": 1}, then={**BOTH, "target_limit": 1}),
    Change("limit_kept_again", BODY, visible('a{instance="stay"}', True), field("lastError", ""), scrapes=0,
           job={**BOTH, "target_limit": 1}, then={**STAYS, "target_limit": 1}),
]

FAST = {"scrape_interval": "200ms", "scrape_timeout": "200ms"}
TYPES = r"""# HELP c The c.
# TYPE c counter
c 1
# TYPE g gauge
# TYPE h histogram
# TYPE s summary
# TYPE u untyped
# HELP only Only help, \\ and \n escaped.
"""


def metadata(old=None, why=None, **want):
    """(type, help, unit) by metric."""
    def look(view, row):
        told = view.server.get("/api/v1/targets/metadata", match_target=f'{{job="{row.name}"}}').json()
        return {one["metric"]: (one["type"], one["help"], one["unit"]) for one in told.get("data", [])}
    return See("metadata", look, want, old=old, why=why)


METADATA = [
    Row("of_a_failed_scrape", ["# TYPE a gauge\na 1\n", "# TYPE b gauge\nb 1\nbroken\n"],
        metadata(old={"a": ("gauge", "", ""), "b": ("gauge", "", "")},
                 why="here nothing of a failed scrape stays", a=("gauge", "", ""))),
    Row("types", [TYPES], metadata(c=("counter", "The c.", ""), g=("gauge", "", ""), h=("histogram", "", ""),
                                   s=("summary", "", ""), u=("unknown", "", ""),
                                   only=("unknown", "Only help, \\ and \n escaped.", ""))),
    Row("last_one_wins", ["# TYPE a gauge\n# HELP a One.\n# TYPE a counter\n# HELP a Two.\n"],
        metadata(a=("counter", "Two.", ""))),
    Row("forgotten_in_the_end", ["# TYPE a gauge\n# TYPE b gauge\nb 1\n", "# TYPE b gauge\nb 1\n"],
        metadata(b=("gauge", "", "")), job=FAST),
    Row("empty_bodies_forget_nothing", ["# TYPE a gauge\na 1\n", ""], metadata(a=("gauge", "", "")), job=FAST),
]


class Lifecycle(Tables):
    tables = {"9": REMOVED, "10": CHANGED, "7.3": TARGET_LIMIT, "11": METADATA}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        rows = [row for table in cls.tables.values() for row in table]
        for server in cls.servers:
            for row in rows:
                if getattr(row, "first", True) and not (row.only_ours and server.name == "debian"):
                    harness.wait_for(lambda: all(len(one) >= 2 for one in cls.ups(server, row)), "two scrapes")
        for server in cls.servers:
            server.reload(cls.config_of(rows, "then"))
        time.sleep(INTERVAL / 2)
        for server in cls.servers:
            server.reload(cls.config_of(rows, "back"))
        time.sleep(4 * INTERVAL)  # two silent ticks and a tenth, and one scrape more

    @classmethod
    def ups(cls, server, row):
        found = server.query(f'up{{job="{row.name}"}}[10m]')
        return [one["values"] for one in found] or [[]]

    @classmethod
    def config(cls, rows):
        return cls.config_of(rows, "first")

    @classmethod
    def config_of(cls, rows, when):
        sections = [cls.section(row, when) for row in rows]
        return cls.filled([section for section in sections if section])

    @staticmethod
    def section(row, when):
        section = row.section()
        if not isinstance(row, Change):
            return section
        if when == "first":
            return section if row.first else None
        if when == "back" and row.back:
            return section
        return None if row.then is None else {**section, **row.then}

    def test_9_staleness(self):
        self.check("9")

    def test_10_reload(self):
        self.check("10")

    def test_7_3_target_limit_at_each_sync(self):
        self.check("7.3")

    def test_11_metadata(self):
        self.check("11")


if __name__ == "__main__":
    harness.main()
