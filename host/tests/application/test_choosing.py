from __future__ import annotations

import pytest

from spec_kitty.application.choosing import Candidate, Place, choose, said_by
from spec_kitty.domain.refusals import ErrorCode, Refusal

SLUGS = ("034-cats", "035-dogs")


@pytest.mark.parametrize(
    ("place", "slug"),
    [
        (Place(workspace="034-cats-WP01"), "034-cats"),
        (Place(branch="034-cats-WP100"), "034-cats"),
        (Place(branch="035-dogs"), "035-dogs"),
        (Place(workspace="034-cats-WP01", branch="035-dogs"), "034-cats"),
        (Place(workspace="mine", branch="035-dogs"), "035-dogs"),
        (Place(branch="main"), None),
        (Place(branch="036-gone-WP01"), None),
        (Place(), None),
    ],
)
def test_the_folder_says_the_feature_and_then_the_branch(place: Place, slug: str | None) -> None:
    assert said_by(place, SLUGS) == slug


def test_the_only_open_feature_is_meant() -> None:
    assert choose((Candidate("034-cats", False), Candidate("035-dogs", True))) == "035-dogs"


def test_the_only_feature_is_meant_though_it_is_merged() -> None:
    assert choose((Candidate("034-cats", False),)) == "034-cats"


@pytest.mark.parametrize("is_open", [True, False])
def test_among_several_nothing_is_guessed(is_open: bool) -> None:
    with pytest.raises(Refusal) as refused:
        choose(tuple(Candidate(slug, is_open) for slug in SLUGS))
    assert refused.value.code is ErrorCode.USAGE_ERROR
    assert refused.value.facts == {"candidates": ["034-cats", "035-dogs"]}


def test_a_long_list_of_candidates_is_cut_in_the_sentence_only() -> None:
    slugs = [f"{number:03}-cats" for number in range(30)]
    with pytest.raises(Refusal, match=r"019-cats and more\. Name one") as refused:
        choose(tuple(Candidate(slug, True) for slug in slugs))
    assert refused.value.facts == {"candidates": slugs}
