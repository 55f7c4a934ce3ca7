"""A landing that was cut short is finished if the target has it, and undone otherwise."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from landing_scene import Scene, be_at_work, busy_scene, make_scene, scene
from repository import Repo
from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.git.runner import Git
from spec_kitty.adapters.landing.landing import Landing
from spec_kitty.domain.refusals import ErrorCode, Refusal

__all__ = ["busy_scene", "scene"]

# Lands in a process of its own, which is killed after the step that is named last.
_KILLED_AFTER_STEP = """
import os, signal, sys
from pathlib import Path
from landing_scene import Scene
from repository import Repo
from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.git.runner import Git
from spec_kitty.adapters.landing.landing import Landing

path, old, new, intent, last = sys.argv[1:]

def die(step):
    if step == last:
        os.kill(os.getpid(), signal.SIGKILL)

scene = Scene(Repo(Path(path)), old, new, Path(intent))
scene.land(Landing(Git(locate(path)), die))
"""

STEPS = ("intent", "files", "ref", "index")


def land_and_die(scene: Scene, last: str, path: str | None = None) -> None:
    tests = Path(__file__).parents[2]
    words = [sys.executable, "-c", _KILLED_AFTER_STEP, str(scene.repo.path)]
    env = {**os.environ, "PYTHONPATH": str(tests), "PATH": path or os.environ["PATH"]}
    ended = subprocess.run(
        [*words, scene.old, scene.new, str(scene.intent_file), last],
        env=env,
        capture_output=True,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()


def state_after(tmp_path: Path, landed: bool) -> dict[str, object]:
    """Returns the state of an equal checkout, landed or not, in which nothing was cut short."""
    other = make_scene(tmp_path / "other")
    be_at_work(other.repo)
    other.blockers()
    if landed:
        other.land()
    return _told(other)


def _told(scene: Scene) -> dict[str, object]:
    """Leaves out commits, which hold the time, and git's own folder of this host."""
    state = scene.state()
    names = [name for name in state["git dir"] if name not in ("spec-kitty", "ORIG_HEAD")]  # type: ignore[attr-defined]
    tips = [scene.repo.tip("main") == scene.new, scene.repo.tip("main") == scene.old]
    return {**state, "git dir": names, "refs": tips}


@pytest.mark.parametrize("last", STEPS)
def test_a_landing_that_is_killed_after_a_step_is_put_right(
    busy_scene: Scene, tmp_path: Path, last: str
) -> None:
    expected = state_after(tmp_path, landed=last in ("ref", "index"))

    land_and_die(busy_scene, last)
    assert busy_scene.recover() == ()

    assert _told(busy_scene) == expected


def test_a_landing_that_was_killed_while_it_looked_around_hinders_nobody(
    busy_scene: Scene, tmp_path: Path
) -> None:
    expected = state_after(tmp_path, landed=True)
    land_and_die(busy_scene, "locked")

    assert busy_scene.blockers() == ()
    assert busy_scene.land() == ()

    assert _told(busy_scene) == expected


@pytest.mark.parametrize("last", STEPS)
def test_a_landing_that_was_cut_short_is_put_right_in_a_copy_of_the_repository(
    busy_scene: Scene, tmp_path: Path, last: str
) -> None:
    expected = state_after(tmp_path, landed=last in ("ref", "index"))
    land_and_die(busy_scene, last)
    subprocess.run(["cp", "-a", busy_scene.repo.path, tmp_path / "copy"], check=True)
    copy = replace(busy_scene, repo=Repo(tmp_path / "copy"))

    assert copy.recover() == ()

    assert _told(copy) == expected


def test_another_landing_respects_the_lock_of_one_that_was_cut_short(busy_scene: Scene) -> None:
    land_and_die(busy_scene, "intent")
    before = busy_scene.state()

    for look in (busy_scene.blockers, busy_scene.land):
        with pytest.raises(Refusal) as refused:
            look()
        assert refused.value.code is ErrorCode.BUSY
        assert "its merge was interrupted" in refused.value.message

    assert busy_scene.state() == before


@pytest.mark.parametrize("last", STEPS)
def test_putting_right_twice_changes_nothing_more(busy_scene: Scene, last: str) -> None:
    land_and_die(busy_scene, last)
    busy_scene.recover()
    before = busy_scene.state()

    assert busy_scene.recover() == ()

    assert busy_scene.state() == before


@pytest.mark.parametrize("last", ["intent", "files", "ref"])
def test_nobody_can_commit_a_half_landed_state(busy_scene: Scene, last: str) -> None:
    land_and_die(busy_scene, last)

    with pytest.raises(AssertionError, match=r"index\.lock"):
        busy_scene.repo.git("commit", "--all", "--message", "Half")


