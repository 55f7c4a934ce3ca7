import unittest

from glimpse.lines import line
from glimpse.series import Series


class Lines(unittest.TestCase):
    def test_bars_and_summary_stand_in_one_line(self) -> None:
        self.assertEqual(line(Series((1.0, 3.0))), "▁█  low 1.0  high 3.0  mean 2.0")

    def test_numbers_are_written_as_the_caller_likes(self) -> None:
        written = line(Series((7.0, None, 7.0)), lambda number: f"<{number:.0f}>")
        self.assertEqual(written, "▄ ▄  low <7>  high <7>  mean <7>")
