import unittest

from glimpse.bars import BARS, draw
from glimpse.series import Series


class Bars(unittest.TestCase):
    def test_even_steps_take_every_bar(self) -> None:
        self.assertEqual(draw(Series((1, 2, 3, 4, 5, 6, 7, 8))), BARS)

    def test_the_least_is_lowest_and_the_most_is_highest(self) -> None:
        self.assertEqual(draw(Series((9, -1, 9))), "█▁█")

    def test_a_flat_series_is_drawn_in_the_middle(self) -> None:
        self.assertEqual(draw(Series((5, 5, 5))), "▄▄▄")

    def test_a_gap_is_a_space(self) -> None:
        self.assertEqual(draw(Series((1, None, 3))), "▁ █")
