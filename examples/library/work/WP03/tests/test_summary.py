import unittest

from glimpse.series import Series
from glimpse.summary import Summary, summarize


class Summarizing(unittest.TestCase):
    def test_a_series_has_a_lowest_a_highest_and_a_mean(self) -> None:
        self.assertEqual(summarize(Series((4, 1, 7))), Summary(low=1, high=7, mean=4))

    def test_a_gap_counts_nowhere(self) -> None:
        self.assertEqual(summarize(Series((2, None, 4))), Summary(low=2, high=4, mean=3))
