from pathlib import Path

import pytest

from repository import Repo
from spec_kitty.adapters.plans.reader import PlanReader
from spec_kitty.adapters.plans.scaffold import (
    CreatedFeature,
    create_feature,
    initialise,
    slug_of,
    slugs_on_disk,
)
from spec_kitty.domain.names import is_slug
from spec_kitty.domain.planning.settings import ProjectSettings
from spec_kitty.domain.refusals import ErrorCode, Refusal


def test_a_new_feature_is_written_with_the_first_number(repo: Repo) -> None:
    folder = "kitty-specs/001-my-feature"
    assert create_feature(str(repo.path), "My Feature!") == CreatedFeature(
        "001-my-feature",
        (
            f"{folder}/spec.md",
            f"{folder}/plan.md",
            f"{folder}/tasks.md",
            f"{folder}/meta.json",
            f"{folder}/tasks/WP01-first-step.md",
        ),
    )


@pytest.mark.parametrize("title", ["My feature", 'It\'s: a "title" # {x} \\ é 日本語'])
def test_a_new_feature_is_a_plan_without_problems(
    repo: Repo, reader: PlanReader, title: str
) -> None:
    created = create_feature(str(repo.path), title)
    repo.commit()
    plan = reader.plan("HEAD", created.slug)
    assert plan is not None
    assert (plan.title, plan.problems) == (title, ())
    assert [(each.id, each.title) for each in plan.packages] == [("WP01", "First step")]


def test_the_number_is_the_next_after_all_that_are_known(repo: Repo) -> None:
    repo.write("kitty-specs/033-on-disk/spec.md", "x")
    repo.write("kitty-specs/not-numbered/spec.md", "x")
    first = create_feature(str(repo.path), "X", ["012-elsewhere", "9-x", "name"])
    second = create_feature(str(repo.path), "X", ["041-in-a-journal"])
    assert (first.slug, second.slug) == ("034-x", "042-x")
    assert slugs_on_disk(str(repo.path)) == ("033-on-disk", "034-x", "042-x", "not-numbered")


def test_a_number_can_be_chosen(repo: Repo) -> None:
    assert create_feature(str(repo.path), "X", number=1000).slug == "1000-x"


def test_a_number_in_use_is_refused(repo: Repo) -> None:
    with pytest.raises(Refusal, match=r"belongs to 034-y\.") as refused:
        create_feature(str(repo.path), "X", ["034-y"], 34)
    assert refused.value.code is ErrorCode.PREFLIGHT_FAILED
    assert not (repo.path / "kitty-specs").exists()


@pytest.mark.parametrize("number", [0, -1, 10_000])
def test_a_number_out_of_range_is_refused(repo: Repo, number: int) -> None:
    with pytest.raises(Refusal) as refused:
        create_feature(str(repo.path), "X", number=number)
    assert refused.value.code is ErrorCode.USAGE_ERROR


@pytest.mark.parametrize("title", ["", " \n", "x" * 201, "a\x1bb", "a\udcffb"])
def test_a_title_that_is_no_line_of_text_is_refused(repo: Repo, title: str) -> None:
    with pytest.raises(Refusal) as refused:
        create_feature(str(repo.path), title)
    assert refused.value.code is ErrorCode.USAGE_ERROR


def test_nothing_is_overwritten(repo: Repo) -> None:
    repo.write("kitty-specs/001-x", "a file")
    with pytest.raises(Refusal) as refused:
        create_feature(str(repo.path), "X")
    assert refused.value.code is ErrorCode.PREFLIGHT_FAILED
    assert (repo.path / "kitty-specs/001-x").read_text() == "a file"


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("My feature", "034-my-feature"),
        ("Crème brûlée, it's good", "034-creme-brulee-its-good"),
        ("日本語", "034-feature"),
        ("../../etc/passwd", "034-etc-passwd"),
        ("fix.lock", "034-fix-lock"),
        ("Do WP01", "034-do-wp01"),
        ("word " * 30, "034" + "-word" * 11),
        ("x" * 200, "034-" + "x" * 56),
    ],
)
def test_a_slug_is_made_of_plain_words(title: str, slug: str) -> None:
    assert slug_of(title, 34) == slug
    assert is_slug(slug)
    assert len(slug) <= 60


def test_a_project_is_initialised_once(repo: Repo, reader: PlanReader, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    assert initialise(str(fresh)) == (".kittify/config.toml",)
    (fresh / ".kittify/config.toml").write_text("# mine\n")
    assert initialise(str(fresh)) == ()
    assert (fresh / ".kittify/config.toml").read_text() == "# mine\n"


def test_the_settings_of_a_new_project_are_the_defaults(repo: Repo, reader: PlanReader) -> None:
    (repo.path / ".kittify/config.toml").unlink()
    initialise(str(repo.path))
    repo.commit()
    assert reader.settings("HEAD") == ProjectSettings()
