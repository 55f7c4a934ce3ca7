"""Owns the copies of work package texts that agents read: they exist whatever is checked out."""

from __future__ import annotations

import os

from spec_kitty.adapters.files import own_path
from spec_kitty.adapters.workspaces.durable import forget
from spec_kitty.application.ports import Prompts as PromptsPort


class Prompts(PromptsPort):
    """Keeps prompts as `<common dir>/spec-kitty/prompts/<feature>/<WP>.md`."""

    def __init__(self, common_dir: str) -> None:
        self._common_dir = common_dir

    def path(self, slug: str, package: str) -> str:
        return own_path(self._common_dir, "prompts", slug, f"{package}.md")

    def exists(self, slug: str, package: str) -> bool:
        return os.path.exists(self.path(slug, package))

    def write(self, slug: str, package: str, text: bytes) -> None:
        """Replaces the prompt in one step. It is derived, so it need not survive a power cut.

        One process at a time may: what a killed one left half-written is written over.
        """
        path = self.path(slug, package)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        temporary = f"{path}.tmp"
        try:
            with open(temporary, "wb") as file:
                file.write(text)
            os.replace(temporary, path)
        except OSError:
            forget(temporary)
            raise
