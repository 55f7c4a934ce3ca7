"""The model of a power cut: what it keeps, what it may lose, and that it sees a missing sync."""

from __future__ import annotations

from pathlib import Path

import pytest

from power.checks import Played, play
from power.cuts import MODELS, images
from power.disk import (
    Acknowledgement,
    Disk,
    Name,
    Named,
    Node,
    Step,
    Sync,
    Write,
    read_disk,
    write_disk,
)
from power.glances import glance_at, without
from power.recording import Recording
from power.scenes import named
from project import Project

OLD, NEW, TOP = 1, 2, 0


def recording(*steps: Step) -> Recording:
    """Returns a disk with one file, and steps that may make another."""
    before = Disk()
    before.names[TOP]["old"] = before.add(Node("file", b"old"))
    nodes = before.copy()
    nodes.add(Node("file"))
    return Recording(before, nodes, steps, b"", {TOP: ""})


def left(steps: tuple[Step, ...], model: str) -> set[tuple[tuple[str, bytes], ...]]:
    """Returns the disks that may be left after all of the steps."""
    made = recording(*steps)
    return {
        tuple((path, node.content) for path, node in image.disk.walk())
        for image in images(made, len(steps), model)
    }


CREATE = (Named((Name(TOP, "new", NEW),)), Write(NEW, 0, b"text"))


@pytest.mark.parametrize("model", MODELS)
def test_what_is_not_synced_may_be_missing_emptied_cut_off_or_there(model: str) -> None:
    found = left(CREATE, model)

    assert (("old", b"old"),) in found
    assert (("new", b""), ("old", b"old")) in found


@pytest.mark.parametrize("model", MODELS)
def test_what_is_synced_with_its_folder_survives(model: str) -> None:
    assert left((*CREATE, Sync(NEW), Sync(TOP)), model) == {(("new", b"text"), ("old", b"old"))}


def test_a_journal_keeps_what_came_before_a_sync_and_folders_do_not() -> None:
    steps = (*CREATE, Sync(NEW), Write(OLD, 0, b"OLD"), Sync(OLD))

    assert left(steps, "journaled") == {(("new", b"text"), ("old", b"OLD"))}
    assert (("old", b"OLD"),) in left(steps, "folders")


@pytest.mark.parametrize("model", MODELS)
def test_a_rename_is_never_seen_half(model: str) -> None:
    rename = Named((Name(TOP, "new", OLD), Name(TOP, "old", None)))

    assert left((rename,), model) == {(("old", b"old"),), (("new", b"old"),)}


def test_a_cut_after_the_answer_is_told_from_one_before() -> None:
    made = recording(*CREATE, Acknowledgement())

    assert not any(image.acknowledged for image in images(made, 2, "folders"))
    assert all(image.acknowledged for image in images(made, 3, "folders"))


def test_a_disk_is_read_as_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "from" / "folder").mkdir(parents=True)
    (tmp_path / "from" / "folder" / "script").write_bytes(b"\xff\n")
    (tmp_path / "from" / "folder" / "script").chmod(0o755)
    (tmp_path / "from" / "link").symlink_to("folder/script")

    write_disk(read_disk(tmp_path / "from"), tmp_path / "to")

    again = read_disk(tmp_path / "to")
    assert list(again.walk()) == list(read_disk(tmp_path / "from").walk())


def test_a_recording_ends_in_what_lies_on_the_disk(project: Project) -> None:
    played = play(project, named("done"))
    made = played.recording.disk()
    for step in played.recording.steps:
        made.apply(step)

    assert list(made.walk()) == list(played.recording.nodes.walk())
    found = list(read_disk(project.repo.path).walk())
    assert list(played.recording.nodes.walk()) == found


def missed(played: Played) -> list[str]:
    """Returns the synced paths whose sync can be left out without a loss in any image."""
    paths = dict(_paths(played.recording.nodes))
    found = []
    for number, step in enumerate(played.recording.steps):
        if isinstance(step, Sync):
            glances = glance_at(played, without(played.recording, number))
            if not any(glances):
                found.append(paths.get(step.node or 0, "a file that is gone"))
    return found


def _paths(disk: Disk) -> list[tuple[int, str]]:
    numbers = {id(node): number for number, node in disk.nodes.items()}
    return [(numbers[id(node)], path) for path, node in disk.walk()]


def test_each_sync_of_a_note_is_missed_when_it_is_left_out(project: Project) -> None:
    played = play(project, named("note"))

    assert set(glance_at(played, played.recording, 5)) == {None}
    assert missed(played) == []
