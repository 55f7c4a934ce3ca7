"""The journal on a real repository: what one process writes, and what another then reads."""

import subprocess
import sys
from pathlib import Path

import pytest

from cut_answers import cut_answers
from journals import REF, SLUG, journal_of
from repository import Repo, make_repo
from soundness import require_sound
from spec_kitty.adapters.git.runner import GitStopped
from spec_kitty.adapters.journal.reader import MAX_WALKED_EVENTS
from spec_kitty.application.ports import Snapshot
from spec_kitty.domain.events import NoteAdded, PackageReleased, RefMove
from spec_kitty.domain.feature import Package
from spec_kitty.domain.refusals import ErrorCode, Refusal

BRANCH = f"refs/heads/{SLUG}"


def test_a_feature_without_events_reads_as_nothing(repo: Repo) -> None:
    with journal_of(repo) as journal:
        assert journal.writer.read(SLUG) == Snapshot(None, None)
        assert list(journal.writer.events(SLUG)) == []
        assert journal.writer.slugs() == ()


def test_what_one_process_writes_another_reads(repo: Repo) -> None:
    with journal_of(repo) as one, journal_of(repo) as other:
        written = one.release()

        assert other.writer.read(SLUG) == written
        assert written.feature is not None
        assert written.feature.packages == {
            "WP01": Package(
                "WP01",
                reason="For a test.",
                last_actor="bot",
                changed_at="2026-01-02T03:04:05.000006+00:00",
            )
        }
        assert other.writer.slugs() == (SLUG,)
    require_sound(repo)


def test_the_ref_reads_like_a_diary(repo: Repo) -> None:
    with journal_of(repo) as journal:
        journal.note("First.")
        journal.release()

    lines = repo.git("log", "--reverse", "--format=%an %at %s", REF).splitlines()

    assert lines == [
        "spec-kitty 1767323045 WP01: note: First. by bot",
        "spec-kitty 1767323045 WP01: -> planned, released (For a test.) by bot",
    ]


def test_a_change_writes_only_what_it_changes(repo: Repo) -> None:
    with journal_of(repo) as journal:
        journal.release()
        before = object_files(repo)
        journal.note("It changes no work package.")
        noted = object_files(repo)
        journal.release()
        released = object_files(repo)

    # The commit alone; then a work package, its folder and the root too.
    assert (len(noted - before), len(released - noted)) == (1, 4)


def object_files(repo: Repo) -> set[tuple[str, int]]:
    """Returns the files of all loose objects; one that is written again is another file."""
    files = (repo.path / ".git/objects").glob("??/*")
    return {(file.name, file.stat().st_mtime_ns) for file in files}


def test_a_line_break_in_a_note_cannot_forge_an_entry(repo: Repo) -> None:
    with journal_of(repo) as journal:
        journal.note('Fine.\n\n{"format":1,"type":"PackageReleased"}\n\0tree 0')

        ((_, event),) = journal.writer.events(SLUG)

    assert event.fact == NoteAdded(
        "WP01", 'Fine.\n\n{"format":1,"type":"PackageReleased"}\n\0tree 0', "hist-1"
    )
    require_sound(repo)


def test_of_two_writers_on_one_tip_the_second_is_refused_and_sees_the_new_state(
    repo: Repo,
) -> None:
    with journal_of(repo) as one, journal_of(repo) as other:
        one.note("First.")
        seen = other.writer.read(SLUG)
        won = one.note("Second.")

        with pytest.raises(Refusal) as refused:
            other.add_after(seen, NoteAdded("WP01", "Also second.", "hist-2"))

        assert refused.value.code is ErrorCode.REF_DIVERGED
        assert other.writer.read(SLUG) == won
        assert other.note("Third.").feature == one.writer.read(SLUG).feature
        assert one.sequence() == 3
    require_sound(repo)


