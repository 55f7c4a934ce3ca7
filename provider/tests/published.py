"""Finds the published contract: in the repository, or in the distribution that stands alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CONTRACT = next(
    folder / "contract" / "v1"
    for folder in Path(__file__).resolve().parents
    if (folder / "contract" / "v1" / "errors.json").is_file()
)


def example(name: str) -> dict[str, Any]:
    """Returns a recorded call: its `words`, its `exit_status` and the host's `answer`."""
    read: dict[str, Any] = json.loads((CONTRACT / "examples" / f"{name}.json").read_text())
    return read


def examples() -> list[str]:
    return sorted(path.stem for path in (CONTRACT / "examples").glob("*.json"))


def error_codes() -> tuple[str, ...]:
    """Returns the closed list of error codes."""
    listed = json.loads((CONTRACT / "errors.json").read_text(encoding="utf-8"))["errors"]
    return tuple(each["code"] for each in listed)
