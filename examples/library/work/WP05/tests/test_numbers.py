import unittest

from glimpse import short


class Writing(unittest.TestCase):
    def test_small_numbers_stay_as_they_are(self) -> None:
        self.assertEqual([short(0), short(7), short(2.5)], ["0", "7", "2.5"])

    def test_three_digits_count(self) -> None:
        self.assertEqual([short(12_345), short(3.14159)], ["12.3k", "3.14"])

    def test_each_thousand_has_its_suffix(self) -> None:
        self.assertEqual([short(1e3), short(2e6), short(3e9)], ["1k", "2M", "3G"])

    def test_what_rounds_up_to_the_next_suffix_gets_it(self) -> None:
        self.assertEqual([short(999.9), short(999_999)], ["1k", "1M"])

    def test_negative_numbers_are_as_short(self) -> None:
        self.assertEqual(short(-12_345), "-12.3k")
