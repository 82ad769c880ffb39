"""The simulated targets as a process, and the scrape configuration for them."""
import json
import re

from processes import Child, wait_for
from systems import get


class Simulator(Child):
    def __init__(self, binary, folder, case, settings):
        super().__init__([binary, "--case", case, "--targets", settings.targets, "--series", settings.series,
                          "--seed", settings.seed, "--scrapes-per-hour", settings.scrapes_per_hour],
                         folder / "simulator.log")
        self.targets = settings.targets
        self.port = int(wait_for(lambda: re.search(r"port (\d+)", self.log.read_text()), "the simulator").group(1))

    def stats(self):
        return json.loads(get(self.port, "/stats")[1])

    def gzip(self, on):
        get(self.port, "/gzip/on" if on else "/gzip/off")

    def config(self, interval):
        every = f"{int(interval * 1000)}ms"
        groups = [{"targets": [f"127.0.0.1:{self.port}"],
                   "labels": {"__metrics_path__": f"/target/{i}", "instance": f"host-{i}"}} for i in range(self.targets)]
        return {"scrape_configs": [{"job_name": "bench", "scrape_interval": every, "scrape_timeout": every,
                                    "static_configs": groups}]}
