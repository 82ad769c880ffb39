"""Targets reached through a proxy, with a token, or with a certificate; and no secret in what the server says."""
import base64
import http.server
import json
import ssl
import subprocess
import threading

import harness

MARKER = "hunter2"  # part of every secret here


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


class Web:
    """An HTTP server whose requests are answered by answer(handler) → (status, body)."""

    def __init__(self, answer, tls=None):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def respond(self):
                status, body = answer(self)
                self.send_response(status)
                self.send_header("Content-Type", "application/json" if body.startswith("{") else "text/plain")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

            do_GET = do_POST = do_CONNECT = respond

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # of handshakes that are meant to fail
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.address = "127.0.0.1:%d" % self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Client(harness.Case):
    def web(self, answer, tls=None):
        return self.keep(Web(answer, tls))

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=self.folder)

    def identity(self, name):
        """NAME.pem and NAME.key, signed by the authority."""
        (self.folder / f"{name}.ext").write_text("subjectAltName=IP:127.0.0.1\n")
        self.openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj",
                     f"/CN={name}")
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                     "-days", "2", "-out", f"{name}.pem", "-extfile", f"{name}.ext")

    def tls_server(self):
        self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-subj",
                     "/CN=ca", "-days", "2")
        self.identity("server")
        self.identity("client")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "server.pem", self.folder / "server.key")
        context.load_verify_locations(self.folder / "ca.pem")
        context.verify_mode = ssl.CERT_REQUIRED
        return self.web(lambda handler: (200, "m 1\n"), context)

    def jobs(self):
        """The configuration, and what must become of its jobs: "" or the end of lastError."""

        def by_proxy(handler):
            if handler.command == "CONNECT":
                return 403, ""
            known = handler.headers["Proxy-Authorization"] == basic("prom", f"proxy-{MARKER}")
            return (200, "m 1\n") if known and handler.path == "http://far.test:9100/metrics" else (407, "")

        def tokens(handler):
            handler.rfile.read(int(handler.headers["Content-Length"]))
            shown = handler.headers["Authorization"] or ""
            if shown == basic("me", f"client-{MARKER}"):
                return 200, json.dumps({"access_token": f"token-{MARKER}", "expires_in": 3600})
            return 401, "who are you, " + shown

        def guarded(handler):
            return (200, "m 1\n") if handler.headers["Authorization"] == f"Bearer token-{MARKER}" else (401, "")

        proxy, token, guard, tls = self.web(by_proxy), self.web(tokens), self.web(guarded), self.tls_server()
        (self.folder / "secret").write_text(f" client-{MARKER}\n")
        proxy_url = f"proxy_url: 'http://prom:proxy-{MARKER}@{proxy.address}'"
        token_url = f"token_url: 'http://{token.address}/'"
        certificate = "cert_file: client.pem, key_file: client.key"
        return {
            "proxy": (f"{proxy_url}", "far.test:9100", ""),
            "proxy_refusing": (f"{proxy_url}\n    scheme: https", "far.test:443", ": Forbidden"),
            "oauth": (f"oauth2: {{client_id: me, client_secret_file: secret, {token_url}}}", guard.address, ""),
            "oauth_refused": (f"oauth2: {{client_id: me, client_secret: wrong-{MARKER}, {token_url}}}", guard.address,
                              "oauth2: cannot fetch token: 401 Unauthorized\nResponse: who are you, "),
            "mtls": (f"scheme: https\n    tls_config: {{ca_file: ca.pem, {certificate}}}", tls.address, ""),
            "mtls_without": ("scheme: https\n    tls_config: {ca_file: ca.pem}", tls.address,
                             "remote error: tls: certificate required"),
        }

    def test_every_job_and_no_secret(self):
        jobs = self.jobs()
        config = "global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs:\n" + "".join(
            f"  - job_name: {name}\n    {options}\n    static_configs: [{{targets: ['{target}']}}]\n"
            for name, (options, target, _) in jobs.items())
        server = self.server(config)

        def all_scraped():
            active = server.get("/api/v1/targets").json()["data"]["activeTargets"]
            states = {target["scrapePool"]: target for target in active}
            return states if len(states) == len(jobs) and all(t["health"] != "unknown" for t in active) else None

        states = harness.wait_for(all_scraped, "a scrape of every job")
        for name, (_, _, error) in jobs.items():
            with self.subTest(name):
                self.assertEqual(states[name]["health"], "down" if error else "up", states[name]["lastError"])
                self.assertTrue(states[name]["lastError"].endswith(error), states[name]["lastError"])
        said = server.log() + "".join(
            server.get(path).body.decode() for path in
            ("/api/v1/targets", "/api/v1/status/config", "/api/v1/targets/metadata", "/metrics"))
        for secret in (MARKER, basic("prom", f"proxy-{MARKER}")[6:], basic("me", f"client-{MARKER}")[6:],
                       basic("me", f"wrong-{MARKER}")[6:]):
            self.assertNotIn(secret, said)


if __name__ == "__main__":
    harness.main()
