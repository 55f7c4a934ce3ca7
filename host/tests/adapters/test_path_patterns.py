import subprocess
from itertools import product
from pathlib import Path

from spec_kitty.domain.submission.path_patterns import compile_patterns

NAMES = ["a", "b", "ab", "a.b"]
STARTS = ["", "/", "**/", "a/", "a/**/", "*/", "a/b/"]
ENDS = ["a", "b", "*", "a*", "*b", "?", "a?", "[ab]", "[!a]", "*.b", "**"]
PATTERNS = [start + end for start in STARTS for end in ENDS]
PATHS = ["/".join(names) for depth in (1, 2, 3) for names in product(NAMES, repeat=depth)]


def test_patterns_mean_what_they_mean_to_git(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    ignore = tmp_path / ".git" / "info" / "exclude"
    for pattern in PATTERNS:
        ignore.write_text(pattern + "\n")
        asked = "\0".join(PATHS).encode()
        command = ["git", "-C", str(tmp_path), "check-ignore", "--no-index", "-z", "--stdin"]
        answer = subprocess.run(command, input=asked, capture_output=True)
        ignored = answer.stdout.decode().split("\0")[:-1]

        matcher = compile_patterns([pattern])
        assert (pattern, [path for path in PATHS if matcher.match(path)]) == (pattern, ignored)
