import subprocess
import sys
import unittest


def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hourglass", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


class Command(unittest.TestCase):
    def test_durations_are_added_up(self) -> None:
        self.assertEqual(run("45m", "1h").stdout, "1h 45m\n")

    def test_a_wrong_word_ends_it_with_a_sentence(self) -> None:
        ended = run("soon")
        self.assertEqual(ended.returncode, 1)
        self.assertIn("'soon' is no duration", ended.stderr)
