from spec_kitty.domain.lanes import (
    LANE_WORDS,
    MOVES,
    By,
    Lane,
    MoveKind,
    lane_named,
    move_between,
    moves_from,
)

TABLE = {
    ("planned", "in_progress", MoveKind.CLAIM, By.ANYONE),
    ("in_progress", "for_review", MoveKind.SUBMIT, By.HOLDER),
    ("for_review", "done", MoveKind.APPROVE, By.REVIEWER),
    ("for_review", "in_progress", MoveKind.REQUEST_CHANGES, By.REVIEWER),
    ("in_progress", "planned", MoveKind.RELEASE, By.HOLDER_OR_PERSON),
    ("for_review", "planned", MoveKind.RELEASE, By.HOLDER_OR_PERSON),
    ("planned", "blocked", MoveKind.BLOCK, By.HOLDER_OR_PERSON),
    ("in_progress", "blocked", MoveKind.BLOCK, By.HOLDER_OR_PERSON),
    ("for_review", "blocked", MoveKind.BLOCK, By.HOLDER_OR_PERSON),
    ("blocked", "planned", MoveKind.UNBLOCK, By.ANYONE),
    ("blocked", "in_progress", MoveKind.UNBLOCK, By.ANYONE),
    ("blocked", "for_review", MoveKind.UNBLOCK, By.ANYONE),
    ("done", "in_progress", MoveKind.REOPEN, By.ANYONE),
    ("planned", "canceled", MoveKind.CANCEL, By.HOLDER_OR_PERSON),
    ("in_progress", "canceled", MoveKind.CANCEL, By.HOLDER_OR_PERSON),
    ("for_review", "canceled", MoveKind.CANCEL, By.HOLDER_OR_PERSON),
    ("blocked", "canceled", MoveKind.CANCEL, By.HOLDER_OR_PERSON),
    ("canceled", "planned", MoveKind.RESTORE, By.PERSON_WITH_FORCE),
}


def test_there_are_exactly_these_moves() -> None:
    assert {(row.origin.public, row.to.public, row.kind, row.by) for row in MOVES} == TABLE
    assert len(MOVES) == len(TABLE)


def test_there_are_six_lanes_for_the_public() -> None:
    assert LANE_WORDS == ("planned", "in_progress", "for_review", "done", "blocked", "canceled")


def test_in_progress_and_doing_are_one_lane() -> None:
    assert lane_named("doing") is lane_named("in_progress") is Lane.IN_PROGRESS


def test_each_lane_is_found_by_its_public_word_and_no_other_word_is_a_lane() -> None:
    assert [lane_named(word) for word in LANE_WORDS] == list(Lane)
    assert [lane_named(word) for word in ("claimed", "in_review", "Done", " done", "")] == [
        None
    ] * 5


def test_a_row_is_found_by_where_it_starts_and_ends() -> None:
    assert [move_between(row.origin, row.to) for row in MOVES] == list(MOVES)
    assert move_between(Lane.PLANNED, Lane.DONE) is None
    assert [row.to for row in moves_from(Lane.DONE)] == [Lane.IN_PROGRESS]