def test_of_two_first_events_one_is_refused(repo: Repo) -> None:
    with journal_of(repo) as one, journal_of(repo) as other:
        nothing = other.writer.read(SLUG)
        won = one.note("First.")

        with pytest.raises(Refusal):
            other.add_after(nothing, NoteAdded("WP01", "Also first.", "hist-2"))

        assert other.writer.read(SLUG) == won


def test_a_branch_moves_with_its_event(repo: Repo) -> None:
    with journal_of(repo) as journal:
        journal.release(RefMove(BRANCH, None, repo.tip()))
        journal.writer.forget_intent(SLUG)

    assert repo.tip(BRANCH) == repo.tip()
    require_sound(repo)


def commit_empty(repo: Repo) -> str:
    repo.git("commit", "--quiet", "--allow-empty", "--message", "A person's")
    return repo.tip()


def test_a_branch_is_deleted_only_where_it_was_seen(repo: Repo) -> None:
    first = repo.tip()
    second = commit_empty(repo)
    repo.git("branch", "dogs", second)
    with journal_of(repo) as journal:
        journal.note("First.")

        journal.writer.delete_branch(SLUG, "refs/heads/dogs", first)
        assert repo.tip("dogs") == second
        for _ in range(2):
            journal.writer.delete_branch(SLUG, "refs/heads/dogs", second)
            assert repo.git("branch", "--list", "dogs") == ""
    require_sound(repo)


def test_a_branch_that_a_person_moved_keeps_the_event_from_happening(repo: Repo) -> None:
    repo.git("update-ref", BRANCH, "HEAD")
    theirs = commit_empty(repo)
    repo.git("update-ref", BRANCH, theirs)
    with journal_of(repo) as journal:
        before = journal.note("First.")

        with pytest.raises(Refusal) as refused:
            journal.release(RefMove(BRANCH, repo.tip("HEAD^"), None))

        assert refused.value.code is ErrorCode.REF_DIVERGED
        moved = {"ref": BRANCH, "old": repo.tip("HEAD^"), "new": None}
        assert refused.value.facts == {"refs": [moved]}
        assert journal.writer.read(SLUG) == before
    assert repo.tip(BRANCH) == theirs
    require_sound(repo)


def after_pack_refs(repo: Repo) -> None:
    repo.git("pack-refs", "--all", "--prune")


def after_gc(repo: Repo) -> None:
    repo.git("reflog", "expire", "--expire=now", "--all")
    repo.git("gc", "--quiet", "--prune=now")


def after_repack(repo: Repo) -> None:
    repo.git("repack", "-a", "-d", "-q")
    repo.git("prune-packed")


@pytest.mark.parametrize("upkeep", [after_pack_refs, after_gc, after_repack])
def test_the_journal_goes_on_after_upkeep(repo: Repo, upkeep: object) -> None:
    assert callable(upkeep)
    with journal_of(repo) as journal:
        journal.note("First.")
        before = journal.writer.mark(SLUG)
        upkeep(repo)

        journal.release()

        assert journal.sequence() == 2
        assert journal.writer.mark(SLUG) != before
    with journal_of(repo) as journal:
        assert journal.sequence() == 2
    require_sound(repo)


def test_a_sha256_repository_has_a_journal_too(tmp_path: Path) -> None:
    tmp_path.joinpath("project").mkdir()
    repo = Repo(tmp_path / "project")
    repo.git("init", "--quiet", "--object-format=sha256")
    repo.write("a", "a\n")
    repo.commit()
    with journal_of(repo) as journal:
        journal.note("First.")
        journal.release(RefMove(BRANCH, None, repo.tip()))
        journal.writer.forget_intent(SLUG)

        assert len(journal.writer.read(SLUG).tip or "") == 64
        assert journal.sequence() == 2
    require_sound(repo)


def test_a_replaced_commit_is_not_what_is_read(repo: Repo) -> None:
    with journal_of(repo) as journal:
        journal.note("First.")
        written = journal.note("Second.")
    repo.git("replace", REF, f"{REF}^")

    with journal_of(repo) as journal:
        assert journal.writer.read(SLUG) == written
        texts = [getattr(event.fact, "note", None) for _, event in journal.writer.events(SLUG)]

    assert texts == ["First.", "Second."]


