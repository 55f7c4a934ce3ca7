"""The throw-away copies that reviewers get, made of work that an agent prepared to deceive."""

from __future__ import annotations

import asyncio
from pathlib import Path

from hostile.canaries import Canary, Outside, springs
from hostile.hooks import plant_hooks
from hostile.stages import SHARED, Scene
from spec_kitty_orchestrator.adapters.repository.copies import GitCopies


def test_a_copy_for_a_reviewer_runs_nothing_and_leads_nowhere(
    scene: Scene, canary: Canary, outside: Outside, tmp_path: Path
) -> None:
    scene.workspace.write(".gitattributes", "* filter=evil diff=evil\n*.py -diff\n")
    scene.workspace.write("hidden.py", "shown = 1\n")
    (scene.folder / "out").symlink_to(outside.folder)
    scene.workspace.commit("Do some work")
    for kind in ("clean", "smudge", "process"):
        scene.configure((f"filter.evil.{kind}", str(canary.program)))
    scene.configure(
        *(("core.fsmonitor", str(canary.program)), ("diff.external", str(canary.program))),
        *(("diff.evil.textconv", str(canary.program)), ("core.pager", str(canary.program))),
    )
    plant_hooks(canary, scene.git_dir / "hooks")
    canary.hush()
    head, base = scene.main.tip(scene.branch), scene.main.tip("main")
    assert springs(canary, scene.main.path, "git", "worktree", "add", tmp_path / "plain", head)
    before, copies = outside.picture(), GitCopies(scene.git_dir, tmp_path / "copies")

    async def review() -> str:
        copy = await copies.make(scene.folder, head, "review")
        assert (copy / SHARED).read_text() == "one\ntwo\nthree\n"
        assert (copy / "out").is_symlink()
        shown = await copies.diff(copy, base, head)
        await copies.discard(copy)
        assert not copy.exists()
        return shown.text

    text = asyncio.run(review())
    assert "+shown = 1" in text
    assert (canary.heard(), outside.picture()) == ([], before)
