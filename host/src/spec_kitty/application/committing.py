"""Owns what is told of a plan that lies on disk and is not committed where plans are read.

It counts once it is committed, so each sentence ends with the line to type.
"""

from __future__ import annotations

import re

from spec_kitty.domain.planning.plan import feature_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from spec_kitty.application.ports import Ports


def commit_line(paths: Sequence[str], message: str) -> str:
    """Returns the line that commits files of the checkout."""
    from shlex import quote

    return f"git add {' '.join(map(quote, paths))} && git commit -m {quote(message)}"


def told_draft(ports: Ports, slug: str, branch: str) -> str | None:
    """Says how a feature on disk gets onto the branch of plans; None if it is not on disk."""
    if slug not in ports.drafts.slugs():
        return None
    folder, message = feature_folder(slug), f"Plan {slug}"
    return f"{slug} is not committed on {branch}: {_way_onto(ports, branch, folder, message)}"


def _way_onto(ports: Ports, branch: str, folder: str, message: str) -> str:
    line, head = commit_line((folder,), message), ports.branches.head_branch()
    if head == branch:
        return line
    if head is None or ports.drafts.uncommitted(f"refs/heads/{head}", folder):
        return f"git switch {branch} && {line}"
    return f"git switch {branch} && git checkout {head} -- {folder} && git commit -m '{message}'"


def told_package_draft(ports: Ports, slug: str, package: str, branch: str) -> str | None:
    """Says how the file of a work package counts that is on disk only; None if there is none."""
    files = f"{feature_folder(slug)}/tasks/"
    named = re.compile(rf"{re.escape(files + package)}(?:[-_.].*)?\.md", re.DOTALL)
    for path in ports.drafts.uncommitted(f"refs/heads/{branch}", files):
        if named.fullmatch(path):
            line = commit_line((path,), f"Plan {package}")
            return f"{package} of {slug} is not committed on {branch}: {line}"
    return None
