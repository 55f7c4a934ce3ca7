"""Owns the intent files: what a command is about to do to refs, written before it does it."""

from __future__ import annotations

import os

from spec_kitty.adapters.files import own_path, remove_durably, write_durably
from spec_kitty.adapters.journal.codec import Undecodable, decode, dump, encode, load
from spec_kitty.application.ports import Intent, LayOut
from spec_kitty.domain.events import RefMove
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Intents:
    """Keeps at most one intent a feature, as `<common dir>/spec-kitty/intent/<feature>.json`."""

    def __init__(self, common_dir: str) -> None:
        self._common_dir = common_dir

    def _path(self, slug: str) -> str:
        return own_path(self._common_dir, "intent", f"{slug}.json")

    def write(self, slug: str, intent: Intent) -> None:
        """Writes the intent durably. Raises OSError when it cannot."""
        layout = intent.lay_out
        plain: dict[str, Any] = {
            "journal_old": intent.journal_old,
            "journal_new": intent.journal_new,
            "refs": [[move.ref, move.old, move.new] for move in intent.refs],
            "locks": list(intent.locks),
            "lay_out": encode(layout) if layout else None,
            "landing": dict(intent.landing) if intent.landing else None,
        }
        write_durably(self._path(slug), dump(plain))

    def read(self, slug: str) -> Intent | None:
        """Returns the intent, None if there is none.

        Raises Refusal (PREFLIGHT_FAILED) for a file that the host cannot have written.
        """
        try:
            with open(self._path(slug), "rb") as file:
                return _intent_from(load(file.read()))
        except FileNotFoundError:
            return None
        except (Undecodable, LookupError, TypeError, ValueError, AttributeError):
            raise self._unreadable(slug) from None

    def _unreadable(self, slug: str) -> Refusal:
        path = self._path(slug)
        return Refusal(
            ErrorCode.PREFLIGHT_FAILED,
            f"{path} should say what an interrupted command was about to do, and is damaged. "
            f"Look with 'spec-kitty verify --feature {slug}' whether the branches are as the "
            "journal says, then delete that file.",
            path=path,
        )

    def remove(self, slug: str) -> None:
        if os.path.exists(self._path(slug)):
            remove_durably(self._path(slug))


def _intent_from(plain: Any) -> Intent:
    return Intent(
        plain["journal_old"],
        plain["journal_new"],
        tuple(RefMove(*move) for move in plain["refs"]),
        tuple(plain["locks"]),
        decode(LayOut, plain["lay_out"]) if plain["lay_out"] else None,
        plain["landing"],
    )
