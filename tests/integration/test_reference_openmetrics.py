"""Exposition spec, sections 1, 2 and 4: bodies in OpenMetrics, right and wrong ones."""
import itertools

import harness
from reference.rows import Row, Tables, error, stored, values
from reference.scripted import Answer
from reference.wording import in_old_words

OPEN = "application/openmetrics-text; version=1.0.0; charset=utf-8"
NUMBERS = itertools.count()
EOF = "# EOF\n"


def row(body, *see, **more):
    return Row(f"open_{next(NUMBERS):02}", [Answer(body, type=OPEN)], *see, **more)


def good(body, series="m", value="1", **more):
    return row(body, values(series, value), error(""), **more)


def bad_start(body, token, last):
    """2.42 shows the byte that does not fit, and not the line."""
    return bad(body, f'expected a valid start token, got "{token}" ("INVALID") while parsing: "{token}"',
               old=f'"INVALID" "{last}" is not a valid start token')


def bad(body, text, old=None, **more):
    old = old or in_old_words(text)
    differs = {"old": old, "why": "2.42 says it in fewer words"} if old != text else {}
    return row(body, values("up", "0"), error(text, **differs), **more)


ENDS = [
    good("m 1\n" + EOF),
    good("m 1\n# EOF"),
    good(EOF, "up", "1"),
    bad("m 1\n", "data does not end with # EOF"),
    bad("m 1\n# EOF\n\n", "unexpected data after # EOF"),
    bad("m 1\n# EOFx", "unexpected data after # EOF"),
    bad("m 1\n# EOF\nm 2\n", "unexpected data after # EOF"),
    bad("m 1", "data does not end with # EOF"),
]

LINES = [
    good("m -1\n" + EOF, value="-1"),
    good("m +Inf\n" + EOF, value="+Inf"),
    good("m{} 1\n" + EOF),
    good('m{a="1",b="2"} 1\n' + EOF, 'm{a="1",b="2"}'),
    good('m{a="x\\n\\"y\\\\"} 1\n' + EOF, 'm{a="x\\n\\"y\\\\"}'),
    good("# TYPE m counter\n# UNIT m \n# HELP m \nm_total 1\n" + EOF, "m_total"),
    good("# TYPE m_seconds gauge\n# UNIT m_seconds seconds\nm_seconds 1\n" + EOF, "m_seconds"),
    good("# TYPE m info\nm_info{a=\"b\"} 1\n" + EOF, 'm_info{a="b"}'),
    good("# TYPE m stateset\nm{m=\"a\"} 1\n" + EOF, 'm{m="a"}'),
    good("# TYPE m gaugehistogram\nm_bucket{le=\"1\"} 1\n" + EOF, 'm_bucket{le="1"}'),
    good("# TYPE m histogram\nm_bucket{le=\"1\"} 1\n" + EOF, 'm_bucket{le="1.0"}',
         only_ours="2.42 does not spell bounds anew"),
    good("# TYPE m counter\nm_total 1 # {id=\"x\"} 0.5 1.5\n" + EOF, "m_total"),
    good("# TYPE m counter\nm_total 1 # {} 0.5\n" + EOF, "m_total"),
    good("# TYPE m counter\nm_total 1\nm_created 5\n" + EOF, "m_created", "5"),
    good('{"m"} 1\n' + EOF, only_ours="2.42 has no quoted names"),
    row("m 1 -1.5\nn 1\n" + EOF, stored("n", "1"), error("")),
]

WRONG = [
    bad_start("# foo\n" + EOF, "# f", "f"),
    bad_start("#EOF\n" + EOF, "#E", "E"),
    bad_start("\n" + EOF, "\\n", "\\n"),
    bad_start(" m 1\n" + EOF, " ", " "),
    bad("m  1\n" + EOF, 'expected value after metric, got "  " ("INVALID") while parsing: "m  "'),
    bad("m\t1\n" + EOF, 'expected value after metric, got "\\t" ("INVALID") while parsing: "m\\t"'),
    bad("# TYPE m untyped\n" + EOF, 'invalid metric type "untyped"'),
    bad("# TYPE m  counter\n" + EOF, 'invalid metric type " counter"'),
    bad("# TYPE m\n" + EOF, "expected text in TYPE"),
    bad("# HELP m\n" + EOF, "expected text in HELP"),
    bad("# UNIT m\n" + EOF, "expected text in UNIT"),
    bad("# UNIT m_s seconds\n" + EOF, 'unit "seconds" not a suffix of metric "m_s"',
        old='unit not a suffix of metric "m_s"'),
    bad('m{a="1" b="2"} 1\n' + EOF,
        'expected comma or brace close, got " " ("INVALID") while parsing: "m{a=\\"1\\" "',
        old='expected comma or left brace, got "INVALID"'),
    bad("m 1 NaN\n" + EOF, "invalid timestamp NaN", old="invalid timestamp"),
    bad("m 1 +Inf\n" + EOF, "invalid timestamp +Inf", old="invalid timestamp"),
    bad("m 1e400\n" + EOF, 'strconv.ParseFloat: parsing "1e400": value out of range while parsing: "m 1e400"'),
    bad("m 0x1p-3\n" + EOF, 'unsupported character in float while parsing: "m 0x1p-3"'),
    bad('m {b="c"} 1\n' + EOF, 'strconv.ParseFloat: parsing "{b=\\"c\\"}": invalid syntax while parsing: "m {b=\\"c\\"}"'),
    bad("m_total 1 # {a=\"b\"} 1 NaN\n" + EOF, "invalid exemplar timestamp NaN", old="invalid exemplar timestamp"),
]

TYPES = [
    Row("type_html", [Answer("<p>", type="text/html; charset=utf-8")], values("up", "0"), error(
        'received unsupported Content-Type "text/html; charset=utf-8" and no fallback_scrape_protocol specified for '
        "target", old='"INVALID" is not a valid start token', why="2.42 reads what it does not know as text")),
    Row("type_open_as_text", [Answer("m 1\n" + EOF)], values("m", "1"), error("")),
    Row("type_parameters", [Answer("m 1\n" + EOF, type="Application/OpenMetrics-Text; version=9")], values("m", "1"),
        error("")),
    Row("type_changes", [Answer("m 1\n"), Answer("m 2\n" + EOF, type=OPEN), Answer("m 3\n")], values("m", "1 2 3"),
        values("scrape_series_added", "1 0 0")),
]


class OpenMetrics(Tables):
    # Protobuf is not compared here: 2.42 asks for it with a feature flag only, and writes other texts for broken
    # messages; tests of formats read what its own /metrics answers in it.
    tables = {"1": TYPES, "4 ends": ENDS, "4 lines": LINES, "4 wrong": WRONG}

    def test_1_content_types(self):
        self.check("1")

    def test_4_ends(self):
        self.check("4 ends")

    def test_4_lines(self):
        self.check("4 lines")

    def test_4_wrong_lines(self):
        self.check("4 wrong")


if __name__ == "__main__":
    harness.main()
