"""The verdicts of the table: a missing number of ours is a miss, a missing number of a peer too."""
import unittest

from processes import Failed
from table import OURS, PROMETHEUS, VICTORIA, Row, ratio_text, render

NUMBERS = {OURS: 1.0, PROMETHEUS: 8.0, VICTORIA: 8.0}


class Verdicts(unittest.TestCase):
    def test_table(self):
        for values, aims, limit, expected in [
            (NUMBERS, {}, None, ""),
            (NUMBERS, {PROMETHEUS: 1 / 8}, None, "met"),
            (NUMBERS, {PROMETHEUS: 1 / 8, VICTORIA: 1 / 12}, None, "MISSED V"),
            (NUMBERS, {PROMETHEUS: 1 / 9, VICTORIA: 1 / 12}, None, "MISSED P V"),
            ({**NUMBERS, OURS: Failed("404")}, {PROMETHEUS: 1}, None, "MISSED P"),
            ({**NUMBERS, PROMETHEUS: Failed("404")}, {PROMETHEUS: 1}, None, "MISSED P"),
            ({OURS: 0, PROMETHEUS: 0}, {}, 0, "met"),
            ({OURS: 1, PROMETHEUS: 0}, {}, 0, "MISSED limit"),
            ({OURS: None}, {}, 0, "MISSED limit"),
        ]:
            self.assertEqual(Row("row", values, aims, limit).verdict(), expected, (values, aims, limit))

    def test_ratios(self):
        for ratio, text in [(None, "-"), (0.125, "1/8"), (0.4, "1/2.5"), (1, "1"), (2.5, "2.5"), (0, "0")]:
            self.assertEqual(ratio_text(ratio), text)

    def test_losing_and_failed_rows_are_printed(self):
        rows = [Row("loses", {OURS: 9.0, PROMETHEUS: 3.0}, {PROMETHEUS: 1 / 2}), Row("fails", {OURS: Failed("HTTP 404")})]
        text = "\n".join(render([("part: x", rows)], [OURS, PROMETHEUS]))
        self.assertRegex(text, r"loses +9\.00 +3\.00 +3 .*MISSED P")
        self.assertRegex(text, r"fails +failed")
        self.assertIn("part: narthex: HTTP 404 (fails)", text)


if __name__ == "__main__":
    unittest.main()
