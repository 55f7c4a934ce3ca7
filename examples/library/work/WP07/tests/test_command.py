import subprocess
import sys
import unittest

from glimpse.__main__ import main


class Command(unittest.TestCase):
    def test_a_series_is_one_line_with_short_numbers(self) -> None:
        expected = "▁ ▃█  low 500  high 2k  mean 1.17k  change +1.5k (+300 %)"
        self.assertEqual(main(["500", "-", "1000", "2k"]), expected)

    def test_what_is_no_series_ends_with_a_sentence_and_2(self) -> None:
        words = [sys.executable, "-m", "glimpse", "soon"]
        ended = subprocess.run(words, capture_output=True, text=True, check=False)
        self.assertEqual(
            (ended.returncode, ended.stdout, ended.stderr),
            (2, "", "glimpse: 'soon' is no number. Write 120, 1.2k, or - for a gap.\n"),
        )