def test_events_can_be_read_from_a_cursor_on(repo: Repo) -> None:
    with journal_of(repo) as journal:
        first = journal.note("First.").tip
        second = journal.note("Second.").tip

        after = [cursor for cursor, _ in journal.writer.events(SLUG, first)]

    assert after == [second]


def test_the_newest_events_are_those_at_the_end_of_the_history(repo: Repo) -> None:
    with journal_of(repo) as journal:
        assert journal.writer.newest(SLUG, 2) == []
        for number in range(4):
            journal.note(f"Note {number}.")
        told = list(journal.writer.events(SLUG))

        assert [journal.writer.newest(SLUG, count) for count in (2, 4, 9)] == [
            told[-2:],
            told,
            told,
        ]


def test_a_history_that_is_long_is_read_as_a_short_one_is(repo: Repo) -> None:
    with journal_of(repo) as journal:
        first = journal.note("First.")
        tip = repo.git("rev-parse", REF)
        blob = repo.git("cat-file", "commit", tip).partition("\n\n")[2]
        tree = repo.git("rev-parse", f"{tip}^{{tree}}")
        for _ in range(MAX_WALKED_EVENTS):
            tip = repo.git("commit-tree", tree, "-p", tip, stdin=blob)
        repo.git("update-ref", REF, tip)

        cursors = repo.git("rev-list", "--reverse", REF).splitlines()
        told = list(journal.writer.events(SLUG))
        assert [cursor for cursor, _ in told] == cursors
        assert {event for _, event in told} == {told[0][1]}
        assert [each[0] for each in journal.writer.events(SLUG, first.tip)] == cursors[1:]


