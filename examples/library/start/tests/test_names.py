import unittest

import glimpse


class Names(unittest.TestCase):
    def test_every_promised_name_is_there(self) -> None:
        missing = [name for name in glimpse.__all__ if not hasattr(glimpse, name)]
        self.assertEqual(missing, [])
