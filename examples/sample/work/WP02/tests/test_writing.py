import unittest

import hourglass


class Writing(unittest.TestCase):
    def test_one_unit_stands_alone(self) -> None:
        self.assertEqual(hourglass.format(3600), "1h")
        self.assertEqual(hourglass.format(59), "59s")

    def test_several_units_stand_largest_first(self) -> None:
        self.assertEqual(hourglass.format(5400), "1h 30m")
        self.assertEqual(hourglass.format(3661), "1h 1m 1s")

    def test_nothing_is_no_seconds(self) -> None:
        self.assertEqual(hourglass.format(0), "0s")
