import unittest

import hourglass


class Reading(unittest.TestCase):
    def test_each_unit_counts_its_seconds(self) -> None:
        self.assertEqual(hourglass.parse("1h"), 3600)
        self.assertEqual(hourglass.parse("2m"), 120)
        self.assertEqual(hourglass.parse("3s"), 3)

    def test_parts_add_up_with_and_without_spaces(self) -> None:
        self.assertEqual(hourglass.parse("1h 30m"), 5400)
        self.assertEqual(hourglass.parse("1h30m"), 5400)

    def test_text_that_is_no_duration_is_refused(self) -> None:
        for text in ("", "soon", "1h and a bit", "h1"):
            with self.subTest(text=text), self.assertRaises(ValueError):
                hourglass.parse(text)
