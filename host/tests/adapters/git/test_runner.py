"""What a git that failed is blamed on: the machine, a lost object, or the host."""

import pytest

from spec_kitty.adapters.git.processes import Completed
from spec_kitty.adapters.git.runner import GitFailed, GitLacksObjects, GitStopped, failure


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("fatal: Unable to write new index file", GitStopped),
        ("error: could not write index", GitStopped),
        ("error: update-ref died of signal 9", GitStopped),
        ("error: unable to create temporary file: No space left on device", GitStopped),
        ("fatal: bad object 5922f65db3398559ff311173b7178e467c9751b6", GitLacksObjects),
        ("fatal: ambiguous argument 'cats'", GitFailed),
    ],
)
def test_what_git_says_tells_who_is_to_blame(said: str, kind: type[GitFailed]) -> None:
    assert type(failure(("update-index",), Completed(128, b"", said.encode()))) is kind
