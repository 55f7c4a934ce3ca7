import unittest

from glimpse.changes import change


class Changes(unittest.TestCase):
    def test_more_and_less_have_their_sign_and_share(self) -> None:
        self.assertEqual(change(80, 120), "+40 (+50 %)")
        self.assertEqual(change(80, 60), "-20 (-25 %)")
        self.assertEqual(change(-80, -60), "+20 (+25 %)")

    def test_equal_numbers_are_unchanged(self) -> None:
        self.assertEqual(change(5, 5), "unchanged")

    def test_from_nothing_there_is_no_share(self) -> None:
        self.assertEqual(change(0, 12_345), "+12.3k")
