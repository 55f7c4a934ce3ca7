from pathlib import Path

import pytest

from spec_kitty.adapters.journal.intents import Intents
from spec_kitty.application.ports import Intent, LayOut
from spec_kitty.domain.events import RefMove
from spec_kitty.domain.refusals import ErrorCode, Refusal

OLD, NEW = "1" * 40, "2" * 40

WHOLE = Intent(
    OLD,
    NEW,
    (RefMove("refs/heads/034-cats", None, NEW), RefMove("refs/heads/034-cats-WP01", OLD, None)),
    ("refs/heads/034-cats.lock", "HEAD.lock"),
    LayOut("WP01", OLD, None, files=True),
    {"target": "refs/heads/main", "lock_mark": "7f", "git_dir": None},
)


@pytest.mark.parametrize(
    "intent",
    [
        WHOLE,
        Intent(None, NEW),
        WHOLE.replace(lay_out=LayOut("WP01", OLD, NEW, files=False)),
        WHOLE.replace(lay_out=LayOut("WP01", OLD, NEW, files=True)),
    ],
)
def test_an_intent_is_read_as_it_was_written(tmp_path: Path, intent: Intent) -> None:
    Intents(str(tmp_path)).write("034-cats", intent)

    assert Intents(str(tmp_path)).read("034-cats") == intent


def test_a_later_intent_takes_the_place_of_the_earlier(tmp_path: Path) -> None:
    intents = Intents(str(tmp_path))
    intents.write("034-cats", Intent(None, OLD))
    intents.write("034-cats", WHOLE)

    assert intents.read("034-cats") == WHOLE


def test_intents_of_features_are_apart(tmp_path: Path) -> None:
    intents = Intents(str(tmp_path))
    intents.write("034-cats", WHOLE)

    assert intents.read("035-dogs") is None


def test_a_removed_intent_is_gone_and_can_be_removed_again(tmp_path: Path) -> None:
    intents = Intents(str(tmp_path))
    intents.write("034-cats", WHOLE)
    intents.remove("034-cats")
    intents.remove("034-cats")

    assert intents.read("034-cats") is None


def test_a_half_written_intent_counts_for_nothing(tmp_path: Path) -> None:
    intents = Intents(str(tmp_path))
    intents.write("034-cats", WHOLE)
    file = tmp_path / "spec-kitty/intent/034-cats.json"
    file.rename(file.with_suffix(".json.tmp"))

    assert intents.read("034-cats") is None


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\0", b"[]", b"7", b"{}", b'{"journal_old": null, "journal_new": "1", "refs": 3}'],
)
def test_a_file_that_the_host_cannot_have_written_is_named_and_left(
    tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "spec-kitty/intent/034-cats.json"
    file.parent.mkdir(parents=True)
    file.write_bytes(content)

    with pytest.raises(Refusal, match="is damaged") as caught:
        Intents(str(tmp_path)).read("034-cats")

    assert (caught.value.code, caught.value.facts) == (
        ErrorCode.PREFLIGHT_FAILED,
        {"path": str(file)},
    )
    assert file.read_bytes() == content
