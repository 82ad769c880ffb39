"""Tests of one server and many jobs, each with a target whose answers are scripted."""
import contextlib
import pathlib
import shutil
import tempfile
import unittest

import harness
from reference import servers
from reference.scripted import Answer, ScriptedTarget
from reference.view import View


class Job:
    """`script`: answers, or bodies. `keys`: of its section of the configuration."""

    def __init__(self, name, script, **keys):
        self.name, self.keys = name, keys
        self.script = [one if isinstance(one, Answer) else Answer(one) for one in script]

    def section(self, address):
        return {"job_name": self.name, "metrics_path": "/" + self.name,
                "static_configs": [{"targets": [address], "labels": {"instance": "i"}}], **self.keys}


class ScriptedJobs(unittest.TestCase):
    """Sub-classes list `jobs`; their tests begin when each script was read to its end. `settings` are those of
    all jobs."""
    jobs = ()
    settings = {}
    flags = ()
    times = "300ms"  # interval and timeout

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="narthex-test-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.ends = contextlib.ExitStack()
        cls.addClassCleanup(cls.ends.close)
        cls.target = ScriptedTarget({job.name: job.script for job in cls.jobs})
        cls.ends.callback(cls.target.stop)
        sections = [job.section(cls.target.address) for job in cls.jobs]
        times = {"scrape_interval": cls.times, "scrape_timeout": cls.times}
        config = {"global": {**times, **cls.settings}, "scrape_configs": sections}
        cls.server = servers.Ours(cls.folder, servers.json.dumps(config), *cls.flags)
        cls.ends.callback(cls.server.stop)
        for job in cls.jobs:
            harness.wait_for(lambda job=job: cls.scrapes(job.name) > len(job.script), f"the scrapes of {job.name}")

    @classmethod
    def scrapes(cls, name):
        return len(cls.target.requests_of("ours", name))

    def view(self, job):
        return View(self.server, self.target, job)

    def history(self, job, **parameters):
        """Of the only target of a job."""
        found = self.server.get("/api/v1/targets/history", scrapePool=job, **parameters).json()["data"]["targets"]
        self.assertEqual(len(found), 1)
        return found[0]

    def names(self, job):
        """The names of series of a job that the target said, "NAME LE" for those with a bound."""
        found = {(one["metric"]["__name__"] + " " + one["metric"].get("le", "")).strip()
                 for one in self.server.query(f'{{job="{job}"}}[10m]')}
        return sorted(name for name in found if name != "up" and not name.startswith("scrape_"))
