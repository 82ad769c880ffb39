#!/usr/bin/env python3
"""load.py SHOP_URL FLASK_URL: a few requests per second to the sample applications, so that their numbers move. Ends
with its parent."""
import itertools
import os
import random
import sys
import time
import urllib.error
import urllib.request

REQUESTS_PER_SECOND = 8


def paths():
    for i in itertools.count():
        product = random.choice(["lamp", "chair", "teapot", "unicorn" if i % 20 == 0 else "lamp"])
        yield "shop", "/api/orders?product=" + product, b""
        yield "flask", "/dice", None
        yield "shop", "/api/products" if i % 5 else "/api/report", None
        yield "flask", "/slow" if i % 4 == 0 else "/dice", None


def main():
    urls = {"shop": sys.argv[1], "flask": sys.argv[2]}
    parent = os.getppid()
    for name, path, body in paths():
        if os.getppid() != parent:
            return
        try:
            urllib.request.urlopen(urllib.request.Request(urls[name] + path, data=body), timeout=5).read()
        except urllib.error.HTTPError:
            pass  # part of the show
        except OSError:
            pass  # an application that is being started or ended
        time.sleep(1 / REQUESTS_PER_SECOND)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
