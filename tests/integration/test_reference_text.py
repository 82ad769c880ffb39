"""Exposition spec, sections 1 to 3: lines of the text format, right and wrong ones."""
import itertools

import harness
from reference.rows import Row, Tables, error, values
from reference.wording import in_old_words

NAMES = "2.42 has no quoted names"
NUMBERS = itertools.count()


def row(body, *see, **more):
    """Named by its place in the file."""
    return Row(f"text_{next(NUMBERS):02}", [body], *see, **more)


def good(body, series="m", value="1", **more):
    return row(body, values(series, value), error(""), **more)


def bad(body, text, **more):
    old = in_old_words(text)
    differs = {"old": old, "why": "2.42 says it in fewer words"} if old != text else {}
    return row(body, values("up", "0"), error(text, **differs), **more)


FLOATS = [
    *[good(f"m {text}\n", value=value) for text, value in (
        (".5", "0.5"), ("5.", "5"), ("+3", "3"), ("1E3", "1000"), ("1e-400", "0"), ("NaN", "NaN"), ("nan", "NaN"),
        ("+Inf", "+Inf"), ("-inf", "-Inf"), ("Infinity", "+Inf"), ("-0", "-0"), ("1e5", "100000"))],
    *[bad(f"m {text}\n", f'strconv.ParseFloat: parsing "{text}": invalid syntax while parsing: "m {text}"')
      for text in ("0x1A", "true", "1.2.3", "+NaN", "-NaN", "1e", "infi", "1,5")],
    bad("m 1e400\n", 'strconv.ParseFloat: parsing "1e400": value out of range while parsing: "m 1e400"'),
    bad("m 1_2\n", 'unsupported character in float while parsing: "m 1_2"'),
    bad("m 0x1p-3\n", 'unsupported character in float while parsing: "m 0x1p-3"'),
]

TOKENS = [
    good('m{l="a\\\\b\\"c\\nd\\te"} 1\n', 'm{l="a\\\\b\\"c\\nd\\\\te"}'),
    good('m{l="a\nb"} 1\n', 'm{l="a\\nb"}'),
    good('m{l="1",} 1\n', 'm{l="1"}'),
    good("m{} 1\n"),
    good('m{ l = "1" } 1\n', 'm{l="1"}'),
    good('m{a="1" b="2"} 1\n', 'm{a="1",b="2"}'),
    good('m{l=""} 1\n', 'm{l=""}'),
    good('m{l="1"}1\n', 'm{l="1"}'),
    good("m 1"),
    good("m 1 \n"),
    good("\n  \n\t\nm 1\n"),
    good("#\n#foo\n# HELPfoo\n# TYPE\n# EOF\n# UNIT m x\n#HELP m x\nm 1\n"),
    good("# HELP m \n# TYPE m counter\nm 1\n"),
    good("# TYPE m untyped\nm 1\n"),
    good("# TYPE m counter\n# TYPE m gauge\nm 1\n"),
    good('m{l="\u00e9"} 1\n', 'm{l="\u00e9"}'),
    good("m 1\n\0rest"),
    good('{"m"} 1\n', only_ours=NAMES),
    good('{l="1","m"} 1\n', 'm{l="1"}', only_ours=NAMES),
    good('{"utf8.name","la bel"="v"} 1\n', '{"utf8.name","la bel"="v"}', only_ours=NAMES),
    good('m{"quoted"="v",} 1\n', 'm{quoted="v"}', only_ours=NAMES),
]

