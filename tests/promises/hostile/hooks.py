"""Gives attacks every hook that git knows, each a canary of its own."""

from __future__ import annotations

from pathlib import Path

from hostile.canaries import Canary

HOOKS = (
    *("applypatch-msg", "pre-applypatch", "post-applypatch", "pre-commit", "pre-merge-commit"),
    *("prepare-commit-msg", "commit-msg", "post-commit", "pre-rebase", "post-checkout"),
    *("post-merge", "pre-push", "pre-receive", "update", "proc-receive", "post-receive"),
    *("post-update", "reference-transaction", "push-to-checkout", "pre-auto-gc", "post-rewrite"),
    *("sendemail-validate", "fsmonitor-watchman", "post-index-change"),
)


def hooks_of(canary: Canary) -> Path:
    """Returns a folder that has every hook."""
    folder = canary.folder / "hooks"
    folder.mkdir(exist_ok=True)
    plant_hooks(canary, folder)
    return folder


def plant_hooks(canary: Canary, folder: Path) -> None:
    """Puts every hook into a folder, in the place of those that are there."""
    folder.mkdir(exist_ok=True)
    for name in HOOKS:
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(canary.named(name))
