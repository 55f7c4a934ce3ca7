"""Large-file storage: its filter is trusted, what the repository makes it start is not."""

from __future__ import annotations

import shutil

import pytest
from needed_tools import need

from hostile.canaries import Canary, springs
from hostile.stages import FINE, Scene, tour


@pytest.fixture(autouse=True)
def program() -> None:
    need("git-lfs")


def use_large_files(scene: Scene) -> None:
    scene.main.git("lfs", "install", "--local", "--skip-repo")
    scene.workspace.write(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n")
    scene.workspace.write("large.bin", "large\n" * 100)


def test_an_extension_of_the_repository_is_not_run(scene: Scene, canary: Canary) -> None:
    use_large_files(scene)
    for kind in ("clean", "smudge"):
        scene.configure((f"lfs.extension.evil.{kind}", f"{canary.program} %f"))
    scene.configure(("lfs.extension.evil.priority", "0"))
    assert springs(canary, scene.folder, "git", "add", "large.bin")
    told = tour(scene)
    assert (canary.heard(), "INTERNAL_ERROR" in told.values()) == ([], False)


def test_a_transfer_program_of_the_repository_or_of_the_work_is_not_run(
    scene: Scene, canary: Canary
) -> None:
    use_large_files(scene)
    named = {
        "lfs.standalonetransferagent": "evil",
        "lfs.customtransfer.evil.path": str(canary.program),
        "lfs.url": "http://127.0.0.1:9/x",
    }
    for key, value in named.items():
        scene.workspace.git("config", "--file", ".lfsconfig", key, value)
    assert scene.project.move("WP01", "for_review").data
    shutil.rmtree(scene.git_dir / "lfs/objects")
    (scene.folder / "large.bin").unlink()
    scene.configure(*named.items())
    assert springs(canary, scene.folder, "git", "checkout", "--", "large.bin")
    shutil.rmtree(scene.folder)
    answer = scene.project.start("WP01")
    assert canary.heard() == []
    assert answer.envelope["error_code"] != "INTERNAL_ERROR"


def test_large_files_are_stored_as_pointers_and_land(scene: Scene) -> None:
    use_large_files(scene)
    assert tour(scene) == FINE
    assert scene.main.git("show", "main:large.bin").startswith("version https://git-lfs")
    assert (scene.main.path / "large.bin").read_text() == "large\n" * 100
