"""Owns writing the contract to where people and programs read it: contract/v1 and docs/reference.

`python -m spec_kitty.doors.publish` writes; with `--check` it says what is out of date instead.
The examples are recorded by the tests (tests/contract); here they are read for the page.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from spec_kitty.doors.envelope import CONTRACT_VERSION
from spec_kitty.doors.pages.contract import contract_page
from spec_kitty.doors.pages.errors import errors_page
from spec_kitty.doors.pages.lanes import lanes_page
from spec_kitty.doors.schemas import MAJOR, schema_document

CONTRACT = Path("contract") / f"v{MAJOR}"
COMMANDS = CONTRACT / "commands"
EXAMPLES = CONTRACT / "examples"
PAGES = Path("docs") / "reference"


def documents(root: Path) -> dict[Path, str]:
    """Returns every file that is made from the definitions, by its path under the root."""
    return {**_schemas(), **_pages(root)}


def _schemas() -> dict[Path, str]:
    document = schema_document()
    found = {
        CONTRACT / f"{name}.schema.json": document[name]
        for name in ("envelope", "policy", "evidence")
    }
    for name, command in document["commands"].items():
        for part in ("request", "response"):
            found[COMMANDS / f"{name}.{part}.schema.json"] = command[part]
    errors = {"contract_version": CONTRACT_VERSION, "errors": document["errors"]}
    found[CONTRACT / "errors.json"] = errors
    return {path: json.dumps(value, indent=2) + "\n" for path, value in found.items()}


def _pages(root: Path) -> dict[Path, str]:
    examples = {
        file.stem: json.loads(file.read_text()) for file in sorted((root / EXAMPLES).glob("*.json"))
    }
    return {
        PAGES / "contract.md": contract_page(examples),
        PAGES / "errors.md": errors_page(),
        PAGES / "lanes.md": lanes_page(),
    }


def out_of_date(root: Path, wanted: Mapping[Path, str]) -> tuple[Path, ...]:
    """Returns the files that differ, are missing, or belong to a command that is gone."""
    gone = {file.relative_to(root) for file in (root / COMMANDS).glob("*")} - wanted.keys()
    differing = {path for path, text in wanted.items() if _text(root / path) != text}
    return tuple(sorted(gone | differing))


def _text(file: Path) -> str | None:
    return file.read_text() if file.exists() else None


def publish(root: Path) -> tuple[Path, ...]:
    """Brings the files up to date and returns those that were not."""
    wanted = documents(root)
    stale = out_of_date(root, wanted)
    for path in stale:
        file = root / path
        if path not in wanted:
            file.unlink()
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(wanted[path])
    return stale


def main(words: Sequence[str]) -> int:
    root = Path.cwd()
    if words not in ([], ["--check"]):
        print("Usage: python -m spec_kitty.doors.publish [--check]", file=sys.stderr)
        return 2
    if words:
        stale = out_of_date(root, documents(root))
        for path in stale:
            print(f"{path} is out of date. Run 'make contract' and commit the result.")
        return 1 if stale else 0
    for path in publish(root):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
