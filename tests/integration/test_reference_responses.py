"""Scrape spec, sections 3, 5 and 12: what becomes of a request, by what comes back."""
import gzip

import harness
from reference.rows import Row, See, Tables, error, field, header, request, values
from reference.scripted import Answer, redirect

NO_FALLBACK = "2.42 reads every Content-Type that it does not know as text"
PACKED = gzip.compress(b"a 1\n")


def packed(body, encoding="gzip"):
    return Answer(body, headers=[("Content-Encoding", encoding)])


def up(want, **differs):
    return values("up", want, **differs)


STATUS = [
    Row("s_404", [Answer("x", "404 Not Found")], error("server returned HTTP status 404 Not Found"), up("0"),
        field("health", "down")),
    Row("s_own_words", [Answer("x", "404 Nope nope")], error("server returned HTTP status 404 Nope nope")),
    Row("s_no_words", [Answer("a 1\n", "299 ")], error("server returned HTTP status 299 ")),
    Row("s_201", [Answer("a 1\n", "201 Created")], error("server returned HTTP status 201 Created"), up("0")),
    Row("s_204", [Answer("", "204 No Content")], error("server returned HTTP status 204 No Content")),
    Row("s_3xx_without_location", [Answer("", "304 Not Modified")],
        error("server returned HTTP status 304 Not Modified")),
    Row("s_200_with_other_words", [Answer("a 1\n", "200 Fine")], error(""), field("health", "up")),
]

ENCODING = [
    Row("e_gzip", [packed(PACKED)], values("a", "1"), values("scrape_body_size_bytes", "4"),
        job={"extra_scrape_metrics": True}),
    Row("e_not_gzip", [packed("a 1\n" * 10)], error("gzip: invalid header"), up("0")),
    Row("e_cut", [packed(PACKED[:-6])], error("unexpected EOF"), up("0")),
    Row("e_upper_case", [packed("a 1\n", "GZIP")], values("a", "1")),
    Row("e_deflate", [packed("a 1\n", "deflate")], values("a", "1")),
    Row("e_list", [packed("a 1\n", "gzip, x")], values("a", "1")),
    Row("e_body_size_limit", [packed(gzip.compress(b"a 1\n" * 1000))], error("body size limit exceeded"), up("0"),
        values("scrape_body_size_bytes", "-1"), job={"body_size_limit": "100B", "extra_scrape_metrics": True}),
]

BODY = [
    Row("b_empty", ["a 1\n", Answer("", type="text/html"), Answer("", type=None)], up("1 1 1"), error(""),
        values("a", "1 stale -"), values("scrape_samples_scraped", "1 0 0")),
    Row("b_no_type", [Answer("a 1\n", type=None)], up("0", old="1", why=NO_FALLBACK),
        error("non-compliant scrape target sending blank Content-Type and no fallback_scrape_protocol specified for "
              "target", old="", why=NO_FALLBACK)),
    Row("b_html", [Answer("<html>", type="text/html; charset=utf-8")],
        error('received unsupported Content-Type "text/html; charset=utf-8" and no fallback_scrape_protocol specified '
              'for target', old='"INVALID" is not a valid start token', why=NO_FALLBACK)),
    Row("b_fallback", [Answer("a 1\n", type=None)], up("1"), job={"fallback_scrape_protocol": "PrometheusText0.0.4"}),
    Row("b_refused", [""], error('Get "http://127.0.0.1:1/b_refused": dial tcp 127.0.0.1:1: connect: connection '
                                 'refused'), targets=["127.0.0.1:1"]),
    Row("b_cut_off", [Answer("a 1\n", promise=100)], error("unexpected EOF"), up("0"),
        values("scrape_body_size_bytes", "0"), job={"extra_scrape_metrics": True}),
]

SLOW = [
    Row("slow_head", [Answer("a 1\n", silence=2)],
        error('Get "http://ADDRESS/slow_head": context deadline exceeded'), up("0"),
        job={"scrape_timeout": "500ms"}),
    Row("slow_body", [Answer("a 1\n", pause=2)], error("context deadline exceeded"), up("0"),
        job={"scrape_timeout": "500ms"}),
]

