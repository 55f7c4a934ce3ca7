"""Owns what a project can set in `.kittify/config.toml`, and what holds when it sets nothing.

These are the values alone, for the commands that act on them. How they are written, checked
and explained is in settings_keys.py; the rules that use the policy are in project_policy.py.
"""

from __future__ import annotations

from spec_kitty.domain.record import Record

SETTINGS_PATH = ".kittify/config.toml"

MERGE_STRATEGIES = ("merge", "squash", "rebase")


class WorktreeSettings(Record):
    """Says how a new workspace is set up: ignored files to copy in, then a command to run."""

    copy: tuple[str, ...] = ()
    setup: str | None = None
    setup_timeout_seconds: int = 600


class VerifySettings(Record):
    """Says which command must pass on the tree that would land."""

    command: str | None = None
    timeout_seconds: int = 1800


class SubmitSettings(Record):
    """Says what submitted work may not change or add."""

    protected_paths: tuple[str, ...] = ()
    max_file_megabytes: int = 50


class MergeSettings(Record):
    """Says how a feature lands unless the merge asks for something else."""

    strategy: str = "merge"


class ProjectPolicy(Record):
    """Says what automation may do here; an allow-list that is None allows any value."""

    orchestration: bool = True
    orchestrators: tuple[str, ...] | None = None
    agent_families: tuple[str, ...] | None = None
    approval_modes: tuple[str, ...] | None = None
    sandbox_modes: tuple[str, ...] | None = None
    network_modes: tuple[str, ...] | None = None
    forbidden_flags: tuple[str, ...] = ()
    independent_review: bool = False
    force: bool = False
    unsandboxed_checks: bool = True


class ProjectSettings(Record):
    """Holds the settings of a project as committed on its target branch."""

    target_branch: str | None = None
    worktree: WorktreeSettings = WorktreeSettings()
    verify: VerifySettings = VerifySettings()
    submit: SubmitSettings = SubmitSettings()
    merge: MergeSettings = MergeSettings()
    policy: ProjectPolicy = ProjectPolicy()
