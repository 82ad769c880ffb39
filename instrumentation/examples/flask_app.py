#!/usr/bin/env python3
"""flask_app.py [PORT]: a Flask application with the official Python client, as people instrument theirs. Serves on
127.0.0.1:PORT (5000; 0: any) until it is ended; the first line of output names the address.

  /           what there is
  /dice       rolls one; a six is an error now and then
  /slow       takes its time
  /metrics    Prometheus text format
"""
import random
import signal
import sys
import time

from flask import Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, Info, Summary, generate_latest
from werkzeug.serving import WSGIRequestHandler, make_server

app = Flask(__name__)

REQUESTS = Counter("flask_requests_total", "Requests by route and code.", ["route", "code"])
DURATION = Histogram("flask_request_duration_seconds", "How long requests took.", ["route"])
RESPONSE_BYTES = Summary("flask_response_bytes", "Size of answers.", ["route"])
IN_PROGRESS = Gauge("flask_requests_in_progress", "Requests being answered.")
ROLLS = Counter("dice_rolls_total", "Rolled dice by face.", ["face"])
LAST_ROLL = Gauge("dice_last_roll", "The face that fell last.")
Info("flask_app", "About this application.").info({"language": "python", "framework": "flask"})


def route():
    return request.url_rule.rule if request.url_rule else "unknown"


@app.before_request
def begin():
    g.begin = time.perf_counter()
    IN_PROGRESS.inc()


@app.after_request
def observe(response):
    IN_PROGRESS.dec()
    DURATION.labels(route()).observe(time.perf_counter() - g.begin)
    RESPONSE_BYTES.labels(route()).observe(response.calculate_content_length() or 0)
    REQUESTS.labels(route(), response.status_code).inc()
    return response


@app.get("/")
def index():
    return Response("A die. GET /dice, GET /slow, GET /metrics\n", mimetype="text/plain")


@app.get("/dice")
def dice():
    face = random.randint(1, 6)
    ROLLS.labels(face).inc()
    LAST_ROLL.set(face)
    if face == 6 and random.random() < 0.2:
        return Response("it fell off the table\n", status=500, mimetype="text/plain")
    return {"face": face}


@app.get("/slow")
def slow():
    time.sleep(random.uniform(0.01, 0.1))
    return Response("done\n", mimetype="text/plain")


@app.get("/metrics")
def metrics():
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


class QuietHandler(WSGIRequestHandler):
    def log_request(self, *args):
        pass


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        server = make_server("127.0.0.1", port, app, threaded=True, request_handler=QuietHandler)
        print(f"flask_app: http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
