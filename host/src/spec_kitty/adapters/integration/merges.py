"""Owns how two commits are brought together without a checkout, and asked about each other."""

from __future__ import annotations

from spec_kitty.adapters.git.runner import GitFailed
from spec_kitty.adapters.integration.answers import Answer, read_answers
from spec_kitty.adapters.integration.attributes import attribute_files
from spec_kitty.adapters.integration.sealed import BorrowedSettings, SealedRepository
from spec_kitty.domain.submission.merging import Conflicted, Merged, Unrelated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from spec_kitty.adapters.git.runner import Git
    from spec_kitty.domain.submission.merging import Outcome

_UNRELATED = "refusing to merge unrelated histories"


class Integration:
    """Merges commits of one repository. Nothing but objects is written."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._settings: BorrowedSettings | None = None

    def merge(self, ours: str, theirs: str, labels: tuple[str, str] | None = None) -> Outcome:
        """Merges two commits, given as object ids or as whole ref names.

        `labels` are ref names for the conflict markers; else these are what was given.
        """
        labels = labels or (ours, theirs)
        commits = (self._commit_of(ours), self._commit_of(theirs))
        with self._sealed() as sealed:
            sealed.name_commits(
                {
                    label: commit
                    for label, commit in zip(labels, commits, strict=True)
                    if label.startswith("refs/")
                }
            )
            return self._outcome(sealed, labels)

    def merge_changes(self, base_tree: str, ours_tree: str, theirs_tree: str) -> Outcome:
        """Brings what changed from the base to theirs into ours; three trees, no history."""
        with self._sealed() as sealed:
            base = sealed.commit(base_tree, "base")
            ours = sealed.commit(ours_tree, "ours", base)
            theirs = sealed.commit(theirs_tree, "theirs", base)
            return self._outcome(sealed, (ours, theirs))

    def forecast(self, pairs: Sequence[tuple[str, str]]) -> list[tuple[str, ...]]:
        """Says for each pair of commits which paths would be in conflict (empty: none).

        Two commits without common history have no such paths either.
        """
        with self._sealed() as sealed:
            try:
                answers = _ask(sealed, pairs)
            except GitFailed as failure:
                if _UNRELATED not in failure.said:
                    raise
                return [self._forecast_one(pair) for pair in pairs]
            settled = [
                answer if answer.clean else _with_attributes(sealed, pair, answer)
                for pair, answer in zip(pairs, answers, strict=True)
            ]
        return [tuple(sorted({stage.path for stage in answer.stages})) for answer in settled]

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Says whether the newer commit holds the older one (a commit holds itself)."""
        asked = self._git.run("merge-base", "--is-ancestor", older, newer, ok=(0, 1))
        return asked.returncode == 0

    def merge_base(self, one: str, other: str) -> str | None:
        """Returns the best common ancestor, None for unrelated histories."""
        found = self._git.run("merge-base", one, other, ok=(0, 1)).stdout.decode().split()
        return found[0] if found else None

    def tree_of(self, commit: str) -> str:
        return self._git.line("rev-parse", "--verify", f"{commit}^{{tree}}")

    def contained(self, target_tip: str, feature_tip: str) -> bool:
        """Says whether merging the feature into the target would change nothing.

        So it is after a merge, and after a squash or rebase that was made elsewhere.
        """
        outcome = self.merge(target_tip, feature_tip)
        return isinstance(outcome, Merged) and outcome.tree == self.tree_of(target_tip)

    def _sealed(self) -> SealedRepository:
        if self._settings is None:
            self._settings = BorrowedSettings(self._git)
        return SealedRepository(self._git, self._settings)

    def _outcome(self, sealed: SealedRepository, pair: tuple[str, str]) -> Outcome:
        try:
            answer = _with_attributes(sealed, pair, _ask(sealed, [pair])[0])
        except GitFailed as failure:
            if _UNRELATED in failure.said:
                return Unrelated()
            raise
        if answer.clean:
            return Merged(answer.tree)
        from spec_kitty.adapters.integration.conflicts import conflicted_paths

        messages = tuple(message.text for message in answer.messages if message.kind)
        return Conflicted(answer.tree, conflicted_paths(self._git, answer), messages)

    def _forecast_one(self, pair: tuple[str, str]) -> tuple[str, ...]:
        outcome = self.merge(*pair)
        if isinstance(outcome, Conflicted):
            return tuple(sorted(path.path for path in outcome.paths))
        return ()

    def _commit_of(self, name: str) -> str:
        if not name.startswith("refs/"):
            return name
        return self._git.line("rev-parse", "--verify", f"{name}^{{commit}}")


def _ask(sealed: SealedRepository, pairs: Sequence[tuple[str, str]]) -> list[Answer]:
    lines = "".join(f"{ours} {theirs}\n" for ours, theirs in pairs).encode()
    words = ("merge-tree", "--write-tree", "-z", "--messages", "--stdin")
    return read_answers(sealed.run(*words, stdin=lines).stdout)


def _with_attributes(sealed: SealedRepository, pair: tuple[str, str], answer: Answer) -> Answer:
    """Asks again where the attributes of our side could give another answer."""
    files = attribute_files(sealed, pair[0], answer.content_merged)
    if not files:
        return answer
    sealed.put_attributes(files)
    return _ask(sealed, [pair])[0]
