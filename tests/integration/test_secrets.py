"""Secrets of every kind a job can have, with targets that fail: nothing that the server or its commands say has one."""
import base64
import json
import subprocess
import urllib.parse

import harness
from reference.scripted import Answer, ScriptedTarget, redirect

MARKER = "hunter2marker"  # part of every secret here


def encodings(secret):
    """As the secret may be spelled on the way."""
    raw = secret.encode()
    return {secret, urllib.parse.quote(secret), raw.hex(), base64.b64encode(raw).decode().rstrip("=")[:-1]}


class Echo(ScriptedTarget):
    """Refuses everybody, and repeats what it was told in the body and beside the status."""

    def next_answer(self, request):
        super().next_answer(request)
        if request.script() == "redirect":
            return redirect(f"http://u:redirect-{MARKER}@127.0.0.1:1/")
        told = [request.line] + [f"{name}: {value}" for name, value in request.headers]
        return Answer("\n".join(told), status="401 Who " + " ".join(told))


class Secrets(harness.Case):
    def secret(self, kind):
        return f"{kind}-{MARKER}"

    def secret_file(self, kind):
        path = self.folder / f"{kind}.secret"
        path.write_text(self.secret(kind) + "\n")
        return str(path)

    def key(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out",
                        "cert.pem", "-subj", "/CN=x", "-days", "2"], check=True, capture_output=True, cwd=self.folder)
        return (self.folder / "key.pem").read_text(), (self.folder / "cert.pem").read_text()

    def sections(self, address):
        """What makes each job have its secret."""
        key, certificate = self.key()
        self.key_line = key.splitlines()[5]
        token = {"client_id": "me", "token_url": f"http://{address}/token"}
        return {
            "basic": {"basic_auth": {"username": "u", "password": self.secret("basic")}},
            "basic_file": {"basic_auth": {"username": "u", "password_file": self.secret_file("basic_file")}},
            "authorization": {"authorization": {"credentials": self.secret("authorization")}},
            "authorization_file": {"authorization": {"type": "Token",
                                                     "credentials_file": self.secret_file("authorization_file")}},
            "bearer": {"bearer_token": self.secret("bearer")},
            "bearer_file": {"bearer_token_file": self.secret_file("bearer_file")},
            "oauth2": {"oauth2": {**token, "client_secret": self.secret("oauth2")}},
            "oauth2_file": {"oauth2": {**token, "client_secret_file": self.secret_file("oauth2_file")}},
            "oauth2_endpoint": {"oauth2": {**token, "client_secret": "x", "token_url":
                                           f"http://u:{self.secret('oauth2_endpoint')}@{address}/token"}},
            "proxy": {"proxy_url": f"http://u:{self.secret('proxy')}@{address}"},
            "proxy_tunnel": {"proxy_url": f"http://u:{self.secret('proxy_tunnel')}@{address}", "scheme": "https"},
            "proxy_header": {"proxy_url": f"http://{address}", "scheme": "https",
                             "proxy_connect_header": {"X-Key": [self.secret("proxy_header")]}},
            "header": {"http_headers": {"X-Key": {"secrets": [self.secret("header")]}}},
            "header_file": {"http_headers": {"X-Key": {"files": [self.secret_file("header_file")]}}},
            "tls_key": {"scheme": "https", "tls_config": {"cert": certificate, "key": key}},
            "tls_key_broken": {"scheme": "https",
                               "tls_config": {"cert": certificate, "key": self.secret("tls_key_broken")}},
            "redirect": {},
            "jwt_key": {"oauth2": {**token, "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
                                   "client_certificate_key": self.secret("jwt_key")}},
        }

    def config(self, address):
        return {"global": {"scrape_interval": "500ms", "scrape_timeout": "500ms"}, "scrape_configs": [
            {"job_name": kind, "metrics_path": "/" + kind, "static_configs": [{"targets": [address]}], **section}
            for kind, section in self.sections(address).items()]}

    def look(self, what, text):
        for kind in self.kinds:
            for spelled in encodings(self.secret(kind)):
                self.assertNotIn(spelled, text, f"{what} tells the secret of {kind}")
            self.assertNotIn(base64.b64encode(f"u:{self.secret(kind)}".encode()).decode(), text, f"{what}: {kind}")
        self.assertNotIn(MARKER, text, what)
        self.assertNotIn(self.key_line, text, what)

    def history(self, narthex):
        return {one["scrapePool"]: one["attempts"]
                for one in narthex.get("/api/v1/targets/history").json()["data"]["targets"]}

    def test_nobody_tells(self):
        echo = self.keep(Echo({}))
        config = self.config(echo.address)
        self.kinds = [job["job_name"] for job in config["scrape_configs"]]
        narthex = self.server(json.dumps(config), "--log.level=debug")
        history = harness.wait_for(lambda: (lambda h: h if len(h) == len(self.kinds) and all(h.values()) else None)(
            self.history(narthex)), "an attempt of every job")
        for kind in self.kinds:
            self.assertTrue(history[kind][0]["error"], kind)
        self.assertIn("<secret>", history["basic"][0]["error"])
        # The secrets were really used: the target was told them.
        told = [value for requests in echo.requests.values() for request in requests for _, value in request.headers]
        for kind in ("authorization", "authorization_file", "bearer", "bearer_file", "header", "header_file"):
            self.assertTrue(any(self.secret(kind) in value for value in told), kind)
        for kind in ("basic", "basic_file", "proxy"):
            self.assertIn("Basic " + base64.b64encode(f"u:{self.secret(kind)}".encode()).decode(), told)
        for path in ("/api/v1/targets", "/api/v1/targets/history?body=1", "/api/v1/status/config",
                     "/api/v1/scrape_pools",
                     "/api/v1/targets/metadata", "/api/v1/metadata", "/api/v1/notifications", "/metrics",
                     "/api/v1/status/flags", "/api/v1/status/runtimeinfo", "/api/v1/status/self_metrics",
                     "/api/v1/query?query=%7Bjob!=%22%22%7D", "/api/v1/series?match[]=up", "/api/v1/labels",
                     *[f"/api/v1/scrape_pools/config?scrapePool={kind}" for kind in self.kinds]):
            answer = narthex.get(path)
            self.assertEqual(answer.status, 200, path)
            self.look(path, answer.body.decode())
        self.look_at_commands(narthex, config, echo.address)
        self.look("the log", narthex.log())

    def look_at_commands(self, narthex, config, address):
        other = self.folder / "other.yml"
        for job in config["scrape_configs"]:
            job["honor_labels"] = True
        text = json.dumps(config)
        other.write_text(text.replace(MARKER, MARKER + "2"))
        broken = self.folder / "broken.yml"
        broken.write_text(text.replace(f'"password": "{self.secret("basic")}"', f'"passwort": "{self.secret("basic")}"')
                          .replace(f'"{self.secret("bearer")}"', f'["{self.secret("bearer")}"]')
                          .replace(f"{self.secret('proxy')}@", f"{self.secret('proxy')}/@"))
        scrapes = [["scrape", f"http://{address}/{kind}", "--config", narthex.config, "--job", kind]
                   for kind in self.kinds]
        for codes, arguments in (({0}, ["check", "config", narthex.config]), ({1}, ["check", "config", broken]),
                                 ({1}, ["check", "config", other, "--diff", narthex.url]),
                                 ({1}, ["check", "config", other, "--diff", narthex.config]),
                                 *[({1, 2}, scrape) for scrape in scrapes]):
            for form in ("text", "json"):
                code, out, err = self.run_to_end(*arguments, "--format", form)
                self.assertIn(code, codes, (arguments, out, err))
                self.look(" ".join(map(str, arguments)), out + err)

    def test_a_reload_that_fails_tells_nothing(self):
        self.kinds, self.key_line = ["basic", "url"], MARKER
        narthex = self.server("{}", "--log.level=debug", "--web.enable-lifecycle")
        for section in (f"basic_auth: {{password: [{self.secret('basic')}]}}", f"basic_auth: {self.secret('basic')}",
                        f"proxy_url: 'http://u:{self.secret('url')}/x@h/'",
                        f"proxy_url: 'http://u:{self.secret('url')} x@h/'",
                        f"http_headers: {{X: {{secrets: {self.secret('basic')}}}}}",
                        f"oauth2: {{client_secret: {{a: {self.secret('basic')}}}}}",
                        f"tls_config: {{key: {self.secret('basic')}, cert_file: [x]}}"):
            narthex.config.write_text(f"scrape_configs:\n- job_name: j\n  {section}\n")
            answer = harness.request(narthex.url + "/-/reload", "POST")
            self.assertEqual(answer.status, 500, section)
            self.look(section, answer.body.decode())
        self.look("notifications", narthex.get("/api/v1/notifications").body.decode())
        self.look("the log", narthex.log())


if __name__ == "__main__":
    harness.main()