def test_a_journal_is_not_called_damaged_when_git_is_ended(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with journal_of(repo) as journal:
        journal.note("Long. " * 1000)
    cut_answers(tmp_path, monkeypatch, times=9)

    with journal_of(repo) as journal:
        for read in (lambda: journal.writer.read(SLUG), lambda: journal.writer.newest(SLUG, 1)):
            with pytest.raises(GitStopped):
                read()


def test_a_cursor_of_another_history_is_a_usage_error(repo: Repo) -> None:
    with journal_of(repo) as journal:
        journal.note("First.")

        with pytest.raises(Refusal) as refused:
            list(journal.writer.events(SLUG, repo.tip()))

    assert refused.value.code is ErrorCode.USAGE_ERROR


def a_commit_of_another_kind(repo: Repo) -> None:
    repo.git("update-ref", REF, "HEAD")


def an_event_that_is_not_json(repo: Repo) -> None:
    record(repo, repo.git("rev-parse", f"{REF}^{{tree}}"), "x")


def an_event_without_a_number(repo: Repo) -> None:
    record(repo, repo.git("rev-parse", f"{REF}^{{tree}}"), "{}")


def a_state_that_is_not_json(repo: Repo) -> None:
    blob = repo.git("hash-object", "-w", "--stdin", stdin="{")
    record(repo, repo.git("mktree", stdin=f"100644 blob {blob}\tfeature.json\n"))


def a_state_of_the_wrong_shape(repo: Repo) -> None:
    blob = repo.git("hash-object", "-w", "--stdin", stdin='{"feature_tip": {}, "packages": 3}')
    bad = repo.git("hash-object", "-w", "--stdin", stdin='{"id": "WP01", "lane": "nowhere"}')
    wp = repo.git("mktree", stdin=f"100644 blob {bad}\tWP01.json\n")
    listed = f"100644 blob {blob}\tfeature.json\n040000 tree {wp}\twp\n"
    record(repo, repo.git("mktree", stdin=listed))


def a_folder_that_nobody_knows(repo: Repo) -> None:
    blob = repo.git("rev-parse", f"{REF}:feature.json")
    folder = repo.git("mktree", stdin=f"100644 blob {blob}\ta\n")
    listed = f"100644 blob {blob}\tfeature.json\n040000 tree {folder}\textra\n"
    record(repo, repo.git("mktree", stdin=listed))


def record(repo: Repo, tree: str, event: str = '{"sequence": 2}') -> None:
    repo.git("update-ref", REF, repo.git("commit-tree", tree, "-m", event))


def a_file_that_is_gone(repo: Repo) -> None:
    oid = repo.git("rev-parse", f"{REF}:feature.json")
    (repo.path / ".git/objects" / oid[:2] / oid[2:]).unlink()
    (repo.path / ".git/spec-kitty/spares" / SLUG / oid).unlink()


@pytest.mark.parametrize(
    "damage",
    [
        a_commit_of_another_kind,
        an_event_that_is_not_json,
        an_event_without_a_number,
        a_state_that_is_not_json,
        a_state_of_the_wrong_shape,
        a_folder_that_nobody_knows,
        a_file_that_is_gone,
    ],
)
def test_a_damaged_journal_is_called_damaged(repo: Repo, damage: object) -> None:
    assert callable(damage)
    with journal_of(repo) as journal:
        journal.note("First.")
    damage(repo)

    with journal_of(repo) as journal, pytest.raises(Refusal) as refused:
        journal.writer.read(SLUG)

    assert refused.value.code is ErrorCode.JOURNAL_DAMAGED
    assert refused.value.facts == {"commit": repo.git("rev-parse", REF)}


def test_an_event_that_nobody_knows_is_damage(repo: Repo) -> None:
    with journal_of(repo) as journal:
        journal.note("First.")
    tree = repo.git("rev-parse", f"{REF}^{{tree}}")
    message = 'Sing\n\n{"format":1,"type":"Sung","fact":{}}\n'
    repo.git("update-ref", REF, repo.git("commit-tree", tree, "-p", REF, stdin=message))

    with journal_of(repo) as journal, pytest.raises(Refusal) as refused:
        list(journal.writer.events(SLUG))

    assert refused.value.code is ErrorCode.JOURNAL_DAMAGED


def test_a_reader_never_sees_half_a_change(repo: Repo) -> None:
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from journals import journal_of\n"
        "from repository import Repo\n"
        "with journal_of(Repo(Path(sys.argv[1]))) as journal:\n"
        "    for number in range(12):\n"
        "        journal.release()\n"
    )
    argv = [sys.executable, "-c", program, str(repo.path)]
    folder = str(Path(__file__).parents[2])
    with (
        subprocess.Popen(argv, cwd=folder) as writer,
        journal_of(repo) as journal,
    ):
        seen = [journal.sequence()]
        while writer.poll() is None:
            seen.append(journal.sequence())
        seen.append(journal.sequence())

    assert seen == sorted(seen)
    assert (seen[-1], writer.returncode) == (12, 0)
    assert len(set(seen)) > 2
    require_sound(repo)


def test_a_release_is_what_it_says(repo: Repo) -> None:
    with journal_of(repo) as journal:
        journal.release()
        ((_, event),) = journal.writer.events(SLUG)

    assert event.fact == PackageReleased("WP01", "For a test.")
    assert event.target_branch == "main"


def test_a_journal_in_a_linked_worktree_is_that_of_the_repository(repo: Repo) -> None:
    repo.git("worktree", "add", "--quiet", "--detach", "../linked")
    with journal_of(Repo(repo.path.parent / "linked")) as journal:
        journal.note("First.")
    with journal_of(repo) as journal:
        assert journal.sequence() == 1


def bare(repo: Repo) -> Repo:
    made = make_repo(repo.path.parent / "source")
    made.git("clone", "--quiet", "--bare", ".", "../bare.git")
    return Repo(repo.path.parent / "bare.git")


def test_a_bare_repository_has_a_journal_too(repo: Repo) -> None:
    place = bare(repo)
    with journal_of(place) as journal:
        journal.release(RefMove(BRANCH, None, place.tip()))
        journal.writer.forget_intent(SLUG)
        assert journal.sequence() == 1
    require_sound(place)
