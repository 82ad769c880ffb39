"""Configurations that Debian's promtool and prometheus read too: the same verdict, its message among ours, and the same
text in /api/v1/status/config.

They are of an older version (2.42) without some mechanisms, and stop at the first mistake; we report all of them. What
differs for a reason stands in DIFFERENT and in NEWER_LINES.
"""
import json
import os
import random
import re
import socket
import subprocess
import unittest

import harness

PROMTOOL = harness.PEERS / "promtool"
PROMETHEUS = harness.PEERS / "prometheus"
ABSENT = None

# Per mechanism its fields with values to choose from, as YAML; None leaves the field out.
HTTP = {
    "basic_auth": [ABSENT, ABSENT, ABSENT, "{username: a}", "{usernam: a}", "{password: [a]}"],
    "authorization": [ABSENT, ABSENT, ABSENT, "{credentials: b}", "{type: basic}"],
    "bearer_token": [ABSENT, ABSENT, ABSENT, "c"],
    "follow_redirects": [ABSENT, "true", "maybe"],
}
# For mechanisms of which promtool did not yet check these options against each other.
FEW_HTTP = {name: HTTP[name] for name in ("basic_auth", "follow_redirects")}
REFRESH = {"refresh_interval": [ABSENT, "5m", "1h30m", "5", "''"], "port": [ABSENT, "80", "x"]}
TYPO = {"typo": [ABSENT] * 9 + ["1"]}
STRINGS = ["[a]", "[]", ABSENT, "x", "[a, b]"]
TEXT = ["a", "''", ABSENT, "[a]", "5"]

MECHANISMS = {
    "azure": {**HTTP, **REFRESH, "subscription_id": TEXT, "tenant_id": TEXT, "client_id": TEXT, "client_secret": TEXT,
              "authentication_method": [ABSENT, "OAuth", "ManagedIdentity"], "environment": TEXT,
              "resource_group": TEXT},
    "digitalocean": {**HTTP, **REFRESH},
    "dns": {"names": STRINGS, "type": [ABSENT, "SRV", "a", "AAAA", "X"], "port": [ABSENT, "0", "53"],
            "refresh_interval": [ABSENT, "5s"]},
    "docker": {**HTTP, **REFRESH, "host": ["unix:///a", "'://'", ABSENT, "http://a:1", "'http://a b'"],
               "filters": [ABSENT, "[{name: a, values: [b]}]", "[{nam: a}]", "x"], "host_networking_host": TEXT},
    "dockerswarm": {**HTTP, **REFRESH, "host": ["unix:///a", ABSENT], "role": ["nodes", "tasks", "services", "x", ABSENT]},
    "ec2": {**FEW_HTTP, **REFRESH, "region": ["a"], "endpoint": TEXT, "access_key": TEXT, "secret_key": TEXT,
            "profile": TEXT, "role_arn": TEXT,
            "filters": [ABSENT, "[{name: a, values: [b]}]", "[{name: a}]", "[{name: a, values: []}]"]},
    "eureka": {**HTTP, "server": ["http://a/eureka", "a", "'://'", ABSENT, "'http://'"]},
    "file": {"files": ["[a.json]", "[a.txt]", "['*/a.yml']", "['a/*.yml']", "[]", ABSENT],
             "refresh_interval": [ABSENT, "5m", "x"]},
    "gce": {**REFRESH, "project": TEXT, "zone": TEXT, "filter": TEXT, "tag_separator": TEXT},
    "hetzner": {**HTTP, **REFRESH, "role": ["robot", "hcloud", "x", ABSENT]},
    "http": {**FEW_HTTP, "url": ["http://a", "https://a/b", "ftp://a", "a", "'http://'", ABSENT, "'http://a:b'"],
             "refresh_interval": [ABSENT, "5m"]},
    "ionos": {**HTTP, **REFRESH, "datacenter_id": TEXT},
    "lightsail": {**FEW_HTTP, **REFRESH, "region": ["a"], "endpoint": TEXT},
    "marathon": {**HTTP, "servers": STRINGS, "auth_token": [ABSENT, ABSENT, "a"], "auth_token_file": [ABSENT, ABSENT, "a"]},
    "nerve": {"servers": STRINGS, "paths": ["[/a]", "[a]", "[]", ABSENT], "timeout": [ABSENT, "5s", "5"]},
    "openstack": {**REFRESH, "role": ["instance", "hypervisor", "x"], "region": TEXT, "password": TEXT,
                  "availability": [ABSENT, "public", "internal", "admin", "x"],
                  "tls_config": [ABSENT, "{insecure_skip_verify: true}", "{x: 1}"], "all_tenants": [ABSENT, "true", "x"]},
    "ovhcloud": {"application_key": TEXT, "application_secret": TEXT, "consumer_key": TEXT,
                 "service": ["vps", "dedicated_server", "x", ABSENT], "endpoint": [ABSENT, "ovh-eu", "''"],
                 "refresh_interval": [ABSENT, "5m"]},
    "puppetdb": {**HTTP, **REFRESH, "url": ["http://a", "a", ABSENT, "'http://'"], "query": TEXT,
                 "include_parameters": [ABSENT, "true", "x"]},
    "scaleway": {**HTTP, **REFRESH, "role": ["instance", "baremetal", "x", ABSENT],
                 "project_id": ["11111111-1111-1111-1111-111111111112", ABSENT],
                 "access_key": ["SCWXXXXXXXXXXXXXXXXX", "SCWXXXXXXXXXXXXXXXXX", "a", ABSENT],
                 "secret_key": ["11111111-1111-1111-1111-111111111111", ABSENT], "secret_key_file": [ABSENT, "a"],
                 "tags_filter": STRINGS, "name_filter": TEXT},
    "serverset": {"servers": STRINGS, "paths": ["[/a]", "[a]", "[]", ABSENT], "timeout": [ABSENT, "5s", "5"]},
    "triton": {"account": TEXT, "dns_suffix": TEXT, "endpoint": TEXT, "role": [ABSENT, "container", "cn", "x"],
               "groups": STRINGS, "version": [ABSENT, "1", "x"], **REFRESH},
    "uyuni": {**HTTP, "server": ["http://a", "a", "'://'", ABSENT], "username": TEXT, "password": TEXT,
              "entitlement": TEXT, "separator": TEXT, "refresh_interval": [ABSENT, "5m", "5"]},
    "vultr": {**HTTP, **REFRESH},
}