@pytest.mark.parametrize("last", ["files", "ref"])
def test_what_a_person_changed_after_the_crash_is_left_alone(busy_scene: Scene, last: str) -> None:
    land_and_die(busy_scene, last)
    busy_scene.repo.write("edited", "mine, after the crash\n")
    busy_scene.repo.write("becomes-folder/mine", "mine\n")
    side = busy_scene.old if last == "files" else busy_scene.new

    warnings = busy_scene.recover()

    assert warnings[0] == (
        f"edited in {busy_scene.repo.path} was changed meanwhile; it was left alone."
    )
    assert (busy_scene.repo.path / "edited").read_text() == "mine, after the crash\n"
    assert (busy_scene.repo.path / "becomes-folder/mine").read_text() == "mine\n"
    assert busy_scene.repo.tip("main") == side


@pytest.mark.parametrize("content", ["", "new\n" * 1500, "old\n" * 7])
def test_a_file_that_was_cut_off_while_it_was_written_is_written_anew(
    busy_scene: Scene, content: str
) -> None:
    land_and_die(busy_scene, "files")
    busy_scene.repo.write("edited", content)

    assert busy_scene.recover() == ()

    assert (busy_scene.repo.path / "edited").read_text() == "old\n" * 2000


def test_a_file_behind_a_link_that_a_person_made_is_not_touched(
    busy_scene: Scene, tmp_path: Path
) -> None:
    land_and_die(busy_scene, "files")
    outside = tmp_path / "outside"
    (busy_scene.repo.path / "added/deep").rename(outside)
    (busy_scene.repo.path / "added/deep").symlink_to(outside)

    busy_scene.recover()

    assert (outside / "down").read_text() == "new\n"


def test_a_lock_that_a_person_removed_is_no_hindrance(busy_scene: Scene, tmp_path: Path) -> None:
    expected = state_after(tmp_path, landed=True)
    land_and_die(busy_scene, "ref")
    (busy_scene.repo.path / ".git/index.lock").unlink()

    assert busy_scene.recover() == ()

    assert _told(busy_scene) == expected


def test_what_a_person_staged_after_removing_the_lock_stays_staged(busy_scene: Scene) -> None:
    land_and_die(busy_scene, "ref")
    (busy_scene.repo.path / ".git/index.lock").unlink()
    busy_scene.repo.write("edited", "mine\n")
    busy_scene.repo.git("add", "edited")

    assert busy_scene.recover() == (
        f"edited in {busy_scene.repo.path} was staged meanwhile; it was left alone.",
    )

    assert busy_scene.repo.git("diff", "--cached", "--name-only", "main").splitlines() == [
        "edited",
        "theirs/added",
        "theirs/staged",
    ]


def test_work_done_after_the_landing_was_complete_is_none_of_its_business(
    busy_scene: Scene,
) -> None:
    land_and_die(busy_scene, "index")
    (busy_scene.repo.path / ".git/index.lock").unlink()
    (busy_scene.repo.path / "edited").unlink()
    busy_scene.repo.git("rm", "-q", "script")
    before = busy_scene.state()

    assert busy_scene.recover() == ()

    assert busy_scene.state() == before


def test_the_lock_of_somebody_else_is_never_removed(busy_scene: Scene) -> None:
    land_and_die(busy_scene, "ref")
    lock = busy_scene.repo.path / ".git/index.lock"
    lock.unlink()
    lock.write_text("")

    with pytest.raises(Refusal) as refused:
        busy_scene.recover()

    assert refused.value.code is ErrorCode.BUSY
    assert lock.read_text() == ""


def test_a_checkout_that_is_on_another_branch_by_now_is_left_alone(scene: Scene) -> None:
    land_and_die(scene, "ref")
    scene.repo.git("symbolic-ref", "HEAD", "refs/heads/elsewhere")
    before = scene.state()

    assert scene.recover() == (
        f"{scene.repo.path} is on another branch now; its files were left alone.",
    )

    names = [name for name in before["git dir"] if name != "index.lock"]  # type: ignore[attr-defined]
    assert scene.state() == {**before, "git dir": names}


def test_a_target_that_is_not_checked_out_needs_no_recovery(scene: Scene) -> None:
    scene.repo.git("checkout", "-q", "--detach")
    land_and_die(scene, "intent")
    before = scene.state()

    assert scene.recover() == ()

    assert scene.state() == before


