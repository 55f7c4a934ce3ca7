import json

import pytest

from credential_samples import mixed
from spec_kitty.domain.refusals import ErrorCode, Refusal
from spec_kitty.domain.submission.changes import Change
from spec_kitty.domain.submission.guards import GuardSettings, SubmittedWork, check_submission

SETTINGS = GuardSettings(protected_paths=("infra/", "*.pem"), max_file_bytes=100)
CONFLICT = [
    ("src/b.py", number, line)
    for number, line in enumerate(["<" * 7 + " ours", "=" * 7, ">" * 7 + " theirs"], start=7)
]
TOKEN = "ghp_" + mixed(36)


def change(path: str, status: str = "M") -> Change:
    return Change(path, "100644", "100644", "1" * 40, "2" * 40, status)


GOOD = SubmittedWork(
    changes=(change("src/a.py"), change("src/b.py", "A")),
    added_lines=[("src/a.py", 1, "x = 1")],
    sizes={"src/a.py": 100},
)


def refusal_of(work: SubmittedWork, settings: GuardSettings = SETTINGS) -> Refusal:
    with pytest.raises(Refusal) as caught:
        check_submission(work, settings)
    return caught.value


def test_ordinary_work_passes() -> None:
    check_submission(GOOD, SETTINGS)


@pytest.mark.parametrize("status", ["A", "M", "D", "T"])
@pytest.mark.parametrize("path", ["kitty-specs/1/spec.md", ".kittify/x", ".gitmodules", "infra/x"])
def test_a_change_of_a_protected_path_is_refused(path: str, status: str) -> None:
    refusal = refusal_of(GOOD.replace(changes=(*GOOD.changes, change(path, status))))

    assert refusal.code is ErrorCode.PROTECTED_PATHS_CHANGED
    assert refusal.facts == {"paths": [path], "count": 1}


def test_a_nested_repository_is_refused() -> None:
    refusal = refusal_of(GOOD.replace(nested=("vendor/x/",)))

    assert refusal.code is ErrorCode.TRANSITION_REJECTED
    assert refusal.facts == {"guard": "nested_repository", "paths": ["vendor/x/"], "count": 1}


def test_a_file_where_a_submodule_is_not_initialised_is_refused() -> None:
    refusal = refusal_of(GOOD.replace(in_submodules=("lib/new.c",)))

    assert refusal.code is ErrorCode.TRANSITION_REJECTED
    assert refusal.facts == {"guard": "submodule_file", "paths": ["lib/new.c"], "count": 1}


def test_a_submodule_commit_that_its_remote_lacks_is_refused() -> None:
    refusal = refusal_of(GOOD.replace(missing_gitlinks=("lib",)))

    assert refusal.code is ErrorCode.TRANSITION_REJECTED
    assert refusal.facts == {"guard": "gitlink", "paths": ["lib"], "count": 1}


def test_a_file_over_the_limit_is_refused() -> None:
    refusal = refusal_of(GOOD.replace(sizes={"a": 100, "b": 101}))

    assert refusal.code is ErrorCode.TRANSITION_REJECTED
    assert refusal.facts == {"guard": "file_too_large", "paths": ["b"], "count": 1}


def test_an_unresolved_conflict_is_refused() -> None:
    refusal = refusal_of(GOOD.replace(added_lines=CONFLICT))

    assert refusal.code is ErrorCode.TRANSITION_REJECTED
    assert refusal.facts == {
        "guard": "conflict_markers",
        "paths": ["src/b.py"],
        "places": ["src/b.py:7"],
        "count": 1,
    }


def test_a_conflict_that_a_parent_already_has_passes() -> None:
    known = frozenset(["\n".join(line for _, _, line in CONFLICT)])

    check_submission(GOOD.replace(added_lines=CONFLICT, known_blocks=known), SETTINGS)


def test_a_credential_is_refused_and_not_quoted() -> None:
    refusal = refusal_of(GOOD.replace(added_lines=[("src/a.py", 3, f"token = '{TOKEN}'")]))

    assert refusal.code is ErrorCode.TRANSITION_REJECTED
    assert refusal.facts == {
        "guard": "credentials",
        "paths": ["src/a.py"],
        "places": ["src/a.py:3 (GitHub token)"],
        "count": 1,
    }
    assert TOKEN not in json.dumps([refusal.message, refusal.facts])


def test_an_example_of_a_credential_passes() -> None:
    check_submission(GOOD.replace(added_lines=[("README.md", 1, "ghp_" + "x" * 36)]), SETTINGS)


def test_fifty_paths_are_listed_and_all_are_counted() -> None:
    paths = tuple(f"kitty-specs/{number:03}" for number in range(60))

    refusal = refusal_of(GOOD.replace(changes=tuple(change(path) for path in paths)))

    assert refusal.facts == {"paths": list(paths[:50]), "count": 60}


def test_places_are_listed_to_fifty_too() -> None:
    lines = [(f"{number:03}", 1, TOKEN) for number in range(60)]

    facts = refusal_of(GOOD.replace(added_lines=lines)).facts

    assert facts["count"] == 60
    assert facts["places"] == [f"{number:03}:1 (GitHub token)" for number in range(50)]


def test_guards_are_asked_in_their_order() -> None:
    work = SubmittedWork(
        changes=(change(".kittify/x"),),
        added_lines=[*CONFLICT, ("src/c.py", 1, TOKEN)],
        sizes={"big": 101},
        nested=("vendor/",),
        in_submodules=("lib/new.c",),
        missing_gitlinks=("lib",),
    )
    seen = []
    repairs: tuple[dict[str, object], ...] = (
        {"changes": ()},
        {"nested": ()},
        {"in_submodules": ()},
        {"missing_gitlinks": ()},
        {"sizes": {}},
        {"added_lines": [("src/c.py", 1, TOKEN)]},
        {"added_lines": ()},
    )
    for repair in repairs:
        seen.append(refusal_of(work).facts.get("guard"))
        work = work.replace(**repair)

    check_submission(work, SETTINGS)
    assert seen == [
        None,
        "nested_repository",
        "submodule_file",
        "gitlink",
        "file_too_large",
        "conflict_markers",
        "credentials",
    ]


def test_the_message_names_the_first_paths_and_no_name_can_forge_a_line() -> None:
    work = GOOD.replace(nested=("a b", "new\nline", "\udcff", "d", "e"))

    assert refusal_of(work).message == (
        "The work has git repositories inside it, whose files would be lost. Move them out of the"
        " workspace or delete their .git folders, and submit again."
        " Paths: a b, 'new\\nline', '\\udcff' and 2 more."
    )


def test_every_message_says_the_next_step() -> None:
    works = [
        GOOD.replace(changes=(change(".kittify/x"),)),
        GOOD.replace(nested=("x",)),
        GOOD.replace(missing_gitlinks=("x",)),
        GOOD.replace(sizes={"x": 101}),
        GOOD.replace(added_lines=CONFLICT),
        GOOD.replace(added_lines=[("x", 1, TOKEN)]),
    ]

    assert all("submit again" in refusal_of(work).message for work in works)