DIFFERENT = [
    # A role that came later.
    (re.escape("role missing (one of: instance, hypervisor)"),
     "role missing (one of: instance, hypervisor, loadbalancer)"),
    # A dot matches line breaks since 3.0.
    (re.escape("error parsing regexp: missing closing ): `^(?:()$`"),
     "error parsing regexp: missing closing ): `^(?s:()$`"),
]


def fields_of(random_, fields):
    return ", ".join(f"{name}: {value}" for name, choices in {**fields, **TYPO}.items()
                     if (value := random_.choice(choices)) is not ABSENT)


def mechanism_files(seed, count):
    """(name, text) of configurations with one discovery section each."""
    random_ = random.Random(seed)
    for mechanism, fields in MECHANISMS.items():
        for i in range(count):
            item = fields_of(random_, fields)
            yield (f"{mechanism}-{i}.yml",
                   f"scrape_configs:\n- job_name: j\n  {mechanism}_sd_configs:\n  - {{{item}}}\n")


RULES = [ABSENT, ABSENT, "[]", "[{action: drop, source_labels: [a], regex: b}]", "[~]", "[{action: x}]",
         "[{target_label: a, regex: '('}]", "[{action: hashmod, target_label: a}]", "[{action: labelmap, regex: a}]",
         "[{action: hashmod, target_label: a, modulus: 5, source_labels: [b]}]", "[{typo: 1}]",
         "[{action: keepequal, source_labels: [a], target_label: b}]",
         "[{action: labeldrop, regex: a, source_labels: [b]}]"]
LIMITS = {name: [ABSENT, ABSENT, "5", "0", "x"] for name in ("sample_limit", "label_limit", "label_value_length_limit")}

