"""What breaks outside or inside the host is an answer too; the details are on stderr."""
# ruff: noqa: E501 (sentences are compared whole, each on its line)

import os
import shutil
import subprocess
from pathlib import Path

from inline_snapshot import snapshot

from door import PROGRAM, call, refs_and_files
from project import SLUG, Project
from repository import Repo

NO_FILE_GROWS = ("prlimit", "--fsize=0")


def _object(project: Project, name: str) -> Path:
    oid = project.repo.git("rev-parse", name)
    return project.repo.path / ".git" / "objects" / oid[:2] / oid[2:]


def test_a_journal_that_lost_its_state_is_damaged(project: Project) -> None:
    project.start("WP01")
    _object(project, f"refs/spec-kitty/{SLUG}^{{tree}}").unlink()
    shutil.rmtree(project.repo.path / ".git/spec-kitty/spares")
    before = refs_and_files(project.repo)
    tip = project.repo.tip(f"refs/spec-kitty/{SLUG}")
    assert project.api("feature-state").refusal == ("JOURNAL_DAMAGED", {"commit": tip})
    assert project.start("WP02").error == "JOURNAL_DAMAGED"
    assert refs_and_files(project.repo) == before


def test_a_journal_whose_state_is_nonsense_is_damaged(project: Project) -> None:
    project.start("WP01")
    blob = project.repo.git("hash-object", "-w", "--stdin", stdin="{]")
    tree = project.repo.git("mktree", stdin=f"100644 blob {blob}\tfeature.json\n")
    tip = project.repo.tip(f"refs/spec-kitty/{SLUG}")
    forged = project.repo.git("commit-tree", tree, "-p", tip, "-m", "Nonsense")
    project.repo.git("update-ref", f"refs/spec-kitty/{SLUG}", forged)
    assert project.api("feature-state").refusal == ("JOURNAL_DAMAGED", {"commit": forged})


def test_an_entry_that_is_no_event_damages_the_history_only(project: Project) -> None:
    project.start("WP01")
    tip = project.repo.tip(f"refs/spec-kitty/{SLUG}")
    forged = project.repo.git("commit-tree", f"{tip}^{{tree}}", "-p", tip, "-m", "WP01: done")
    project.repo.git("update-ref", f"refs/spec-kitty/{SLUG}", forged)
    assert project.api("history").refusal == ("JOURNAL_DAMAGED", {"commit": forged})


def test_a_full_disk_is_an_answer_and_changes_nothing(project: Project) -> None:
    project.start("WP01")
    before = refs_and_files(project.repo)
    words = ("append-history", "--feature", SLUG, "--wp", "WP01", "--actor", "bot", "--note", "x")
    answer = call(project.repo, *words, limits=NO_FILE_GROWS)
    assert (answer.error, answer.stderr) == ("ENVIRONMENT_UNSUPPORTED", "")
    assert answer.envelope["data"]["errno"] == snapshot(27)
    assert answer.message == snapshot(
        "The system refused a step: File too large. Nothing acknowledged was lost; free the cause (disk space, permissions, memory) and try again."
    )
    assert refs_and_files(project.repo) == before
    assert call(project.repo, *words).data


def test_a_defect_is_reported_on_stderr_under_the_correlation_id(
    project: Project, tmp_path: Path
) -> None:
    git, real = tmp_path / "git", shutil.which("git")
    git.write_text(
        f'#!/bin/sh\ncase "$*" in *cat-file*) echo no sense; exit ;; esac\nexec {real} "$@"\n'
    )
    git.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    answer = call(project.repo, "feature-state", "--feature", SLUG, env={"PATH": path})
    assert answer.error == "INTERNAL_ERROR"
    first, _, report = answer.stderr.partition("\n")
    assert first == answer.envelope["correlation_id"]
    assert report.startswith("Traceback (most recent call last):")
    assert "Traceback" not in str(answer.envelope)


def test_a_place_where_nothing_can_be_written_is_an_answer(project: Project) -> None:
    (project.repo.path / ".git" / "spec-kitty").write_text("in the way")
    answer = project.start("WP01")
    assert (answer.error, answer.stderr) == ("ENVIRONMENT_UNSUPPORTED", "")


def test_a_link_to_nowhere_in_the_place_of_the_own_folder_is_named(project: Project) -> None:
    project.start("WP01")
    project.work("WP01", "cat.py", "meow = 1\n")
    Repo(project.workspace("WP01")).commit("Meow")
    own, aside = project.repo.path / ".git/spec-kitty", project.repo.path / ".git/aside"
    own.rename(aside)
    own.symlink_to("/nowhere/at/all")

    answer = project.move("WP01", "for_review")

    assert (answer.refusal, answer.stderr) == (
        ("ENVIRONMENT_UNSUPPORTED", {"path": str(own)}),
        "",
    )
    own.unlink()
    aside.rename(own)
    assert project.move("WP01", "for_review").data


def test_a_folder_that_was_deleted_is_an_answer(project: Project) -> None:
    ended = subprocess.run(
        ["sh", "-c", 'mkdir gone && cd gone && rmdir ../gone && "$0" "$@"', PROGRAM,
         "orchestrator-api", "feature-state", "--feature", SLUG],
        cwd=project.repo.path,
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert ended.returncode == 1
    assert len(ended.stdout.splitlines()) == 1
    assert '"success": false' in ended.stdout


def test_without_git_the_machine_is_not_supported(project: Project, tmp_path: Path) -> None:
    answer = call(project.repo, "feature-state", "--feature", SLUG, env={"PATH": str(tmp_path)})
    assert (answer.error, answer.message) == snapshot(
        ("ENVIRONMENT_UNSUPPORTED", "There is no 'git' on the PATH. Install git 2.38 or later.")
    )


def test_a_git_that_is_too_old_is_not_supported(project: Project, tmp_path: Path) -> None:
    old = tmp_path / "git"
    old.write_text("#!/bin/sh\necho git version 2.30.2\n")
    old.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    answer = call(project.repo, "feature-state", "--feature", SLUG, env={"PATH": path})
    assert answer.refusal == ("ENVIRONMENT_UNSUPPORTED", {"found": "git version 2.30.2"})


def test_standard_output_that_is_full_does_not_undo_the_change(project: Project) -> None:
    with open("/dev/full", "wb") as full:
        ended = subprocess.run(
            [PROGRAM, "orchestrator-api", "append-history", "--feature", SLUG, "--wp", "WP01",
             "--actor", "bot", "--note", "x"],
            cwd=project.repo.path,
            stdout=full,
            stderr=subprocess.PIPE,
        )  # fmt: skip
    assert ended.returncode != 0
    assert len(project.events()) == 1