PASSWORD = {"basic_auth": {"username": "u", "password": "p"}}
PLACED = "Basic dTpw"

REDIRECTS = [
    Row("r_followed", [redirect("/r_followed/next"), "a 1\n"], values("a", "1"), request("/r_followed/next", 1),
        header("Referer", "http://ADDRESS/r_followed", 1), header("Accept-Encoding", "gzip", 1),
        header("X-Prometheus-Scrape-Timeout-Seconds", "1", 1), header("Authorization", PLACED, 1), job=PASSWORD,
        scrapes=1),
    Row("r_308", [redirect("/r_308/next", "308 Permanent Redirect"), "a 1\n"], values("a", "1"), scrapes=1),
    Row("r_relative", [redirect("r_relative/next"), "a 1\n"], request("/r_relative/next", 1), values("a", "1"),
        scrapes=1),
    Row("r_off", [redirect("/r_off/next")], error("server returned HTTP status 302 Found"),
        job={"follow_redirects": False}),
    Row("r_nine", [redirect("/r_nine/again")] * 9 + ["a 1\n"], values("up", "1"), scrapes=1),
    Row("r_ten", [redirect("/r_ten/again")], error('Get "/r_ten/again": stopped after 10 redirects'),
        values("up", "0")),
    Row("r_ten_absolute", [redirect("http://127.0.0.1:PORT/r_ten_absolute")],
        error('Get "http://ADDRESS/r_ten_absolute": stopped after 10 redirects')),
    Row("r_to_nobody", [redirect("http://127.0.0.1:1/gone")],
        error('Get "http://127.0.0.1:1/gone": dial tcp 127.0.0.1:1: connect: connection refused')),
    Row("r_other_host", [redirect("http://localhost:PORT/r_other_host/there"), redirect(
        "http://127.0.0.1:PORT/r_other_host/back"), "a 1\n"], values("a", "1"), header("Authorization", PLACED, 0),
        header("Authorization", None, 1, old=PLACED, why="withheld since 3.13"),
        header("Authorization", None, 2, old=PLACED, why="withheld since 3.13"), job=PASSWORD, scrapes=1),
    Row("r_other_host_headers", [redirect("http://localhost:PORT/r_other_host_headers/there"), "a 1\n"],
        header("Cookie", "c", 0), header("X-Mine", "1", 0), header("Cookie", None, 1), header("X-Mine", "1", 1),
        job={"http_headers": {"Cookie": {"values": ["c"]}, "X-Mine": {"values": ["1"]}}}, scrapes=1,
        only_ours="2.42 has no http_headers"),
]

STATE = [
    Row("state_before", [Answer("a 1\n", silence=0.5)], field("health", "up"), field("lastError", "")),
    Row("state_recovers", [Answer("x", "500 No"), "a 1\n"], field("health", "up"), field("lastError", ""),
        values("up", "0 1")),
    Row("state_last_scrape", ["a 1\n"], See(
        "whether lastScrape is a scrape's timestamp", lambda view, row: view.last_scrape() in view.scrapes(), True)),
]

# At most so late that the timestamp is still moved to the tick: section 3. A busy machine makes some later ones.
ALIGNED = [
    Row("aligned", ["a 1\n"] * 6, See(
        "whether some scrapes are whole intervals apart",
        lambda view, row: any(abs(b - a - 1) < 1e-6 for a, b in zip(view.scrapes(), view.scrapes()[1:])), True)),
]


class Responses(Tables):
    tables = {"5 status": STATUS, "5 encoding": ENCODING, "5 body": BODY, "3 timeout": SLOW, "3 alignment": ALIGNED,
              "5.1": REDIRECTS, "12": STATE}

    def test_5_status(self):
        self.check("5 status")

    def test_5_content_encoding(self):
        self.check("5 encoding")

    def test_5_body(self):
        self.check("5 body")

    def test_3_timeout(self):
        self.check("3 timeout")

    def test_3_alignment(self):
        self.check("3 alignment")

    def test_5_1_redirects(self):
        self.check("5.1")

    def test_12_state(self):
        self.check("12")


if __name__ == "__main__":
    harness.main()