SECTIONS = {
    "scrape_configs: [{%s}]": {
        **HTTP, **LIMITS, "job_name": ["j", "j", "j", "''", ABSENT], "scrape_interval": [ABSENT, "5s", "0s", "1", "1d1d"],
        "scrape_timeout": [ABSENT, "3s", "2h", "x"], "metrics_path": TEXT, "scheme": TEXT,
        "honor_labels": [ABSENT, "on", "x"], "honor_timestamps": [ABSENT, "n", "x"],
        "params": [ABSENT, "{a: [b]}", "{a: b}", "x"], "body_size_limit": [ABSENT, "5MB", "5", "0", "1MB512KB"],
        "relabel_configs": RULES, "metric_relabel_configs": RULES,
        "static_configs": [ABSENT, "[{targets: [a]}]", "[{targets: [a], labels: {b: c}}]", "[{target: [a]}]", "[~]", "x"]},
    "global: {%s}": {
        "scrape_interval": [ABSENT, "5s", "1", "0s"], "scrape_timeout": [ABSENT, "3s", "1h"], "evaluation_interval": [ABSENT, "5m", "5"],
        "external_labels": [ABSENT, "{a: b}", "{a: [b]}", "{a: $HOME}", "x"], "query_log_file": TEXT},
    "remote_write: [{%s}]": {
        **HTTP, "url": ["http://a", ABSENT, "'http://a:b'"], "name": [ABSENT, "a"], "remote_timeout": [ABSENT, "5s", "5"],
        "headers": [ABSENT, "{a: b}", "{Host: b}", "{authorization: b}", "{X-Amz-Date: a}", "{accept-encoding: b}"],
        "write_relabel_configs": [ABSENT, "[{action: drop, source_labels: [a]}]", "[~]", "[{action: x}]"],
        "send_exemplars": [ABSENT, "yes", "x"], "queue_config": [ABSENT, "{capacity: 5}", "{x: 1}", "{min_backoff: x}"],
        "metadata_config": [ABSENT, "{send: false}", "{x: 1}"],
        "sigv4": [ABSENT, ABSENT, "{region: a}", "{access_key: a}", "{x: 1}"]},
    "remote_read: [{%s}]": {
        **HTTP, "url": ["http://a", ABSENT], "name": [ABSENT, "a"], "read_recent": [ABSENT, "true", "x"],
        "required_matchers": [ABSENT, "{a: b}", "{'': c}", "x"], "filter_external_labels": [ABSENT, "no"],
        "headers": [ABSENT, "{a: b}", "{Host: b}"]},
    "tracing: {%s}": {
        "endpoint": ["a", "a", ABSENT], "client_type": [ABSENT, "http", "grpc", "x"], "compression": [ABSENT, "gzip", "x"],
        "headers": [ABSENT, "{a: b}", "{Host: b}", "{Authorization: b}"], "sampling_fraction": [ABSENT, "0.5", "x"],
        "insecure": [ABSENT, "true"], "timeout": [ABSENT, "5s"], "tls_config": [ABSENT, "{ca_file: a}", "{x: 1}"]},
    "storage: {%s}": {
        "tsdb": [ABSENT, "{out_of_order_time_window: 5m}", "{x: 1}", "{out_of_order_time_window: 5}"],
        "exemplars": [ABSENT, "{max_exemplars: 5}", "{max_exemplars: x}", "{x: 1}"]},
    "alerting: {alertmanagers: [{%s}]}": {
        **HTTP, "api_version": [ABSENT, "v2"], "scheme": [ABSENT, "https"], "timeout": [ABSENT, "5s", "5"],
        "path_prefix": TEXT, "relabel_configs": [ABSENT, "[{action: drop, source_labels: [a]}]", "[~]"],
        "static_configs": [ABSENT, "[{targets: [a]}]", "[{targets: ['http://a']}]", "[~]"],
        "file_sd_configs": [ABSENT, "[{files: [a.json]}]", "[{}]"]},
}


def section_files(seed, count):
    random_ = random.Random(seed)
    for shape, fields in SECTIONS.items():
        for i in range(count):
            yield f"{shape.split(':')[0]}-{i}.yml", shape % fields_of(random_, fields) + "\n"


