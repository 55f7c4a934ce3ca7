"""What an agent can write into the repository's own configuration, for programs to be started.

Without a sandbox it can. SPEC_KITTY_PROMISES=all shows each setting alone to every command; else
all of them are there at once, which is quicker.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest
from extent import some

from door import POLICY
from hostile.canaries import Canary, ordinary, springs
from hostile.crafted import SIGNATURE, blob, crafted_commit, signed_commit, tree_with
from hostile.hooks import hooks_of, plant_hooks
from hostile.stages import FINE, SHARED, Scene, tour
from project import SLUG

Words = tuple[str, ...]
Settings = tuple[tuple[str, str], ...]


# What is set, given the program, and the ordinary command that then runs it.
SETTINGS: dict[str, tuple[Callable[[Canary], Settings], Words]] = {
    "submodule": (
        lambda c: (
            *(("submodule.evil.update", f"!{c.program}"), ("submodule.recurse", "true")),
            ("submodule.evil.active", "true"),
        ),
        ("git", "-c", "protocol.file.allow=always", "submodule", "update"),
    ),
    "fsmonitor": (lambda c: (("core.fsmonitor", f"{c.program}"),), ("git", "status")),
    "hooksPath": (
        lambda c: (("core.hooksPath", f"{hooks_of(c)}"),),
        ("git", "commit", "--allow-empty", "-m", "x"),
    ),
    "editor": (
        lambda c: (("core.editor", f"{c.program}"), ("sequence.editor", f"{c.program}")),
        ("git", "commit", "--allow-empty"),
    ),
    "external diff": (lambda c: (("diff.external", f"{c.program}"),), ("git", "diff", "main")),
    "diff driver": (
        lambda c: (("diff.evil.command", f"{c.program}"),),
        ("git", "diff", "main"),
    ),
    "textconv": (lambda c: (("diff.evil.textconv", f"{c.program}"),), ("git", "diff", "main")),
    "pager": (
        lambda c: (("core.pager", f"{c.program}"),),
        ("script", "--quiet", "--command", "git log", "/dev/null"),
    ),
    "merge driver": (
        lambda c: (("merge.evil.driver", f"{c.program}"), ("merge.evil.recursive", "evil")),
        ("git", "merge", "-m", "x", "034-cats"),
    ),
    "signing": (
        lambda c: (("commit.gpgsign", "true"), ("gpg.program", f"{c.program}")),
        ("git", "commit", "--allow-empty", "-m", "x"),
    ),
    "signing by ssh": (
        lambda c: (
            *(("commit.gpgsign", "true"), ("gpg.format", "ssh")),
            ("gpg.ssh.defaultKeyCommand", f"{c.program}"),
        ),
        ("git", "commit", "--allow-empty", "-m", "x"),
    ),
    "verifying": (
        lambda c: (("log.showSignature", "true"), ("gpg.program", f"{c.program}")),
        ("git", "log", "signed"),
    ),
    "alias": (
        lambda c: tuple((f"alias.{name}", f"!{c.program}") for name in ("st", "mergetree")),
        ("git", "st"),
    ),
    "ssh": (
        lambda c: (("core.sshCommand", f"{c.program}"), ("remote.far.url", "ssh://nowhere/x")),
        ("git", "fetch", "far"),
    ),
    "the other end": (
        lambda c: (("remote.near.url", "."), ("remote.near.uploadpack", f"{c.program}")),
        ("git", "fetch", "near"),
    ),
    "transport": (
        lambda c: (("protocol.ext.allow", "always"), ("remote.ext.url", f"ext::{c.program}")),
        ("git", "fetch", "ext"),
    ),
    "credentials": (
        lambda c: (("credential.helper", f"{c.program}"), ("core.askPass", f"{c.program}")),
        ("sh", "-c", "printf 'protocol=https\\nhost=nowhere\\n\\n' | git credential fill"),
    ),
    "include": (
        lambda c: (("include.path", f"{including(c)}"),),
        ("git", "status"),
    ),
}
# Of these an agent's work says itself that it takes them; the work is refused, see below.
ATTRIBUTES = "* diff=evil merge=evil\n"


def including(canary: Canary) -> str:
    file = canary.folder / "included"
    file.write_text(f"[core]\nfsmonitor = {canary.program}\n")
    return str(file)


def prepare(scene: Scene) -> None:
    """Puts what the settings speak of into workspace and repository."""
    scene.main.git("update-ref", "refs/heads/signed", signed_commit(scene.main))
    scene.workspace.write(".gitattributes", ATTRIBUTES)
    scene.workspace.write(SHARED, "one\nWP01\nthree\n")
    scene.workspace.commit("Do some work")
    attributes = scene.git_dir / "info/attributes"
    attributes.parent.mkdir(exist_ok=True)
    attributes.write_text(ATTRIBUTES)


def lay_trap(scene: Scene, canary: Canary, *names: str) -> None:
    prepare(scene)
    for name in names:
        scene.configure(*SETTINGS[name][0](canary))


def test_ordinary_commands_run_what_the_configuration_names(scene: Scene, canary: Canary) -> None:
    prepare(scene)
    gitlink(scene)
    written = (scene.git_dir / "config").read_bytes()
    armed = set()
    for name, (settings, command) in SETTINGS.items():
        scene.configure(*settings(canary))
        if springs(canary, scene.folder, *command):
            armed.add(name)
        (scene.git_dir / "config").write_bytes(written)
    assert armed == set(SETTINGS)


def gitlink(scene: Scene) -> None:
    """Makes a submodule in the workspace, as a person would have it."""
    scene.workspace.write(".gitmodules", '[submodule "evil"]\npath = lib\nurl = .\n')
    made = scene.main.tip("main")
    scene.configure(("submodule.evil.url", scene.main.path))
    scene.workspace.git("update-index", "--add", "--cacheinfo", f"160000,{made},lib")


COMBINED = some([(name,) for name in SETTINGS], tuple(SETTINGS))


@pytest.mark.parametrize("names", COMBINED, ids="-".join)
def test_no_command_of_ours_runs_what_the_configuration_names(
    scene: Scene, canary: Canary, names: tuple[str, ...]
) -> None:
    lay_trap(scene, canary, *names)
    canary.hush()
    told = tour(scene)
    assert (canary.heard(), told) == ([], FINE)


def test_a_signature_is_not_judged_by_a_program_of_the_repository(
    scene: Scene, canary: Canary
) -> None:
    project = scene.project
    scene.configure(*SETTINGS["verifying"][0](canary))
    tree = tree_with(scene.main, scene.branch, ("100644", "a.txt", blob(scene.main, "a\n")))
    signed = crafted_commit(scene.main, tree, scene.branch, SIGNATURE)
    scene.workspace.git("reset", "--quiet", "--hard", signed)
    assert springs(canary, scene.folder, "git", "log", "--max-count=1")
    for package in ("WP01", "WP03"):
        scene.project.work(package, f"{package}.txt", "work\n")
        assert project.move(package, "for_review").data
        scene.say("review", package, "--feature", SLUG)
        assert project.approve(package).data
    about = ("--actor", "bot", "--policy", POLICY)
    assert project.api("accept-feature", *about).data
    assert project.api("merge-feature", *about, "--strategy", "rebase").data
    assert canary.heard() == []


def test_no_hook_of_the_repository_runs(scene: Scene, canary: Canary) -> None:
    plant_hooks(canary, scene.git_dir / "hooks")
    scene.workspace.write(SHARED, "one\nWP01\nthree\n")
    ordinary(scene.folder, "git", "commit", "--all", "--message", "Do some work")
    ordinary(scene.folder, "git", "rebase", "--force-rebase", "HEAD~1")
    ordinary(scene.folder, "git", "merge", "-m", "x", "034-cats")
    armed = {line.split()[0] for line in canary.heard()}
    scene.workspace.git("reset", "--quiet", "--hard", "ORIG_HEAD")
    canary.hush()
    told = tour(scene)
    assert (canary.heard(), told) == ([], FINE)
    assert armed >= {
        *("pre-commit", "commit-msg", "post-commit", "post-checkout", "post-index-change"),
        *("pre-rebase", "reference-transaction", "prepare-commit-msg"),
    }


def test_a_filter_of_the_repository_is_not_run_and_what_needs_it_is_refused(
    scene: Scene, canary: Canary
) -> None:
    for kind in ("clean", "smudge", "process"):
        scene.configure((f"filter.evil.{kind}", str(canary.program)))
    scene.workspace.write(".gitattributes", "* filter=evil\n")
    assert springs(canary, scene.folder, "git", "add", "--all")
    told = tour(scene)
    assert canary.heard() == []
    assert (told["submit"], told["cancel"]) == ("WORKSPACE_FAILED", "0")
    assert "INTERNAL_ERROR" not in told.values()


def test_an_object_that_is_not_there_is_not_fetched_by_a_program_of_the_agent(
    scene: Scene, canary: Canary
) -> None:
    missing = "ab" * 20
    scene.configure(
        *(("remote.evil.url", str(canary.folder)), ("remote.evil.promisor", "true")),
        *(("remote.evil.uploadpack", str(canary.program)), ("extensions.partialClone", "evil")),
        ("core.repositoryformatversion", "1"),
    )
    assert springs(canary, scene.main.path, "git", "cat-file", "-p", missing)
    listed = scene.main.git("ls-tree", scene.branch)
    tree = scene.main.git("mktree", "--missing", stdin=f"{listed}\n100644 blob {missing}\tgone\n")
    ordinary(
        scene.main.path,
        "git",
        "update-ref",
        scene.branch,
        crafted_commit(scene.main, tree, scene.branch),
    )
    shutil.rmtree(scene.folder)
    canary.hush()
    told = tour(scene)
    assert canary.heard() == []
    assert "INTERNAL_ERROR" not in told.values()
    assert "done" not in (told["start"], told["submit"])
