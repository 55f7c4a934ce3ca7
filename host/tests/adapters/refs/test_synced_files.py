"""Files that others wrote are synced; what stands in the way of that is passed over."""

from __future__ import annotations

import os
from pathlib import Path

from spec_kitty.adapters.refs.synced_files import sync_files


def test_what_is_no_file_is_passed_over(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/nowhere")
    (tmp_path / "folder").mkdir()
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "secret").chmod(0)

    sync_files(str(tmp_path), ["pipe", "link", "folder", "secret", "gone/deep/down"])


def test_many_files_are_synced_at_once(tmp_path: Path) -> None:
    names = [f"file-{number}" for number in range(100)]
    for name in names:
        (tmp_path / name).write_text(name)

    sync_files(str(tmp_path), names)

    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(names)