@unittest.skipUnless(os.access(PROMTOOL, os.X_OK), "skipped: no promtool in build/peers (scripts/setup.sh test)")
class Promtool(harness.Case):
    def verdicts(self, files):
        """name → promtool's message, "" if it accepts the file."""
        done = subprocess.run([PROMTOOL, "check", "config", "--syntax-only", *files], capture_output=True, text=True,
                              cwd=self.folder, timeout=harness.PATIENCE)
        failed = re.findall(r"^  FAILED: (?:parsing YAML file (\S+?): )(.*(?:\n  line .*)*)", done.stderr, re.M)
        return {**dict.fromkeys(files, ""), **dict(failed)}

    def ours(self, files):
        """name → list of our messages."""
        _, out, _ = self.run_to_end("check", "config", "--format=json", *[self.folder / f for f in files])
        return {os.path.basename(file["file"]): [error["message"] for error in file["errors"]]
                for file in json.loads(out)["files"]}

    def expected(self, text):
        for pattern, other in DIFFERENT:
            if re.fullmatch(pattern, text):
                return other
        return text

    def compare(self, files):
        for name, text in files.items():
            (self.folder / name).write_text(text)
        theirs, ours = self.verdicts(list(files)), self.ours(files)
        refused = 0
        for name, text in files.items():
            with self.subTest(name):
                lines = theirs[name].replace("yaml: unmarshal errors:\n", "").split("\n") if theirs[name] else []
                refused += bool(lines)
                self.assertEqual(bool(lines), bool(ours[name]), f"{text}theirs: {theirs[name]}\nours: {ours[name]}")
                for line in lines:
                    wanted = self.expected(line.strip())
                    if wanted is not None:
                        self.assertIn(wanted, ours[name], text)
        # Both verdicts must occur, or nothing was compared.
        self.assertGreater(refused, len(files) // 10)
        self.assertLess(refused, len(files))

    def test_discovery(self):
        self.compare(dict(mechanism_files(seed=1, count=40)))

    def test_other_sections(self):
        self.compare(dict(section_files(seed=2, count=60)))


# One item per mechanism that both print.
PRINTED = {
    "azure": "{subscription_id: a, tenant_id: b, client_id: c, client_secret: d}",
    "digitalocean": "{bearer_token: a}",
    "dns": "{names: [a, b], type: A, port: 53}",
    "docker": "{host: 'unix:///a', filters: [{name: a, values: [b]}]}",
    "dockerswarm": "{host: 'http://a', role: nodes, tls_config: {insecure_skip_verify: true}}",
    "ec2": "{region: a, access_key: b, secret_key: c, filters: [{name: a, values: [b, c]}]}",
    "eureka": "{server: 'http://a', refresh_interval: 90s}",
    "file": "{files: [a.json, /b/*.yml]}",
    "gce": "{project: a, zone: b, filter: c}",
    "hetzner": "{role: robot, basic_auth: {username: a, password: b}}",
    "http": "{url: 'http://a', proxy_url: 'http://p'}",
    "ionos": "{datacenter_id: a, authorization: {credentials_file: t}}",
    "lightsail": "{region: a, profile: b}",
    "marathon": "{servers: ['http://a'], auth_token_file: t}",
    "nerve": "{servers: [a], paths: [/b]}",
    "openstack": "{role: instance, region: a, password: b, all_tenants: true, tls_config: {server_name: x}}",
    "ovhcloud": "{application_key: a, application_secret: b, consumer_key: c, service: vps}",
    "puppetdb": "{url: 'http://a', query: b}",
    "scaleway": "{role: instance, project_id: 11111111-1111-1111-1111-111111111112, access_key: SCWXXXXXXXXXXXXXXXXX, "
                "secret_key: 11111111-1111-1111-1111-111111111111, tags_filter: [a]}",
    "serverset": "{servers: [a], paths: [/b], timeout: 1m}",
    "triton": "{account: a, dns_suffix: b, endpoint: c, groups: [d]}",
    "uyuni": "{server: 'http://a', username: b, password: c, separator: x}",
    "vultr": "{follow_redirects: false}",
}

# Fields that came after 2.42.
NEWER_LINES = {"    match_first_network: true"}


def printed_sections(yaml):
    """Lines of each `*_sd_configs` in a printed configuration, by name."""
    sections, current = {}, None
    for line in yaml.splitlines():
        if re.match(r"  \w", line) or re.match(r"\S", line):
            name = re.match(r"  (\w+_sd_configs):$", line)
            current = sections.setdefault(name.group(1), []) if name else None
        elif current is not None and line not in NEWER_LINES:
            current.append(line)
    return sections


@unittest.skipUnless(os.access(PROMETHEUS, os.X_OK), "skipped: no prometheus in build/peers (scripts/setup.sh test)")
class Prometheus(harness.Case):
    def free_port(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return probe.getsockname()[1]

    def test_discovery_is_printed_alike(self):
        text = "scrape_configs:\n" + "".join(f"- job_name: {name}\n  {name}_sd_configs: [{item}]\n"
                                              for name, item in PRINTED.items())
        ours = self.server(text)
        port = self.free_port()
        theirs = self.keep(harness.Process(
            [PROMETHEUS, f"--config.file={ours.config}", f"--storage.tsdb.path={self.folder / 'theirs'}",
             f"--web.listen-address=127.0.0.1:{port}"], self.folder / "theirs.log"))
        theirs.wait_for_line("Server is ready to receive web requests")
        answer = harness.request(f"http://127.0.0.1:{port}/api/v1/status/config").json()
        expected = printed_sections(answer["data"]["yaml"])
        printed = printed_sections(ours.get("/api/v1/status/config").json()["data"]["yaml"])
        self.assertEqual(len(expected), len(PRINTED))
        self.maxDiff = None
        self.assertEqual(printed, expected)


if __name__ == "__main__":
    harness.main()