def test_a_crash_in_a_sparse_checkout_leaves_it_sparse(scene: Scene) -> None:
    scene.repo.git("sparse-checkout", "set", "--no-cone", "/*", "!/added/", "!/edited")
    before = scene.state()

    land_and_die(scene, "files")
    assert scene.recover() == ()
    undone = scene.state()
    land_and_die(scene, "ref")
    assert scene.recover() == ()

    assert (undone["files"], undone["index"]) == (before["files"], before["index"])
    assert scene.repo.status() == ""
    assert not (scene.repo.path / "added").exists()


# A git that is killed, with whoever started it, at the n-th call of one kind while it moves files.
_DYING_GIT = """#!/bin/sh
case " $* " in
*" read-tree -m -u "*) {strace} -f -o /dev/null -e trace={calls} \\
    -e inject={calls}:signal=KILL:when={number} {git} "$@"
    status=$?
    [ $status -eq 0 ] || kill -9 $PPID
    exit $status ;;
esac
exec {git} "$@"
"""

KILLS = [
    (calls, number)
    for calls in ("unlink,unlinkat,rmdir", "openat", "write", "mkdir", "rename", "close")
    for number in (1, 2, 3, 5, 8, 40, 80, 100)
]


def _which(program: str) -> str | None:
    for folder in os.environ["PATH"].split(os.pathsep):
        if os.access(os.path.join(folder, program), os.X_OK):
            return os.path.join(folder, program)
    return None


@pytest.mark.skipif(_which("strace") is None, reason="NOT TESTED, for it is not installed: strace")
@pytest.mark.parametrize(("calls", "number"), KILLS)
def test_a_git_that_is_killed_while_it_moves_files_loses_nothing(
    busy_scene: Scene, tmp_path: Path, calls: str, number: int
) -> None:
    before = _told(busy_scene)
    programs = tmp_path / "bin"
    programs.mkdir()
    script = _DYING_GIT.format(
        strace=_which("strace"), git=_which("git"), calls=calls, number=number
    )
    (programs / "git").write_text(script)
    (programs / "git").chmod(0o755)

    # When git gets by with fewer such calls, it is the next step that kills.
    land_and_die(busy_scene, "files", f"{programs}{os.pathsep}{os.environ['PATH']}")
    assert busy_scene.recover() == ()

    assert _told(busy_scene) == before


def test_a_recovery_waits_for_a_git_that_outlived_its_landing(
    busy_scene: Scene, tmp_path: Path
) -> None:
    before = _told(busy_scene)
    programs, going_on = tmp_path / "bin", tmp_path / "going-on"
    programs.mkdir()
    os.mkfifo(going_on)
    script = (
        "#!/bin/sh\n"
        f'case " $* " in *" read-tree -m -u "*) kill -9 $PPID; read x <{going_on} ;; esac\n'
        f'exec {_which("git")} "$@"\n'
    )
    (programs / "git").write_text(script)
    (programs / "git").chmod(0o755)
    tests = Path(__file__).parents[2]
    words = [sys.executable, "-c", _KILLED_AFTER_STEP, str(busy_scene.repo.path)]
    env = {
        **os.environ,
        "PYTHONPATH": str(tests),
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
    }
    killed = subprocess.run(
        [*words, busy_scene.old, busy_scene.new, str(busy_scene.intent_file), "never"],
        env=env,
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert killed.returncode == -signal.SIGKILL
    recovery = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import json, sys\n"
            "from spec_kitty.adapters.git.location import locate\n"
            "from spec_kitty.adapters.git.runner import Git\n"
            "from spec_kitty.adapters.landing.landing import Landing\n"
            "landing = Landing(Git(locate(sys.argv[1])))\n"
            "print(landing.recover(json.load(open(sys.argv[2]))))\n",
            str(busy_scene.repo.path),
            str(busy_scene.intent_file),
        ],
        stdout=subprocess.PIPE,
    )
    with pytest.raises(subprocess.TimeoutExpired):
        recovery.wait(0.7)
    going_on.write_text("go\n")

    assert recovery.communicate()[0] == b"()\n"
    assert _told(busy_scene) == before


def test_a_commit_point_that_was_passed_counts_whatever_git_answers(scene: Scene) -> None:
    git = Git(locate(str(scene.repo.path)))

    def move_target_to_the_new_commit(step: str) -> None:
        if step == "files":
            scene.repo.git("update-ref", "refs/heads/main", scene.new)

    assert scene.land(Landing(git, move_target_to_the_new_commit)) == ()

    assert (scene.repo.tip("main"), scene.repo.status()) == (scene.new, "")
