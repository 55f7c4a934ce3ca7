"""Refs and remotes that are named like options, links in the checkout, hard links into `.git`."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from door import POLICY
from hostile.canaries import Canary, Outside, ordinary, springs
from hostile.crafted import blob, crafted_commit, crafted_tree
from hostile.stages import FINE, SHARED, Scene, tour
from project import SLUG
from soundness import require_sound

OPTIONS = ("--upload-pack=evil", "-D", "--output=owned", "--exec-path=evil", "--all", "--stdin")
NAMESPACES = ("refs/heads", "refs/tags", "refs/spec-kitty", f"refs/spec-kitty-salvage/{SLUG}/WP01")


def test_refs_that_are_named_like_options_are_no_options(scene: Scene) -> None:
    kept = scene.main.tip("main")
    for option in OPTIONS:
        for namespace in NAMESPACES:
            scene.main.git("update-ref", f"{namespace}/{option}", kept)
    listed = "git branch --format='%(refname:lstrip=2)' --list -- '--output*'"
    ordinary(scene.main.path, "sh", "-c", f"git diff $({listed})")
    assert (scene.main.path / "owned").exists()
    (scene.main.path / "owned").unlink()
    told = tour(scene)
    # Refs of ours that name no journal and no kept work are for doctor to tell.
    assert {**told, "doctor": FINE["doctor"]} == FINE
    for words in (("salvage", "list"), ("feature", "list"), ("status",), ("verify",)):
        assert "INTERNAL_ERROR" not in scene.say(*words)
    assert not (scene.main.path / "owned").exists()
    left = scene.main.git("for-each-ref", "--format=%(refname)").splitlines()
    assert {f"{namespace}/{option}" for namespace in NAMESPACES[:2] for option in OPTIONS} <= set(
        left
    )


def test_a_remote_that_is_named_like_an_option_is_not_pushed_to(
    scene: Scene, canary: Canary
) -> None:
    named = f"--receive-pack={canary.program}"
    scene.configure((f"remote.{named}.url", "."), ("branch.main.remote", named))
    assert springs(canary, scene.main.path, "git", "push", named, ".")
    for package in ("WP01", "WP03"):
        assert scene.project.move(package, "canceled", "bot", "--note", "No.").data
    by = ("--actor", "bot", "--policy", POLICY)
    assert scene.project.api("accept-feature", *by).data
    refused = scene.project.api("merge-feature", *by, "--push")
    assert (refused.error, canary.heard()) == ("PREFLIGHT_FAILED", [])
    assert "where 'main' is to be pushed" in refused.message


def test_links_in_the_place_of_the_plan_lead_nobody_outside(scene: Scene, outside: Outside) -> None:
    """Committed on the target, as nobody else than a person can."""
    tasks = f"kitty-specs/{SLUG}/tasks"
    shutil.copytree(scene.main.path / tasks, outside.folder / "tasks")
    shutil.rmtree(scene.main.path / tasks)
    (scene.main.path / tasks).symlink_to(outside.folder / "tasks")
    scene.main.commit("Move the plan")
    assert (scene.main.path / tasks / "WP01-purr.md").read_text()
    before = outside.picture()
    said = [
        scene.project.api("feature-state").envelope,
        scene.project.start("WP02", "eve").envelope,
        scene.project.api("list-ready").envelope,
    ]
    told = tour(scene)
    assert outside.picture() == before
    codes = {envelope["error_code"] for envelope in said}
    assert "INTERNAL_ERROR" not in codes | set(told.values())
    packages = said[0]["data"]["work_packages"]
    assert {each["not_in_plan"] for each in packages} == {True}, packages


def test_new_plans_are_not_written_through_a_link(scene: Scene, outside: Outside) -> None:
    for name in ("kitty-specs", ".kittify"):
        shutil.rmtree(scene.main.path / name)
        (scene.main.path / name).symlink_to(outside.folder)
    before = outside.picture()
    ordinary(scene.main.path, "mkdir", "kitty-specs/035-dogs")
    assert outside.picture() != before
    (outside.folder / "035-dogs").rmdir()
    said = [scene.say("feature", "create", "Dogs"), scene.say("init")]
    assert outside.picture() == before
    assert ["is a link" in each for each in said] == [True, True], said


def test_hard_links_into_the_git_dir_are_replaced_and_not_written(scene: Scene) -> None:
    config = scene.git_dir / "config"
    of_config, of_object = scene.folder / SHARED, scene.folder / "README.md"
    written = loose(scene, "main:README.md")
    held = {each: each.read_bytes() for each in (config, written)}
    for link, target in ((of_config, config), (of_object, written)):
        link.unlink()
        os.link(target, link)
    assert ordinary(scene.main.path, "cp", "--force", "README.md", of_config)
    assert config.read_bytes() != held[config]
    of_config.write_bytes(held[config])
    assert os.stat(config).st_nlink == 2

    told = tour(scene)

    assert {**told, "conflict": FINE["conflict"]} == FINE
    assert {each: each.read_bytes() for each in held} == held
    require_sound(scene.main)


def loose(scene: Scene, name: str) -> Path:
    """Returns the file of a loose object."""
    oid = scene.main.git("rev-parse", name)
    return scene.git_dir / "objects" / oid[:2] / oid[2:]


def test_a_plan_that_is_a_link_in_a_branch_is_not_taken_for_one(scene: Scene) -> None:
    """A feature whose very folder is a link, in the tree of the target."""
    linked = ("120000", "035-dogs", blob(scene.main, SLUG))
    specs = crafted_tree(scene.main, linked)
    tree = crafted_tree(scene.main, ("40000", "kitty-specs", specs))
    scene.main.git("update-ref", "refs/heads/main", crafted_commit(scene.main, tree, "main"))
    refused = scene.project.api("feature-state")
    assert refused.envelope["error_code"] != "INTERNAL_ERROR"
    assert "INTERNAL_ERROR" not in scene.say("status", "--feature", "035-dogs")
