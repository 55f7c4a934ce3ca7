from __future__ import annotations

import json
from pathlib import Path
from string import Template

import pytest

from spec_kitty_orchestrator.adapters.repository.places import Places
from spec_kitty_orchestrator.adapters.repository.texts import FileTexts
from spec_kitty_orchestrator.domain.prompts import PLACES, UnusableTemplate, check
from spec_kitty_orchestrator.domain.verdict import Decision, read_verdict


def texts_in(checkout: Path) -> FileTexts:
    return FileTexts(Places(checkout / ".git", checkout, checkout / "cache"))


def own(checkout: Path, name: str, content: str | bytes) -> None:
    file = checkout / f".kittify/prompts/{name}.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.mark.parametrize("name", PLACES)
def test_each_template_that_is_brought_along_uses_exactly_its_places(
    tmp_path: Path, name: str
) -> None:
    template = texts_in(tmp_path).template(name)

    check(name, template)
    assert set(Template(template).get_identifiers()) == set(PLACES[name])


def test_implementers_are_told_the_rules_of_the_workspace(tmp_path: Path) -> None:
    template = texts_in(tmp_path).template("implement")

    for rule in ("`kitty-specs/`", "`.kittify/`", "Do not push", "tests", "in git"):
        assert rule in template


@pytest.mark.parametrize("name", ["review", "ask-again"])
def test_the_form_that_reviewers_are_shown_is_a_verdict(tmp_path: Path, name: str) -> None:
    template = texts_in(tmp_path).template(name)
    verdict = read_verdict(template)

    assert verdict is not None
    assert verdict.decision is Decision.CHANGES_REQUESTED
    shown = json.loads(template.split("```json\n")[1].split("\n```")[0])
    assert list(shown) == ["verdict", "summary", "findings"]
    assert list(shown["findings"][0]) == ["id", "severity", "message", "path", "line"]
    for word in (*Decision, "blocker", "major", "minor", "note"):
        assert f"`{word}`" in template


def test_a_team_replaces_a_template_and_keeps_the_others(tmp_path: Path) -> None:
    usual = texts_in(tmp_path).template("review")
    own(tmp_path, "implement", b"\xef\xbb\xbfDo $task.\r\nIt costs $$5.\r\n")
    texts = texts_in(tmp_path)

    texts.check()

    assert texts.template("implement") == "Do $task.\nIt costs $$5.\n"
    assert texts.template("review") == usual


def test_a_template_stays_the_same_for_a_whole_run(tmp_path: Path) -> None:
    own(tmp_path, "implement", "Do $task.")
    texts = texts_in(tmp_path)
    before = texts.template("implement")

    own(tmp_path, "implement", "Do $nonsense.")

    assert texts.template("implement") == before


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            "Do $tusk.",
            ".kittify/prompts/ask-again.md: The prompt template 'ask-again' cannot be filled in"
            " ('tusk'). It may use $feature, $package, $title, $answer; a dollar sign is written"
            " $$.",
        ),
        (b"caf\xe9", ".kittify/prompts/ask-again.md is not UTF-8. Save it as UTF-8."),
        (
            " \n",
            ".kittify/prompts/ask-again.md is empty. Write the prompt, or remove the file.",
        ),
    ],
)
def test_a_template_that_cannot_be_used_is_refused_before_anything_starts(
    tmp_path: Path, content: str | bytes, sentence: str
) -> None:
    own(tmp_path, "ask-again", content)

    with pytest.raises(UnusableTemplate) as raised:
        texts_in(tmp_path).check()

    assert str(raised.value) == sentence


def test_the_text_of_a_work_package_is_read_whatever_it_holds(tmp_path: Path) -> None:
    (tmp_path / "WP01.md").write_bytes(b"\n# Cats \xe2\x82\xac\nCosts $5, caf\xe9\n\n")

    assert texts_in(tmp_path).task(tmp_path / "WP01.md") == "# Cats €\nCosts $5, caf\\xe9"
