from __future__ import annotations

from pathlib import Path

import pytest

from agent_drive import Drive


@pytest.fixture
def drive(tmp_path: Path) -> Drive:
    for name in ("folder", "home"):
        (tmp_path / name).mkdir()
    return Drive(tmp_path / "folder", tmp_path / "home")
