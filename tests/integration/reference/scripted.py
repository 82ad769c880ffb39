"""A target whose answers are scripted byte for byte. The first part of a request's path names the script; each server
that scrapes it, known by its User-Agent, gets the answers one by one, and the last one again and again."""
import re
import socket
import socketserver
import threading
import time

TEXT = "text/plain; version=0.0.4"


class Answer:
    """`body` may be a function of the time in ms. `type` None: no Content-Type. `promise`: a Content-Length that is not
    the body's. PORT in a header is the target's. Waits are in seconds: before anything, and between head and body."""

    def __init__(self, body="", status="200 OK", type=TEXT, headers=(), silence=0, pause=0, promise=None):
        self.body, self.status, self.type, self.headers = body, status, type, tuple(headers)
        self.silence, self.pause, self.promise = silence, pause, promise

    def bytes(self):
        """Head and body."""
        body = self.body(int(time.time() * 1000)) if callable(self.body) else self.body
        body = body.encode() if isinstance(body, str) else body
        lines = ["HTTP/1.1 " + self.status, "Content-Length: %d" % (self.promise or len(body))]
        lines += ["Content-Type: " + self.type] if self.type is not None else []
        lines += [f"{name}: {value}" for name, value in self.headers]
        return ("\r\n".join(lines) + "\r\n\r\n").encode(), body


def redirect(location, status="302 Found"):
    return Answer(status=status, headers=[("Location", location)])


class Request:
    def __init__(self, head):
        lines = head.decode("latin-1").split("\r\n")
        self.line = lines[0]
        self.headers = [tuple(line.split(": ", 1)) for line in lines[1:] if ": " in line]
        self.reader = "debian" if self.header("User-Agent", "").startswith("Prometheus/") else "ours"

    def header(self, name, default=None):
        return next((value for key, value in self.headers if key.lower() == name.lower()), default)

    def script(self):
        found = re.match(r"GET (?:http://[^/]*)?/+([a-z0-9_]+)", self.line)
        return found.group(1) if found else ""


class Connection(socketserver.StreamRequestHandler):
    def handle(self):
        if self.request.family != socket.AF_UNIX:
            self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while head := self.read_head():
            answer = self.server.owner.next_answer(Request(head))
            try:
                self.say(answer)
            except OSError:
                return
            if answer.promise:
                return

    def read_head(self):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            try:
                line = self.rfile.readline()
            except OSError:
                return None
            if not line:
                return None
            head += line
        return head[:-4]

    def say(self, answer):
        time.sleep(answer.silence)
        head, body = answer.bytes()
        head = head.replace(b"PORT", self.server.owner.address.split(":")[1].encode())
        self.wfile.write(head if answer.pause else head + body)
        if answer.pause:
            self.wfile.flush()
            time.sleep(answer.pause)
            self.wfile.write(body)


class TcpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 512


class UnixServer(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


class ScriptedTarget:
    """Listens on 127.0.0.1, and on a unix socket if a path is given."""

    def __init__(self, scripts, socket_path=None):
        self.scripts = scripts
        self.lock = threading.Lock()
        self.requests = {}  # (reader, script) → requests, in order
        self.servers = [TcpServer(("127.0.0.1", 0), Connection)]
        self.address = "127.0.0.1:%d" % self.servers[0].server_address[1]
        if socket_path:
            self.servers.append(UnixServer(str(socket_path), Connection))
        for server in self.servers:
            server.owner = self
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()  # seconds until it ends

    def next_answer(self, request):
        with self.lock:
            seen = self.requests.setdefault((request.reader, request.script()), [])
            seen.append(request)
            script = self.scripts.get(request.script(), [Answer(status="404 No Such Script")])
            return script[min(len(seen), len(script)) - 1]

    def requests_of(self, reader, script):
        with self.lock:
            return list(self.requests.get((reader, script), []))

    def stop(self):
        for server in self.servers:
            server.shutdown()
            server.server_close()
