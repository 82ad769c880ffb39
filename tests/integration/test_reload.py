"""Reloading the configuration of a running server: what changes, what must not notice, what is said."""
import json
import signal
import socket

import harness


class CountingTarget(harness.Target):
    """Counts requests and connections."""

    def __init__(self):
        self.requests = 0
        super().__init__(self.serve)
        self.connections = 0
        accept = self.server.get_request

        def counted():
            self.connections += 1
            return accept()

        self.server.get_request = counted

    def serve(self, path):
        self.requests += 1
        return "x 1\n"


def job(name, address, extra=""):
    return f"  - job_name: {name}\n    static_configs:\n      - targets: ['{address}']\n{extra}"


def config(*jobs):
    return "global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs:\n" + "".join(jobs)


class Reload(harness.Case):
    def reload(self, server):
        return harness.request(server.url + "/-/reload", "POST")

    def test_unchanged_jobs_lose_no_scrape(self):
        staying, other = self.keep(CountingTarget()), self.keep(CountingTarget())
        server = self.server(config(job("staying", staying.address), job("other", other.address)), "--web.enable-lifecycle")
        harness.wait_for(lambda: server.value('up{job="staying"}'), "the first scrape")
        for i in range(40):
            # The other job changes, goes and comes back; the staying one moves within the file.
            others = [job("other", other.address, f"    sample_limit: {i + 100}\n")] if i % 3 else []
            jobs = [job("staying", staying.address), *others]
            server.config.write_text(config(*(jobs if i % 2 else reversed(jobs))))
            self.assertEqual(self.reload(server).status, 200)
            if others and i % 10 == 1:
                connections, count = other.connections, staying.requests
                harness.wait_for(lambda: other.connections > connections, "the changed job to start anew")
                harness.wait_for(lambda: staying.requests > count, "the unchanged one to go on")
        # Its connection is still the first one, and each of its requests is a sample.
        enough = staying.requests
        self.assertEqual(staying.connections, 1)
        harness.wait_for(lambda: server.value('count_over_time(x{job="staying"}[10m])') >= enough, "all samples")
        self.assertEqual(server.value('min_over_time(up{job="staying"}[10m])'), 1)

    def test_a_bad_file_leaves_everything_and_says_why(self):
        target = self.keep(CountingTarget())
        server = self.server(config(job("a", target.address)), "--web.enable-lifecycle")
        before = server.get("/api/v1/status/config").json()
        server.config.write_text(config(job("a", target.address, "    consul_sd_configs: [{servr: x, token: hunter2}]\n")))
        failed = self.reload(server)
        self.assertEqual(failed.status, 500)
        text = failed.body.decode()
        self.assertTrue(text.startswith(
            f'failed to reload config: couldn\'t load configuration (--config.file="{server.config}"): '), text)
        self.assertIn("prometheus.yml:6:26: line 6: field servr not found in type consul.plain", text)
        self.assertIn("field servr not found in type consul.plain", server.log())
        self.assertNotIn("hunter2", text + server.log())
        self.assertEqual(server.metric("prometheus_config_last_reload_successful"), 0)
        self.assertEqual(server.get("/api/v1/status/config").json(), before)
        count = target.requests
        harness.wait_for(lambda: target.requests > count, "scrapes to go on")
        server.config.write_text(config(job("b", target.address)))
        server.child.send_signal(signal.SIGHUP)
        harness.wait_for(lambda: server.metric("prometheus_config_last_reload_successful") == 1, "the good file")

    def test_secrets_are_hidden_and_defaults_shown(self):
        server = self.server("remote_write: [{url: 'http://u:hunter2@h/w'}]\nscrape_configs:\n- job_name: a\n"
                             "  consul_sd_configs: [{token: hunter2}]\n  basic_auth: {password: hunter2}\n")
        yaml = server.get("/api/v1/status/config").json()["data"]["yaml"]
        self.assertNotIn("hunter2", yaml + server.log())
        self.assertIn("  - server: localhost:8500\n    token: <secret>\n", yaml)
        self.assertIn("- url: http://u:xxxxx@h/w\n  remote_timeout: 30s\n", yaml)


