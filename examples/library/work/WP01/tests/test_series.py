import unittest

from glimpse import Series


class Reading(unittest.TestCase):
    def test_words_are_numbers_with_and_without_a_suffix(self) -> None:
        series = Series.read(["120", "-3.5", "1.5k", "4M"])
        self.assertEqual(series.values, (120, -3.5, 1_500, 4_000_000))

    def test_a_gap_is_kept_but_is_no_number(self) -> None:
        series = Series.read(["1", "-", "3"])
        self.assertEqual((series.values, series.known), ((1, None, 3), (1, 3)))

    def test_a_word_that_is_no_number_is_refused(self) -> None:
        for word in ("soon", "1.2.3", "nan", "3kk", ""):
            with self.subTest(word), self.assertRaises(ValueError):
                Series.read(["1", word])

    def test_a_series_without_a_number_is_refused(self) -> None:
        for words in ([], ["-"]):
            with self.subTest(words), self.assertRaises(ValueError):
                Series.read(words)
