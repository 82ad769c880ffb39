"""What a server shows of one job."""
import datetime
import json
import re

REPORTS = ("up", "scrape_duration_seconds", "scrape_samples_scraped", "scrape_samples_post_metric_relabeling",
           "scrape_series_added", "scrape_timeout_seconds", "scrape_sample_limit", "scrape_body_size_bytes")


def label_text(labels):
    return "{" + ", ".join(f'{name}="{value}"' for name, value in sorted(labels.items())) + "}"


class View:
    def __init__(self, server, target, job):
        self.server, self.target, self.job = server, target, job

    def selector(self, text):
        """`text` within the job, unless it names a job itself."""
        if "job=" in text:
            return text
        own = f'job="{self.job}"'
        return text[:-1] + "," + own + "}" if text.endswith("}") else text + "{" + own + "}"

    def samples(self, text):
        """(time, value) of the only series that `text` selects, times as the server writes them."""
        result = self.server.query(self.selector(text) + "[10m]")
        assert len(result) <= 1, f"{text} selects {[one['metric'] for one in result]}"
        return [tuple(pair) for pair in result[0]["values"]] if result else []

    def scrapes(self):
        """The times of all scrapes."""
        return [time for time, _ in self.samples("up")]

    def values(self, text, count):
        """What the first `count` scrapes left of the series: its value; `@value` for a sample that has a time between
        this scrape and the one before; `stale` for a marker; `-` for nothing."""
        samples, before, seen, out = self.samples(text), float("-inf"), False, []
        for time in self.scrapes()[:count]:
            new = [(at, value) for at, value in samples if before < at <= time]
            if new:
                out.append(new[-1][1] if new[-1][0] == time else "@" + new[-1][1])
                seen = True
            elif seen and not self.server.query(self.selector(text), time=time):
                out.append("stale")
                seen = False
            else:
                out.append("-")
            before = time
        return " ".join(out)

    def labels(self, text):
        """The label sets that `text` selects, without the metric's name, `address` for the target's address."""
        sets = [{name: value for name, value in one["metric"].items() if name != "__name__"}
                for one in self.server.query(self.selector(text) + "[10m]")]
        return sorted(self.masked(label_text(one)) for one in sets)

    def masked(self, text):
        return text.replace(self.target.address, "ADDRESS")

    def active(self):
        return [one for one in self.server.get("/api/v1/targets").json()["data"]["activeTargets"]
                if one["scrapePool"] == self.job]

    def dropped(self):
        return [one["discoveredLabels"] for one in self.server.get("/api/v1/targets").json()["data"]["droppedTargets"]
                if one["discoveredLabels"].get("job") == self.job]

    def field(self, path):
        """A field of the only active target, such as `health` or `labels.job`; None if there is no such."""
        active = self.active()
        assert len(active) <= 1, active
        value = active[0] if active else None
        for part in path.split(".") if value else ():
            value = value.get(part)
        return self.masked(value) if isinstance(value, str) else value

    def last_scrape(self):
        """In seconds, as samples have it."""
        text = re.sub(r"(\.\d{3})\d*", r"\1", self.field("lastScrape"))
        return datetime.datetime.fromisoformat(text).timestamp()

    def requests(self):
        return self.target.requests_of(self.server.name, self.job)

    def path(self, index):
        requests = self.requests()
        return requests[index].line.split(" ")[1] if index < len(requests) else "no such request"

    def header(self, name, index):
        requests = self.requests()
        value = requests[index].header(name) if index < len(requests) else "no such request"
        return value and self.masked(value)

    def log(self, message, field="err"):
        """That field of the log lines with this message that concern the job; each text once."""
        found = []
        for line in self.server.log().splitlines():
            pairs = dict(re.findall(r'(\w+)=("(?:\\.|[^"\\])*"|\S*)', line))
            pairs = {key: json.loads(value) if value.startswith('"') else value for key, value in pairs.items()}
            if pairs.get("msg") == message and pairs.get("scrape_pool") == self.job:
                if pairs.get(field) not in found:
                    found.append(pairs.get(field))
        return found