class AutoReload(harness.Case):
    FLAGS = [("--config.auto-reload", "--config.auto-reload-interval=1s"),
             ("--enable-feature=auto-reload-config", "--config.auto-reload-interval=1s")]

    def jobs(self, server):
        return server.get("/api/v1/scrape_pools").json()["data"]["scrapePools"]

    def test_changes_of_all_files_are_taken(self):
        for flags in self.FLAGS:
            with self.subTest(flags):
                server = self.server("scrape_config_files: [jobs.yml]\n", *flags)
                (self.folder / "jobs.yml").write_text("scrape_configs: [{job_name: a}]\n")
                harness.wait_for(lambda: self.jobs(server) == ["a"], "the job of the new file")
                (self.folder / "jobs.yml").write_text("scrape_configs: [{job_name: b}]\n")
                harness.wait_for(lambda: self.jobs(server) == ["b"], "the changed job")
                server.config.write_text("scrape_configs: [{job_name: c}]\n")
                harness.wait_for(lambda: self.jobs(server) == ["c"], "the job of the main file")
                self.assertIn("Configuration file change detected", server.log())
                self.assertEqual(server.stop(), 0)
                (self.folder / "jobs.yml").unlink()

    def test_a_bad_file_is_reported_and_a_good_one_follows(self):
        server = self.server("scrape_configs: [{job_name: a}]\n", *self.FLAGS[0])
        server.config.write_text("scrape_configs: [{job_nam: a}]\n")
        harness.wait_for(lambda: server.metric("prometheus_config_last_reload_successful") == 0, "the failure to show")
        self.assertEqual(self.jobs(server), ["a"])
        server.config.write_text("scrape_configs: [{job_name: b}]\n")
        harness.wait_for(lambda: self.jobs(server) == ["b"], "the good file")
        self.assertEqual(server.metric("prometheus_config_last_reload_successful"), 1)

    def test_nothing_is_reloaded_unless_asked_for(self):
        server = self.server("", "--config.auto-reload-interval=1s")
        self.assertNotIn("no effect", server.log())
        server.config.write_text("scrape_configs: [{job_name: a}]\n")
        server.child.send_signal(signal.SIGHUP)
        harness.wait_for(lambda: self.jobs(server) == ["a"], "the reload that was asked for")
        self.assertNotIn("change detected", server.log())


class Quit(harness.Case):
    def test_method_comes_before_permission(self):
        server = self.server("")
        for path in ("/-/quit", "/-/reload"):
            got = server.get(path)
            self.assertEqual((got.status, got.body), (405, b"Only POST or PUT requests allowed"))
            for method in ("POST", "PUT"):
                refused = harness.request(server.url + path, method)
                self.assertEqual((refused.status, refused.body), (403, b"Lifecycle API is not enabled."))

    def answers_to_two(self):
        """What a server says to two requests that are there before the first is answered, until it closes."""
        server = self.server("", "--web.enable-lifecycle")
        host, port = server.url.removeprefix("http://").split(":")
        request = f"PUT /-/quit HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n".encode()
        answer = b""
        with socket.create_connection((host, int(port)), harness.PATIENCE) as connection:
            connection.sendall(request * 2)
            while got := connection.recv(65536):
                answer += got
        self.assertEqual(server.child.wait(harness.PATIENCE), 0)
        return answer

    def test_the_second_time_is_told_apart(self):
        # A server that ends may close the connection before it reads the second request: so more than one try.
        for _ in range(10):
            answer = self.answers_to_two()
            self.assertIn(b"Requesting termination... Goodbye!", answer)
            if answer.count(b"HTTP/1.1 200 OK") == 2:
                break
        self.assertLess(answer.index(b"Requesting termination... Goodbye!"),
                        answer.index(b"Termination already in progress."))


class Diff(harness.Case):
    def test_against_a_running_server(self):
        target = self.keep(CountingTarget())
        server = self.server(config(job("a", target.address, "    basic_auth: {password: hunter2}\n"),
                                    job("gone", target.address)) + "scrape_config_files: [jobs.yml]\n")
        (self.folder / "jobs.yml").write_text("scrape_configs: [{job_name: filed}]\n")
        server.child.send_signal(signal.SIGHUP)
        harness.wait_for(lambda: "filed" in server.get("/api/v1/scrape_pools").json()["data"]["scrapePools"], "the reload")
        harness.wait_for(lambda: server.value('count(scrape_samples_post_metric_relabeling == 1)') == 2, "scrapes")
        code, out, err = self.run_to_end("check", "config", server.config, "--diff", server.url)
        self.assertEqual((code, err), (0, ""), out)
        self.assertIn('  job "a": basic_auth.password\n', out)
        next_file = self.folder / "next.yml"
        next_file.write_text(config(job("a", target.address, "    basic_auth: {password: hunter3}\n    scheme: https\n"))
                             + "scrape_config_files: [jobs.yml]\n")
        code, out, err = self.run_to_end("check", "config", next_file, "--diff", server.url)
        self.assertEqual((code, err), (1, ""), out)
        self.assertNotIn("hunter", out)
        self.assertIn(f'job "gone": removed, 1 series end\n  - target {{instance="{target.address}", job="gone"}} '
                      f"http://{target.address}/metrics, 1 series\n", out)
        self.assertIn("  ~ scheme: http → https\n", out)
        self.assertIn('job "filed": its section is in a file', out)
        code, out, _ = self.run_to_end("check", "config", next_file, "--diff", server.url, "--format=json")
        self.assertEqual(code, 1)
        told = {j["job"]: j for j in json.loads(out)["jobs"]}
        self.assertEqual(told["gone"]["series"], 1)
        self.assertEqual([t["scrapeUrl"] for t in told["a"]["targetsAdded"]], [f"https://{target.address}/metrics"])

    def test_against_something_else(self):
        target = self.keep(CountingTarget())
        file = self.folder / "a.yml"
        file.write_text("")
        code, _, err = self.run_to_end("check", "config", file, "--diff", f"http://{target.address}/x/")
        self.assertEqual(code, 2)
        self.assertIn(f'Get "http://{target.address}/x/api/v1/status/config": not an answer of a monitoring server', err)


if __name__ == "__main__":
    harness.main()
