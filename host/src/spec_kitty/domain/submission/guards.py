"""Owns the submit guards: what work must not contain to be accepted for review.

They are rules over facts that an adapter has gathered from the diff with the merge base, and
they are asked in the order of the tables below. Whether there is any work at all, and who may
submit it, is decided elsewhere. A refusal never quotes the text in which a credential was found.
"""

from __future__ import annotations

from spec_kitty.domain.record import Record
from spec_kitty.domain.refusals import ErrorCode, Refusal
from spec_kitty.domain.submission.line_search import search_lines
from spec_kitty.domain.submission.protected_paths import protected

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence, Set

    from spec_kitty.domain.submission.changes import Change

MAX_LISTED_PATHS = 50
MAX_NAMED_PATHS = 3  # in the message


class SubmittedWork(Record):
    """Holds what was found in submitted work.

    `base` is the commit that it is compared with; `added_lines` are (path, line number, text), the
    lines of a path together and in order; `sizes` are bytes; `known_blocks` are the `Block.markers`
    that a parent already has.
    """

    changes: tuple[Change, ...]
    added_lines: Iterable[tuple[str, int, str]]
    sizes: Mapping[str, int]
    nested: tuple[str, ...] = ()
    in_submodules: tuple[str, ...] = ()
    missing_gitlinks: tuple[str, ...] = ()
    known_blocks: Set[str] = frozenset()
    base: str | None = None


class GuardSettings(Record):
    """Holds what the project configures: protected path patterns, and the largest file."""

    protected_paths: tuple[str, ...]
    max_file_bytes: int


def check_submission(work: SubmittedWork, settings: GuardSettings) -> None:
    """Refuses work that a guard objects to, naming the paths."""
    for guard, offending, sentence in _PATH_GUARDS:
        paths = offending(work, settings)
        if paths:
            told = sentence.replace("{undo}", _undo(work, paths))
            raise _refused(guard, told, paths)
    found = search_lines(work.added_lines, work.known_blocks)
    for guard, places, sentence in (
        ("conflict_markers", found.conflicts, _UNRESOLVED),
        ("credentials", found.credentials, _CREDENTIALS),
    ):
        if places:
            raise _refused(guard, sentence, list(places), places=_listed(list(places.values())))


def _protected(work: SubmittedWork, settings: GuardSettings) -> list[str]:
    return protected((change.path for change in work.changes), settings.protected_paths)


def _undo(work: SubmittedWork, paths: Sequence[str]) -> str:
    """Returns the commands that take the changes of some paths back; a form for many of them."""
    checkout = f"git checkout {(work.base or '<base>')[:12]} --"
    if len(paths) > MAX_NAMED_PATHS or not all(map(str.isprintable, paths)):
        return f"`{checkout} <path>`, for a new one `rm <path>`"
    from shlex import quote

    new = {change.path for change in work.changes if change.status == "A"}
    lines = (
        (checkout, [quote(path) for path in paths if path not in new]),
        ("rm --", [quote(path) for path in paths if path in new]),
    )
    return f"`{' && '.join(' '.join((line, *names)) for line, names in lines if names)}`"


def _too_large(work: SubmittedWork, settings: GuardSettings) -> list[str]:
    return [path for path, size in work.sizes.items() if size > settings.max_file_bytes]


_PATH_GUARDS: tuple[
    tuple[str | None, Callable[[SubmittedWork, GuardSettings], Sequence[str]], str], ...
] = (
    (
        None,
        _protected,
        "The work changes paths that are protected. Undo that in its workspace ({undo}) and submit"
        " again; what must change there a person commits on the target branch.",
    ),
    (
        "nested_repository",
        lambda work, _: work.nested,
        "The work has git repositories inside it, whose files would be lost. Move them out of the"
        " workspace or delete their .git folders, and submit again.",
    ),
    (
        "submodule_file",
        lambda work, _: work.in_submodules,
        "The work has files in folders of submodules that are not initialised there, where git"
        " does not see them. Move them elsewhere, or initialise the submodule (git submodule"
        " update --init), commit and push them there, and submit again.",
    ),
    (
        "gitlink",
        lambda work, _: work.missing_gitlinks,
        "The work points submodules to commits that their remotes do not have. Push those commits"
        " or set the submodules back, and submit again.",
    ),
    (
        "file_too_large",
        _too_large,
        "The work has files over the project's limit. Remove them, or have a person raise"
        " `max_file_megabytes` under [submit] in .kittify/config.toml, and submit again.",
    ),
)


_UNRESOLVED = (
    "The work has conflict blocks that nobody resolved. Edit these files so that no `<<<<<<<`,"
    " `=======`, `>>>>>>>` is left, and submit again."
)
_CREDENTIALS = (
    "The work has what looks like credentials. Take them out (read them from the environment"
    " instead), replace any that are real, and submit again."
)


def _refused(guard: str | None, sentence: str, paths: Sequence[str], **facts: object) -> Refusal:
    if guard is None:
        code = ErrorCode.PROTECTED_PATHS_CHANGED
    else:
        code = ErrorCode.TRANSITION_REJECTED
        facts["guard"] = guard
    message = f"{sentence} Paths: {_named(paths)}."
    return Refusal(code, message, paths=_listed(paths), count=len(paths), **facts)


def _named(paths: Sequence[str]) -> str:
    shown = [path if path.isprintable() else ascii(path) for path in paths[:MAX_NAMED_PATHS]]
    more = len(paths) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _listed(paths: Sequence[str]) -> list[str]:
    return list(paths[:MAX_LISTED_PATHS])
