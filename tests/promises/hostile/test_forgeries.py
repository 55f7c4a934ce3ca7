"""What an agent can do with objects, refs and indexes: forged trees, refs that lead elsewhere."""

from __future__ import annotations

import subprocess

from door import Answer
from hostile.canaries import Canary, Outside, ordinary
from hostile.crafted import Entry, blob, crafted_commit, crafted_tree, tree_with
from hostile.stages import FINE, SHARED, Scene, tour
from project import SLUG
from repository import Repo

HOOK = "#!/bin/sh\nexit 0\n"


def folder(repo: Repo, name: str, *entries: Entry) -> Entry:
    return ("40000", name, crafted_tree(repo, *entries))


def forgeries(repo: Repo) -> dict[str, list[Entry]]:
    """Returns entries that no tree of git has, by what git says of them when it looks."""
    hook = blob(repo, HOOK)
    hooks = folder(repo, "hooks", ("100755", "post-checkout", hook))
    linked = ("120000", "a", blob(repo, "/tmp"))
    return {
        "hasDotgit": [folder(repo, ".git", hooks)],
        "hasDotgit: contains '.git'": [folder(repo, ".GIT", ("100755", "config", hook))],
        "hasDotdot": [folder(repo, "..", ("100755", "evil", hook))],
        "fullPathname": [("100755", "../evil", hook)],
        "duplicateEntries": [("100644", "a", hook), ("100644", "a", hook)],
        "duplicateEntries: contains": [linked, folder(repo, "a", ("100755", "evil", hook))],
        "did not receive expected object": [("100644", "a", "ab" * 20)],
        "bad tree object": [("40000", "a", "ab" * 20)],
        "gitmodulesUrl": [modules(repo, "x", "--upload-pack=evil")],
        "gitmodulesName": [modules(repo, "../../x", "https://example.org/x")],
        "gitmodulesSymlink": [("120000", ".gitmodules", blob(repo, "x"))],
    }


def modules(repo: Repo, name: str, url: str) -> Entry:
    text = f'[submodule "{name}"]\n\tpath = x\n\turl = {url}\n'
    return ("100644", ".gitmodules", blob(repo, text))


def submit(scene: Scene) -> Answer:
    scene.workspace.write("work.py", "x = 1\n")
    return scene.project.move("WP01", "for_review")


def test_a_commit_that_git_would_not_make_is_refused_wherever_in_the_work_it_is(
    scene: Scene,
) -> None:
    base, found, armed = scene.main.tip(scene.branch), {}, set()
    for name, entries in forgeries(scene.main).items():
        tree = tree_with(scene.main, base, *entries)
        commit = crafted_commit(scene.main, tree, base)
        hidden = scene.main.git("commit-tree", f"{base}^{{tree}}", "-p", commit, "-m", "Hide it")
        for tip in (commit, hidden):
            scene.main.git("update-ref", scene.branch, tip)
            answer = submit(scene)
            found[name, tip == hidden] = (
                answer.error,
                answer.refusal[1].get("guard"),
                name in answer.message,
            )
        # What git does with it when nobody looks: it becomes part of the history.
        if ordinary(scene.main.path, "git", "update-ref", "refs/heads/taken", hidden):
            armed.add(scene.main.tip("refs/heads/taken") == hidden)
    refused = ("TRANSITION_REJECTED", "forged_objects", True)
    assert found == dict.fromkeys(found, refused)
    assert armed == {True}


def test_commits_with_odd_headers_are_taken_and_shown_as_they_are(scene: Scene) -> None:
    base = scene.main.tip(scene.branch)
    tree = tree_with(scene.main, base, ("100644", "odd.txt", blob(scene.main, "odd\n")))
    more = "encoding latin-1\nmergetag x\n y\ngpgsig abc\n" + "x-note " + "y" * 100_000 + "\n"
    scene.main.git("update-ref", scene.branch, crafted_commit(scene.main, tree, base, more))
    scene.workspace.git("reset", "--hard", "--quiet")
    assert tour(scene) == FINE


def test_a_branch_that_leads_to_another_moves_only_itself(scene: Scene) -> None:
    scene.main.git("symbolic-ref", scene.branch, "refs/heads/innocent")
    scene.main.git("update-ref", "refs/heads/innocent", "main")
    main = scene.main.tip("main")
    ordinary(scene.main.path, "git", "update-ref", scene.branch, f"refs/heads/{SLUG}")
    assert scene.main.tip("refs/heads/innocent") != main
    scene.main.git("update-ref", "--no-deref", "refs/heads/innocent", main)
    told = tour(scene)
    assert scene.main.tip("refs/heads/innocent") == main
    assert "INTERNAL_ERROR" not in told.values()


def a_tag_of_the_branchs_name(scene: Scene) -> None:
    scene.main.git("tag", f"{SLUG}-WP01", f"refs/heads/{SLUG}")
    scene.main.git("tag", SLUG, scene.branch)
    assert scene.main.tip(SLUG) == scene.main.tip(scene.branch)


def a_replaced_event(scene: Scene) -> None:
    journal = f"refs/spec-kitty/{SLUG}"
    count = scene.main.git("rev-list", "--count", journal)
    scene.main.git("replace", "--force", f"{journal}~2", f"{journal}~5")
    assert scene.main.git("rev-list", "--count", journal) != count