WRONG = [
    bad("a\n", 'expected value after metric, got "\\n" ("INVALID") while parsing: "a\\n"'),
    bad("a{b='c'} 1\n", 'expected label value, got "\'" ("INVALID") while parsing: "a{b=\'"'),
    bad("a{b=\n", 'expected label value, got "\\n" ("INVALID") while parsing: "a{b=\\n"'),
    bad(b'a{\xff="x"} 1\n', 'expected label name, got "\\xff" ("INVALID") while parsing: "a{\\xff"'),
    bad('{"a", "b = "c"}\n', 'expected equal, got "c\\"" ("LNAME") while parsing: "{\\"a\\", \\"b = \\"c\\""',
        only_ours=NAMES),
    bad("{A}0\n", 'expected equal, got "}0" ("BCLOSE") while parsing: "{A}0"', only_ours=NAMES),
    bad('{a="ok"} 1\n', 'metric name not set while parsing: "{a=\\"ok\\"} 1"', only_ours=NAMES),
    bad('{__name__="x"} 1\n', 'metric name not set while parsing: "{__name__=\\"x\\"} 1"', only_ours=NAMES),
    bad('a{__name__="x"} 1\n', 'label name "__name__" is not unique: invalid sample'),
    bad('m{"n"} 1\n', 'metric name already set while parsing: "m{\\"n\\"}"', only_ours=NAMES),
    bad('{""} 1\n', "missing metric name (__name__ label)", only_ours=NAMES),
    bad('m{=""} 0\n', 'expected label name, got "=\\"" ("EQUAL") while parsing: "m{=\\""'),
    bad('m{,a="1"} 0\n', 'expected label name, got ",a" ("COMMA") while parsing: "m{,a"'),
    bad('m{a="1",,} 0\n', 'expected label name, got ",}" ("COMMA") while parsing: "m{a=\\"1\\",,}"'),
    bad("m 1 1000 x\n", 'expected next entry after timestamp, got "x" ("INVALID") while parsing: "m 1 1000 x"'),
    bad("m 1 1.5\n", 'expected next entry after timestamp, got "." ("INVALID") while parsing: "m 1 1."'),
    bad("m 1 -5\n", 'expected timestamp or new record, got "-" ("INVALID") while parsing: "m 1 -"'),
    bad("m 1 # {} 1\n", 'expected timestamp or new record, got "#" ("INVALID") while parsing: "m 1 #"'),
    bad("m 1 2 3\n", 'expected next entry after timestamp, got "3\\n" ("TIMESTAMP") while parsing: "m 1 2 3\\n"'),
    bad("m 1 99999999999999999999\n", 'strconv.ParseInt: parsing "99999999999999999999": value out of range while '
        'parsing: "m 1 99999999999999999999"'),
    bad("1a 1\n", 'expected a valid start token, got "1" ("INVALID") while parsing: "1"'),
    bad("}\n", 'expected a valid start token, got "}" ("INVALID") while parsing: "}"'),
    bad('a{b="c"}{d="e"} 1\n',
        'expected value after metric, got "{d" ("BOPEN") while parsing: "a{b=\\"c\\"}{d"'),
    bad('a{b="c"\n', 'expected label name, got "\\n" ("INVALID") while parsing: "a{b=\\"c\\"\\n"'),
    bad('a{b:c="1"} 1\n', 'expected equal, got ":" ("INVALID") while parsing: "a{b:"'),
    bad("a-b 1\n", 'strconv.ParseFloat: parsing "-b": invalid syntax while parsing: "a-b"'),
    bad("m 1\r\n", 'strconv.ParseFloat: parsing "1\\r": invalid syntax while parsing: "m 1\\r"'),
    bad("# TYPE m counter \nm 1\n", 'invalid metric type "counter "'),
    bad("# TYPE m info\n", 'invalid metric type "info"'),
    bad("# TYPE m\n", 'invalid metric type ""'),
    bad(b"# HELP m \xff\n", 'help text "\\xff" is not a valid utf8 string'),
    bad(b'm{l="\xff"} 1\n', 'invalid UTF-8 label value: "\\"\\xff\\""'),
    bad("# HELP \nm 1\n", 'expected metric name after HELP, got "\\n" ("INVALID") while parsing: "# HELP \\n"'),
]


class Text(Tables):
    tables = {"2.1": FLOATS, "2": TOKENS, "3.1": WRONG}

    def test_2_1_floats(self):
        self.check("2.1")

    def test_2_and_3_tokens_and_lines(self):
        self.check("2")

    def test_3_1_wrong_lines(self):
        self.check("3.1")


if __name__ == "__main__":
    harness.main()
