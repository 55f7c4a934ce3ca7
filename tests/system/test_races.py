"""Many processes at once on one feature: one winner, nothing lost, everybody answered."""

import json
import subprocess
from collections import Counter
from collections.abc import Sequence

from deliveries import accept
from door import POLICY, PROGRAM, check_contract
from project import SLUG, Project
from states import kinds, package

RUNNERS = 16
Envelope = dict[str, object]


def at_once(project: Project, calls: Sequence[Sequence[str]]) -> list[Envelope]:
    """Starts all calls before it waits for the first; returns their envelopes in order."""
    pipe = subprocess.PIPE
    started = [
        subprocess.Popen(
            [PROGRAM, "orchestrator-api", *words], cwd=project.repo.path, stdout=pipe, stderr=pipe
        )
        for words in calls
    ]
    ended = [process.communicate(timeout=300) for process in started]
    envelopes = [json.loads(stdout) for stdout, _ in ended]
    for envelope in envelopes:
        check_contract(envelope)
    return envelopes


def start(package_id: str, actor: str) -> tuple[str, ...]:
    about = ("--feature", SLUG, "--wp", package_id, "--actor", actor, "--policy", POLICY)
    return ("start-implementation", *about)


def many_packages(project: Project) -> list[str]:
    names = [f"WP{number:02d}" for number in range(10, 10 + RUNNERS)]
    for name in names:
        project.plan(name, f"Cat{name.lower()}")
    project.repo.commit("Plan many cats")
    return names


def test_of_many_who_want_one_package_one_gets_it(project: Project) -> None:
    told = at_once(project, [start("WP01", f"bot-{number}") for number in range(RUNNERS)])

    assert Counter(envelope["error_code"] for envelope in told) == {
        None: 1,
        "WP_ALREADY_CLAIMED": RUNNERS - 1,
    }
    assert kinds(project) == ["PackageClaimed", "WorkspacePrepared"]
    (winner,) = [number for number, envelope in enumerate(told) if envelope["success"]]
    assert package(project)["claimed_by"] == f"bot-{winner}"


def test_one_start_repeated_at_once_happens_once(project: Project) -> None:
    told = at_once(project, [start("WP01", "bot")] * RUNNERS)

    assert Counter(envelope["error_code"] for envelope in told) == {None: RUNNERS}
    assert kinds(project) == ["PackageClaimed", "WorkspacePrepared"]


def test_one_call_under_one_key_at_once_is_told_the_same(project: Project) -> None:
    told = at_once(project, [(*start("WP01", "bot"), "--idempotency-key", "k")] * RUNNERS)

    assert len({json.dumps(envelope["data"], sort_keys=True) for envelope in told}) == 1
    assert kinds(project) == ["PackageClaimed", "WorkspacePrepared"]


def test_many_packages_start_at_once(project: Project) -> None:
    names = many_packages(project)

    told = at_once(project, [start(name, f"bot-{name}") for name in names])

    assert [envelope["error_code"] for envelope in told] == [None] * RUNNERS
    for name in names:
        workspace = project.workspace(name)
        assert (workspace / "README.md").read_text() == "# Cats\n"
        assert project.repo.git("-C", workspace, "status", "--porcelain") == ""
        assert project.repo.git("-C", workspace, "branch", "--show-current") == f"{SLUG}-{name}"
    assert Counter(kinds(project)) == {"PackageClaimed": RUNNERS, "WorkspacePrepared": RUNNERS}


def test_no_note_of_many_writers_is_lost(project: Project) -> None:
    notes = [f"Note {number}." for number in range(2 * RUNNERS)]
    about = ("append-history", "--feature", SLUG, "--wp", "WP01")
    at_once(project, [(*about, "--actor", f"bot-{note}", "--note", note) for note in notes])

    events = project.api("history").data["events"]

    assert sorted(event["facts"]["note"] for event in events) == sorted(notes)
    assert [event["sequence"] for event in events] == list(range(1, len(notes) + 1))


def test_many_approvals_at_once_are_all_integrated(project: Project) -> None:
    names = many_packages(project)[:6]
    for name in names:
        project.submit(name, f"{name}.py", f"{name}\n")

    about = ("--feature", SLUG, "--to", "done", "--actor", "eve", "--policy", POLICY)
    words = ("transition", *about, "--review-ref", "r/1")
    told = at_once(project, [(*words, "--wp", name) for name in names])

    assert [envelope["error_code"] for envelope in told] == [None] * len(names)
    files = project.repo.git("ls-tree", "--name-only", SLUG).split()
    assert {f"{name}.py" for name in names} <= set(files)


def test_of_many_merges_at_once_one_lands(ready: Project) -> None:
    accept(ready)

    told = at_once(ready, [("merge-feature", "--feature", SLUG, "--actor", "bot")] * 6)

    codes = {envelope["error_code"] for envelope in told}
    assert codes <= {None, "BUSY"}
    assert any(envelope["success"] for envelope in told)
    assert kinds(ready)[-2:] == ["MergeIntended", "MergeCompleted"]
    assert kinds(ready).count("MergeIntended") == 1
