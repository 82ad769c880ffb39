"""The process from start to end: bad input, signals, crash and restart."""
import re
import signal
import time
import unittest

import harness

# What the server promises for SIGTERM.
STOP_SECONDS = 5


class Start(harness.Case):
    def test_unknown_flag_ends_with_two_and_usage(self):
        code, _, err = self.run_to_end("--no.such.flag=1")
        self.assertEqual(code, 2)
        self.assertTrue(err.startswith("Error parsing command line arguments: unknown long flag '--no.such.flag'\n"), err)
        self.assertIn("--config.file", err)

    def test_bad_config_ends_with_two_and_names_every_place(self):
        config = self.folder / "bad.yml"
        config.write_text("global:\n  scrape_interval: soon\nscrape_configs:\n  - job_name: a\n    relabel_configs:\n"
                          "      - action: dance\n  - job_name: b\n    no_such_key: 1\n")
        code, _, err = self.run_to_end(f"--config.file={config}", f"--storage.tsdb.path={self.folder}/data")
        self.assertEqual(code, 2, err)
        self.assertIn(f"Error loading config (--config.file={config})", err)
        for line in (2, 6, 8):
            self.assertRegex(err, rf"bad\.yml:{line}:\d+: ")

    def test_missing_config_ends_with_two(self):
        code, _, err = self.run_to_end(f"--config.file={self.folder}/none.yml")
        self.assertEqual(code, 2)
        self.assertIn("none.yml", err)

    def test_address_in_use_is_a_plain_sentence(self):
        target = self.target(lambda path: "")
        config = self.folder / "x.yml"
        config.write_text("")
        code, _, err = self.run_to_end(f"--config.file={config}", f"--storage.tsdb.path={self.folder}/data",
                                       f"--web.listen-address={target.address}")
        self.assertEqual(code, 1, err)
        self.assertIn("address already in use", err)

    def test_folder_of_a_running_server_is_refused(self):
        server = self.server("")
        code, _, err = self.run_to_end(*server.command()[1:])
        self.assertEqual(code, 1, err)
        self.assertIn("storage", err)
        self.assertEqual(server.get("/-/healthy").status, 200)

    def test_unserved_flags_are_named_in_one_warning(self):
        server = self.server("", "--alertmanager.notification-queue-capacity=9", "--rules.max-concurrent-evals=2")
        warnings = [line for line in server.log().splitlines() if "no effect" in line]
        self.assertEqual(len(warnings), 1)
        self.assertIn("--alertmanager.notification-queue-capacity", warnings[0])
        self.assertIn("--rules.max-concurrent-evals", warnings[0])

    def test_log_lines_users_wait_for(self):
        log = self.server("").log()
        for line in ("Loading configuration file", "Completed loading of configuration file",
                     "Server is ready to receive web requests."):
            self.assertIn(line, log)


class Reload(harness.Case):
    def test_sighup_takes_the_new_file_and_keeps_the_old_one_if_bad(self):
        target = self.target(lambda path: "x 1\n")
        server = self.server(harness.config_for(target.address, job="before"))
        harness.wait_for(lambda: server.value('x{job="before"}'), "the first scrape")
        server.config.write_text(harness.config_for(target.address, job="after"))
        server.child.send_signal(signal.SIGHUP)
        harness.wait_for(lambda: server.value('x{job="after"}'), "a scrape of the new job")
        self.assertEqual(server.get("/api/v1/scrape_pools").json()["data"]["scrapePools"], ["after"])
        server.config.write_text("nonsense: 1\n")
        server.child.send_signal(signal.SIGHUP)
        harness.wait_for(lambda: server.metric("prometheus_config_last_reload_successful") == 0, "the failure to show")
        self.assertIn("after", server.get("/api/v1/status/config").json()["data"]["yaml"])
        self.assertEqual(server.value('x{job="after"}'), 1)

    def test_series_of_a_removed_target_end(self):
        staying = self.target(lambda path: "x 1\n")
        leaving = self.target(lambda path: "x 2\n")
        server = self.server(harness.config_for(staying.address, leaving.address))
        harness.wait_for(lambda: server.value("count(x)") == 2, "the first scrapes")
        server.config.write_text(harness.config_for(staying.address))
        server.child.send_signal(signal.SIGHUP)
        harness.wait_for(lambda: server.value("count(x)") == 1 and server.value("count(up)") == 1, "stale markers")
        self.assertEqual(server.value("x"), 1)

    def test_reload_by_http(self):
        server = self.server("", "--web.enable-lifecycle")
        self.assertEqual(harness.request(server.url + "/-/reload", "POST").status, 200)
        server.config.write_text("nonsense: 1\n")
        failed = harness.request(server.url + "/-/reload", "POST")
        self.assertEqual(failed.status, 500)
        self.assertTrue(failed.body.startswith(b"failed to reload config: "), failed.body)


class End(harness.Case):
    def test_sigterm_ends_in_time_while_a_target_hangs(self):
        def hang(path):
            time.sleep(30)
            return ""

        target = self.target(hang)
        server = self.server(harness.config_for(target.address, interval="60s"))
        for how in (signal.SIGTERM, signal.SIGINT):
            begin = time.monotonic()
            self.assertEqual(server.stop(how), 0, server.log())
            self.assertLess(time.monotonic() - begin, STOP_SECONDS)
            server.start()

    def test_quit_by_http(self):
        server = self.server("", "--web.enable-lifecycle")
        self.assertEqual(harness.request(server.url + "/-/quit", "POST").body, b"Requesting termination... Goodbye!")
        self.assertEqual(server.child.wait(harness.PATIENCE), 0)

    def samples(self, server):
        result = server.query("ticks[10m]")
        return result[0]["values"] if result else []

    def check_nothing_lost(self, how):
        ticks = iter(range(1, 1_000_000))
        target = self.target(lambda path: f"ticks {next(ticks)}\nsteady 5\n")
        server = self.server(harness.config_for(target.address))
        before = harness.wait_for(lambda: len(self.samples(server)) >= 3 and self.samples(server), "three scrapes")
        server.stop(how)
        server.start()
        after = self.samples(server)
        self.assertEqual(after[:len(before)], before)
        harness.wait_for(lambda: len(self.samples(server)) > len(after), "scrapes to go on")
        return server, before

    def test_kill_9_loses_no_acknowledged_sample(self):
        self.check_nothing_lost(signal.SIGKILL)

    def test_graceful_end_writes_no_stale_markers(self):
        server, before = self.check_nothing_lost(signal.SIGTERM)
        at = before[-1][0]
        self.assertEqual(server.value("steady", time=at + 0.5), 5)


if __name__ == "__main__":
    harness.main()
