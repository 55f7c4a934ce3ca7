from collections import Counter
from dataclasses import replace

from spec_kitty_orchestrator.domain.run.records import Ended
from stories import order, story


def test_a_feature_of_one_package_is_implemented_reviewed_and_merged() -> None:
    told = story("WP01")

    ended = told.run()

    assert (ended.ended, ended.reasons) == (Ended.DONE, ())
    assert told.lanes() == {"WP01": "done"}
    assert told.host.state.merged
    assert order(told.agents) == ["WP01 implement ada", "WP01 review ben"]


def test_a_dependency_is_done_before_what_waits_for_it() -> None:
    told = story("WP01", "WP02 WP01")

    assert told.run().ended is Ended.DONE
    assert order(told.agents) == [
        "WP01 implement ada",
        "WP01 review ben",
        "WP02 implement ada",
        "WP02 review ben",
    ]


def test_work_that_begins_at_once_is_shared_between_the_implementers() -> None:
    told = story("WP01", "WP02", "WP03", "WP04", max_concurrent=4)
    told.roster = replace(told.roster, implementers=("ada", "eve"))

    assert told.run().ended is Ended.DONE
    assert Counter(each.split()[-1] for each in order(told.agents)[:4]) == {"ada": 2, "eve": 2}


def test_no_more_agents_work_at_once_than_the_limit_allows() -> None:
    told = story(*(f"WP{number:02}" for number in range(1, 13)), max_concurrent=3)

    assert told.run().ended is Ended.DONE
    assert told.agents.most_at_once == 3
