import pytest

from spec_kitty.domain.landing import Strategy, strategy_named
from spec_kitty.domain.refusals import ErrorCode, Refusal


def test_a_strategy_is_found_by_its_name() -> None:
    assert [strategy_named(name) for name in ("merge", "squash", "rebase")] == list(Strategy)


def test_an_unknown_strategy_is_refused_with_the_known_ones() -> None:
    with pytest.raises(Refusal, match="merge, squash, rebase") as refused:
        strategy_named("octopus")

    assert refused.value.code is ErrorCode.UNSUPPORTED_STRATEGY
