"""`spec-kitty review`, as a person sees it."""

from __future__ import annotations

import json

import pytest
from inline_snapshot import snapshot

from project import SLUG
from screencast import Screencast

MOVE = "spec-kitty agent tasks move-task"


@pytest.fixture
def submitted(cast: Screencast) -> Screencast:
    cast.type("spec-kitty implement WP01 --actor bob --agent codex")
    cast.work("WP01", "README.md", "# Cats that purr\n")
    cast.work("WP01", "src/cat.py", "meow = 1\n")
    cast.type(f"{MOVE} WP01 --to for_review --actor bob")
    return cast


def test_a_review_shows_the_diff_the_checks_and_what_to_type(submitted: Screencast) -> None:
    assert submitted.type("spec-kitty review WP01") == snapshot("""\
WP01 Purr
  work of    bob (codex), attempt 1
  submitted  000200020002, compared with 000100010001 of 034-cats
  workspace  .worktrees/034-cats-WP01

 README.md  | 2 +-
 src/cat.py | 1 +
 2 files changed, 2 insertions(+), 1 deletion(-)

diff --git a/README.md b/README.md
index 348a8d4..cf57fd3 100644
--- a/README.md
+++ b/README.md
@@ -1 +1 @@
-# Cats
+# Cats that purr
diff --git a/src/cat.py b/src/cat.py
new file mode 100644
index 0000000..d3ef41f
--- /dev/null
+++ b/src/cat.py
@@ -0,0 +1 @@
+meow = 1

Checks
  verify  nothing ([verify] in .kittify/config.toml) runs at 'spec-kitty accept'

Next
  approve it
    spec-kitty agent tasks move-task WP01 --to done
  or send it back, with --note 'What to change' or a file
    spec-kitty agent tasks move-task WP01 --to doing --feedback-file review.md
""")


def test_what_is_not_submitted_is_not_reviewed(cast: Screencast) -> None:
    assert cast.type("spec-kitty review WP01") == snapshot("""\
refused (TRANSITION_REJECTED): WP01 has nothing to review. It is planned: it is ready. Start it: spec-kitty implement WP01
[1]
""")


def test_a_second_review_shows_what_was_sent_back(submitted: Screencast) -> None:
    evidence = {
        "findings": [{"id": "F1", "message": "Too quiet.", "path": "src/cat.py", "line": 1}]
    }
    submitted.project.move(
        "WP01",
        "in_progress",
        "critic",
        *("--review-ref", "review/1", "--note", "Purr louder.\nMuch.", "--evidence-json"),
        json.dumps(evidence),
    )
    submitted.work("WP01", "src/cat.py", "meow = 2\n")
    submitted.type(f"{MOVE} WP01 --to for_review --actor bob")
    shown = submitted.type("spec-kitty review WP01")
    assert shown[shown.index("Sent back") : shown.index("Next")] == snapshot("""\
Sent back before attempt 2
  because of  review
  by          critic
  reference   review/1
  since then  git diff 000200020002 000300030003
    F1 (major) src/cat.py:1: Too quiet.
    > Purr louder.
    > Much.

""")


def test_what_is_not_part_of_the_submission_is_warned_of(submitted: Screencast) -> None:
    submitted.work("WP01", "src/dog.py", "woof = 1\n")
    shown = submitted.type("spec-kitty review WP01")
    assert "woof" not in shown
    assert [line for line in shown.splitlines() if "Warning" in line] == snapshot(
        [
            "Warning: The workspace holds changes that were not submitted and are not shown here: src/dog.py."
        ]
    )


def test_commits_after_the_submission_are_warned_of(submitted: Screencast) -> None:
    folder = submitted.project.workspace("WP01")
    submitted.project.repo.git("-C", folder, "commit", "-q", "--allow-empty", "-m", "More")
    shown = submitted.type("spec-kitty review WP01")
    assert [line for line in shown.splitlines() if "Warning" in line] == snapshot(
        [
            "Warning: The branch of WP01 is at 000300030003, not at what was submitted. It has to be submitted again before it can be approved: spec-kitty agent tasks move-task WP01 --to for_review"
        ]
    )


def test_the_projects_checks_are_told(cast: Screencast) -> None:
    cast.write(
        ".kittify/config.toml",
        '[worktree]\nsetup = "make ready || true"\n[verify]\ncommand = "make test"\n',
    )
    cast.project.repo.commit("Check")
    cast.type("spec-kitty implement WP01")
    cast.work("WP01", "cat.py", "meow = 1\n")
    cast.type(f"{MOVE} WP01 --to for_review")
    shown = cast.type("spec-kitty review WP01")
    assert shown[shown.index("Checks") : shown.index("Next")] == snapshot("""\
Checks
  set-up  'make ready || true' ended with status 0, 0.1 s
  verify  'make test' runs at 'spec-kitty accept'

""")


def test_at_a_terminal_the_diff_is_coloured_and_cannot_steer_it(cast: Screencast) -> None:
    cast.type("spec-kitty implement WP01")
    cast.work("WP01", "README.md", "# Ca\x1b[2Jts\n")
    cast.type(f"{MOVE} WP01 --to for_review")
    shown = cast.type_at_terminal("spec-kitty review WP01")
    assert shown[shown.index("@@") - 5 : shown.index("Checks")] == snapshot("""\
\x1b[36m@@ -1 +1 @@\x1b[0m
\x1b[31m-# Cats\x1b[0m
\x1b[32m+# Ca\\x1b[2Jts\x1b[0m

\x1b[1m\
""")


def test_attributes_of_the_work_hide_nothing(cast: Screencast) -> None:
    cast.type("spec-kitty implement WP01")
    cast.work("WP01", ".gitattributes", "*.py -diff\n")
    cast.work("WP01", "cat.py", "meow = 1\n")
    cast.type(f"{MOVE} WP01 --to for_review")
    shown = cast.type("spec-kitty review WP01", folder=f".worktrees/{SLUG}-WP01")
    assert "+meow = 1" in shown
