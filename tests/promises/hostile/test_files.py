"""What an agent can put among its files: links that lead out, and files without an end."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from hostile.canaries import IMPATIENCE_SECONDS, Canary, Outside, ordinary
from hostile.stages import FINE, SHARED, Scene, tour
from project import SLUG


def refused(scene: Scene) -> tuple[str, object, object]:
    """Submits; returns code, guard and paths of the refusal."""
    code, facts = scene.project.move("WP01", "for_review").refusal
    return code, facts.get("guard"), facts.get("paths")


def test_links_are_stored_as_links_and_what_they_lead_to_is_not_read(
    scene: Scene, outside: Outside, tmp_path: Path
) -> None:
    (scene.folder / "out.txt").symlink_to(outside.folder / "secret.txt")
    (scene.folder / "out").symlink_to(outside.folder)
    (scene.folder / "endless").symlink_to("/dev/zero")
    (scene.folder / "loop").symlink_to("loop")
    (scene.folder / "nowhere").symlink_to("/nowhere")
    ordinary(scene.folder, "cp", "-rL", "out", tmp_path / "swallowed")
    assert (tmp_path / "swallowed/secret.txt").exists()
    assert not ordinary(scene.folder, "cat", "endless", limit_seconds=IMPATIENCE_SECONDS)
    before = outside.picture()
    told = tour(scene)
    listed = scene.main.git("ls-tree", "main", "out", "out.txt", "endless", "loop", "nowhere")
    assert (told, outside.picture()) == (FINE, before)
    assert {line.split()[0] for line in listed.splitlines()} == {"120000"}


def test_a_folder_that_became_a_link_is_not_written_through(scene: Scene, outside: Outside) -> None:
    (outside.folder / "shared.txt").write_text("theirs\n")
    shutil.rmtree(scene.folder / "src")
    (scene.folder / "src").symlink_to(outside.folder)
    ordinary(scene.main.path, "cp", SHARED, scene.folder / SHARED)
    assert (outside.folder / "shared.txt").read_text() != "theirs\n"
    before = outside.picture()
    told = tour(scene)
    assert outside.picture() == before
    assert "INTERNAL_ERROR" not in told.values()


def test_a_hard_link_to_a_file_outside_is_replaced_and_not_written(
    scene: Scene, outside: Outside
) -> None:
    theirs = outside.folder / "shared.txt"
    theirs.write_text("one\nWP01\nthree\n")
    (scene.folder / SHARED).unlink()
    os.link(theirs, scene.folder / SHARED)
    assert scene.project.move("WP01", "for_review").data
    assert scene.project.approve("WP01").error == "INTEGRATION_CONFLICT"
    laid_out = (scene.folder / SHARED).read_text()
    assert ("<<<<<<<" in laid_out, theirs.read_text()) == (True, "one\nWP01\nthree\n")
    (scene.folder / SHARED).unlink()
    os.link(theirs, scene.folder / SHARED)
    ordinary(scene.main.path, "cp", SHARED, scene.folder / SHARED)
    assert theirs.read_text() != "one\nWP01\nthree\n"


def test_a_file_that_never_ends_is_refused_by_its_name_or_left_out(scene: Scene) -> None:
    os.mkfifo(scene.folder / "pipe")
    os.mknod(scene.folder / "device", 0o600 | 0o020000, os.makedev(1, 5))
    folder = os.open(scene.folder, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(f"/proc/self/fd/{folder}/socket")
    os.close(folder)
    for name in ("pipe", "device"):
        assert not ordinary(scene.folder, "cat", name, limit_seconds=IMPATIENCE_SECONDS)
    with (scene.folder / "huge").open("wb") as file:
        file.truncate(10 << 30)
    assert not ordinary(scene.folder, "git", "add", "huge", limit_seconds=IMPATIENCE_SECONDS)
    (scene.registration / "index.lock").unlink(missing_ok=True)
    assert refused(scene) == ("TRANSITION_REJECTED", "file_too_large", ["huge"])
    (scene.folder / "huge").unlink()
    assert tour(scene) == FINE
    assert scene.main.git("ls-tree", "main", "pipe", "device", "socket", "huge") == ""


def test_a_copied_file_that_is_a_pipe_or_leads_out_is_not_copied(
    scene: Scene, outside: Outside, tmp_path: Path
) -> None:
    project, env = scene.project, scene.main.path / ".env"
    env.unlink()
    os.mkfifo(env)
    assert not ordinary(scene.main.path, "cp", ".env", tmp_path / "x", limit_seconds=0.3)
    project.plan("WP04", "Wake")
    project.plan("WP05", "Walk")
    scene.main.git("add", "kitty-specs")
    scene.main.git("commit", "--quiet", "--message", "Plan more")
    assert project.start("WP04").data
    env.unlink()
    env.symlink_to(outside.folder / "secret.txt")
    ordinary(scene.main.path, "cp", ".env", tmp_path / "swallowed")
    assert (tmp_path / "swallowed").exists()
    assert project.start("WP05").data
    copies = [project.workspace(wp) / ".env" for wp in ("WP04", "WP05")]
    assert [os.path.lexists(copy) for copy in copies] == [False, False]


def test_what_is_nested_too_deep_to_be_named_is_removed(scene: Scene) -> None:
    bury(scene.project.workspace("WP03"), depth=60)
    path = str(scene.project.workspace("WP03"))
    with pytest.raises(OSError, match="File name too long"):
        os.lstat(path + ("/" + "d" * 200) * 60)
    about = ("--feature", SLUG, "--note", "No.")
    said = scene.say("agent", "tasks", "move-task", "WP03", "--to", "canceled", *about)
    assert said.startswith("0\n"), said
    assert not os.path.lexists(path)


def bury(folder: Path, depth: int) -> None:
    """Makes folders in each other until no path can name the last; it holds an ignored file."""
    (folder / ".gitignore").write_text("d*/\n")
    current = os.open(folder, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d" * 200, dir_fd=current)
        inner = os.open("d" * 200, os.O_RDONLY, dir_fd=current)
        os.close(current)
        current = inner
    os.close(os.open(".env", os.O_WRONLY | os.O_CREAT, dir_fd=current))
    os.close(current)


def test_a_process_that_goes_on_writing_does_not_keep_a_workspace_alive(scene: Scene) -> None:
    loop = "while :; do mkdir -p d; echo x > d/$RANDOM; echo y > z; done"
    writer = subprocess.Popen(
        ["bash", "-c", loop], cwd=scene.project.workspace("WP03"), stderr=subprocess.DEVNULL
    )
    try:
        about = ("--feature", SLUG, "--note", "No.")
        said = scene.say("agent", "tasks", "move-task", "WP03", "--to", "canceled", *about)
    finally:
        writer.kill()
        writer.wait()
    assert "INTERNAL_ERROR" not in said
    assert scene.main.git("rev-parse", "--verify", f"refs/spec-kitty-salvage/{SLUG}/WP03/1")


def test_names_and_modes_that_are_odd_come_through(scene: Scene) -> None:
    for name in (b"n" * 255, b"\xff\xfe", b"a\nb", b"-rf", b":(top)x", b'"q"', b"\x1b[2J"):
        path = os.fsencode(scene.folder) + b"/" + name
        with open(path, "wb") as file:
            file.write(b"x\n")
    (scene.folder / "setuid").write_text("#!/bin/sh\n")
    (scene.folder / "setuid").chmod(0o6755)
    assert tour(scene) == FINE
    assert (scene.main.path / "setuid").stat().st_mode & 0o6000 == 0


def test_a_submodule_that_names_a_command_is_refused(scene: Scene, canary: Canary) -> None:
    named = f"url = ext::{canary.program}\nupdate = !{canary.program}\n"
    text = f'[submodule "../../x"]\npath = lib\n{named}'
    scene.workspace.write(".gitmodules", text)
    assert refused(scene)[0] == "PROTECTED_PATHS_CHANGED"
    assert canary.heard() == []


def test_the_attributes_of_the_work_can_be_a_link_or_without_an_end(
    scene: Scene, outside: Outside
) -> None:
    for name in (".gitattributes", ".gitignore", "src/.gitattributes", "src/.gitignore"):
        (scene.folder / name).unlink(missing_ok=True)
        (scene.folder / name).symlink_to("/dev/zero")
    assert not ordinary(
        scene.folder, "grep", "-q", "x", ".gitignore", limit_seconds=IMPATIENCE_SECONDS
    )
    told = tour(scene)
    assert "INTERNAL_ERROR" not in told.values()
    assert told["submit"] == "done"