def a_graft_in_the_journal(scene: Scene) -> None:
    journal = f"refs/spec-kitty/{SLUG}"
    count = scene.main.git("rev-list", "--count", journal)
    (scene.git_dir / "info").mkdir(exist_ok=True)
    (scene.git_dir / "info/grafts").write_text(scene.main.tip(f"{journal}~1") + "\n")
    assert scene.main.git("rev-list", "--count", journal) != count


def test_a_tag_of_a_branchs_name_is_not_taken_for_it(scene: Scene) -> None:
    a_tag_of_the_branchs_name(scene)
    assert tour(scene) == FINE


def test_a_replaced_event_is_not_believed(scene: Scene) -> None:
    history = scene.project.api("history").data["events"]
    a_replaced_event(scene)
    assert scene.project.api("history").data["events"] == history
    assert scene.say("verify", "--feature", SLUG)[0] == "0"


def test_a_graft_in_the_journal_is_found_by_an_audit(scene: Scene) -> None:
    a_graft_in_the_journal(scene)
    assert scene.say("verify", "--feature", SLUG)[0] == "1"
    assert scene.project.start("WP01").data


def hidden_by_bits(scene: Scene) -> None:
    scene.workspace.git("update-index", "--assume-unchanged", SHARED)
    scene.workspace.git("update-index", "--skip-worktree", "README.md")


def broken(scene: Scene) -> None:
    (scene.registration / "index").write_bytes(b"DIRC\0\0\0\2" + b"\xff" * 60)


def split_and_lost(scene: Scene) -> None:
    scene.workspace.git("update-index", "--split-index")
    for shared in scene.registration.glob("sharedindex.*"):
        shared.unlink()


def with_extensions(scene: Scene) -> None:
    scene.workspace.git("update-index", "--index-version=4", "--untracked-cache")
    scene.workspace.git("update-index", "--fsmonitor-valid", SHARED)


def in_conflict(scene: Scene) -> None:
    oid = scene.workspace.git("rev-parse", f"HEAD:{SHARED}")
    lines = "".join(f"100644 {oid} {stage}\t{SHARED}\n" for stage in (1, 2, 3))
    scene.workspace.git("rm", "--cached", "--quiet", SHARED)
    scene.workspace.git("update-index", "--index-info", stdin=lines)


def a_link_outside(scene: Scene) -> None:
    index = scene.registration / "index"
    index.unlink()
    index.symlink_to("/dev/zero")


INDEXES = (hidden_by_bits, broken, split_and_lost, with_extensions, in_conflict, a_link_outside)


def test_the_workspaces_own_index_decides_nothing(scene: Scene) -> None:
    index = (scene.registration / "index").read_bytes()
    taken, missed = {}, {}
    for number, trap in enumerate(INDEXES):
        (scene.registration / "index").unlink(missing_ok=True)
        (scene.registration / "index").write_bytes(index)
        trap(scene)
        text = f"one\nWP01\n{number}\n"
        scene.workspace.write(SHARED, text)
        missed[trap.__name__] = not plainly_staged(scene, text)
        answer = scene.project.move("WP01", "for_review")
        taken[trap.__name__] = scene.main.git("show", f"{answer.data['head_commit']}:{SHARED}")
        index = (scene.registration / "index").read_bytes()
    expected = {trap.__name__: f"one\nWP01\n{n}" for n, trap in enumerate(INDEXES)}
    assert taken == expected
    assert {name for name, is_missed in missed.items() if is_missed} >= {
        *("hidden_by_bits", "broken", "split_and_lost", "a_link_outside"),
    }


def plainly_staged(scene: Scene, text: str) -> bool:
    """Says whether an ordinary `git add --all` and commit would have the file."""
    if not ordinary(scene.folder, "git", "add", "--all", limit_seconds=5.0):
        return False
    shown = subprocess.run(
        ["git", "show", f":{SHARED}"], cwd=scene.folder, capture_output=True, check=False
    )
    return shown.stdout.decode() == text


def test_another_repositorys_objects_can_be_borrowed_and_harm_nobody(
    scene: Scene, canary: Canary, outside: Outside
) -> None:
    subprocess.run(["git", "init", "--quiet", outside.folder / "lender"], check=True)
    lender = Repo(outside.folder / "lender")
    lender.write("borrowed.txt", "borrowed\n")
    commit = lender.commit("Lend")
    alternates = scene.git_dir / "objects/info/alternates"
    alternates.parent.mkdir(exist_ok=True)
    alternates.write_text(f"{lender.path}/.git/objects\n")
    (alternates.parent / "http-alternates").write_text("http://127.0.0.1:9/objects\n")
    scene.configure(("core.alternateRefsCommand", str(canary.program)))
    scene.main.git(
        "update-ref",
        scene.branch,
        crafted_commit(scene.main, lender.git("rev-parse", f"{commit}^{{tree}}"), scene.branch),
    )
    before = outside.picture()
    assert tour(scene)["submit"] == "done"
    assert (canary.heard(), outside.picture()) == ([], before)
