"""Plays the calls that the contract shows as examples, on a repository made for it.

Each example is recorded from the installed command; what differs from run to run is replaced.
"""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

from door import POLICY, Answer, call, watching
from project import SLUG, Project, make_project

EVIDENCE = {
    "verdict": "changes_requested",
    "findings": [{"id": "F1", "message": "Purr louder.", "path": "src/purr.py", "line": 1}],
}


class Recording:
    """Collects examples by name, in the order in which they are played."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.examples: dict[str, dict[str, Any]] = {}

    def call(self, name: str, title: str, line: str, error: str | None = None) -> None:
        """Calls the door and keeps call and answer, which must be this refusal or a success."""
        words = tuple(shlex.split(line))
        answer = call(self.project.repo, *words)
        assert answer.envelope["error_code"] == error, answer
        self.keep(name, title, words, answer)

    def about(self, name: str, title: str, line: str, error: str | None = None) -> None:
        """Calls a command about the feature."""
        self.call(name, title, f"{line} --feature {SLUG}", error)

    def run(self, name: str, title: str, line: str, error: str | None = None) -> None:
        """Calls a command that affects a run, with a policy."""
        self.about(name, title, f"{line} --policy {shlex.quote(POLICY)}", error)

    def keep(self, name: str, title: str, words: tuple[str, ...], answer: Answer) -> None:
        assert name not in self.examples
        settle = self.project.placeholders.settle
        self.examples[name] = {
            "title": title,
            "words": settle(list(words)),
            "exit_status": answer.exit_status,
            "answer": settle(answer.envelope),
        }


def record(folder: Path) -> dict[str, dict[str, Any]]:
    """Returns every example by the name of its file."""
    recording = Recording(make_project(folder))
    _show_versions(recording)
    _show_policies(recording)
    _show_plan(recording)
    _show_starts(recording)
    _show_submission(recording)
    _show_review(recording)
    _show_conflict(recording)
    _show_delivery(recording)
    _show_history(recording)
    return recording.examples


def _show_versions(on: Recording) -> None:
    line = "contract-version"
    on.call("contract-version", "which contract the host speaks", line)
    line = "contract-version --provider-version 0.0.9"
    on.call(
        "contract-version.mismatch", "a provider too old", line, error="CONTRACT_VERSION_MISMATCH"
    )
    on.call("usage-error", "a call without what it needs", "feature-state", error="USAGE_ERROR")
    on.call("unknown-command", "a command that there is not", "begin", error="USAGE_ERROR")
    line = "explain --feature 035-dogs"
    on.call("feature-not-found", "a feature that is not there", line, error="FEATURE_NOT_FOUND")


def _show_policies(on: Recording) -> None:
    settings = '[policy]\nagent_families = ["claude"]\nindependent_review = true\n'
    on.project.repo.write(".kittify/config.toml", settings)
    on.project.repo.commit("Set a policy")
    on.run("check-policy", "metadata that the project allows", "check-policy")
    policy = shlex.quote(json.dumps({**json.loads(POLICY), "agent_family": "codex"}))
    line = f"check-policy --policy {policy}"
    on.about("check-policy.denied", "metadata that it does not allow", line)


def _show_plan(on: Recording) -> None:
    on.project.plan("WP03", "Sleep", ["WP01"], more="owned_files: [src/meow/bed.py]\n")
    on.project.repo.commit("Say where to sleep")
    on.about("forecast", "what the plan leaves to do", "forecast")


def _show_starts(on: Recording) -> None:
    on.about("list-ready", "what can start now", "list-ready")
    start = "start-implementation --wp WP01 --actor demo --agent claude --run-id run-1"
    name = "start-implementation"
    on.about(f"{name}.no-policy", "a start without policy", start, "POLICY_METADATA_REQUIRED")
    on.run(name, "a start", f"{start} --idempotency-key run-1/WP01/1/start")
    on.run(f"{name}.no-op", "the same start again", start)
    line = "start-implementation --wp WP01 --actor another"
    on.run(f"{name}.claimed", "a start of what somebody holds", line, "WP_ALREADY_CLAIMED")
    line = "start-implementation --wp WP03 --actor demo"
    on.run(f"{name}.waiting", "a start too early", line, "DEPENDENCIES_NOT_SATISFIED")
    line = "resolve-workspace --wp WP01"
    on.about("resolve-workspace", "where the files of a work package are", line)


def _show_submission(on: Recording) -> None:
    submit = "transition --wp WP01 --to for_review --actor demo"
    on.run(
        "transition.no-change", "a submission without work", submit, "WORKFLOW_EVIDENCE_REQUIRED"
    )
    on.project.work("WP01", "kitty-specs/note.md", "No.\n")
    on.run("transition.protected", "a change of the plan", submit, "PROTECTED_PATHS_CHANGED")
    (on.project.workspace("WP01") / "kitty-specs/note.md").unlink()
    on.project.work("WP01", "src/purr.py", "purr = 'prr'\n")
    on.run("transition", "a submission", f"{submit} --attempt 1")
    line = "transition --wp WP02 --to done --actor demo"
    on.run("transition.rejected", "a move that there is not", line, "TRANSITION_REJECTED")


def _show_review(on: Recording) -> None:
    line = "start-review --wp WP01 --actor critic --agent codex"
    on.run("start-review", "a claim of a review", line)
    line = (
        "transition --wp WP01 --to in_progress --actor critic --review-ref run-1/WP01/review-1"
        f" --evidence-json {shlex.quote(json.dumps(EVIDENCE))}"
    )
    on.run("transition.changes-requested", "a verdict that asks for changes", line)
    line = "transition --wp WP01 --to for_review --actor demo --attempt 1"
    on.run("transition.stale-attempt", "a submission too late", line, "TRANSITION_REJECTED")
    on.about("feature-state", "a feature under way", "feature-state")
    on.about("explain", "why each work package is where it is", "explain")


def _show_conflict(on: Recording) -> None:
    project = on.project
    project.work("WP01", "src/cat.py", "sound = 'prr'\n")
    assert project.move("WP01", "for_review", "demo").data
    assert project.review("WP01", "critic").data
    project.submit("WP02", "src/cat.py", "sound = 'meow'\n")
    line = "transition --wp WP01 --to done --actor critic --review-ref run-1/WP01/review-2"
    on.run("transition.approved", "a verdict that approves", line)
    line = "transition --wp WP02 --to done --actor critic --review-ref run-1/WP02/review-1"
    on.run("transition.conflict", "an approval that conflicts", line, "INTEGRATION_CONFLICT")
    line = "append-history --wp WP02 --actor demo --note 'Not needed after all.'"
    on.about("append-history", "a note", line)
    line = "accept-feature --actor demo"
    on.run("accept-feature.not-ready", "an acceptance too early", line, "FEATURE_NOT_READY")
    line = "transition --wp WP02 --to canceled --actor bot --note 'Not needed after all.'"
    on.run("transition.canceled", "a cancellation", line)


def _show_delivery(on: Recording) -> None:
    on.project.finish("WP03", "src/sleep.py", "sleep = 'zzz'\n")
    settings = "[verify]\ncommand = 'test -e CHANGES || { echo There is no CHANGES.; exit 1; }'\n"
    on.project.repo.write(".kittify/config.toml", settings)
    on.project.repo.commit("Ask for a list of changes")
    line = "accept-feature --actor demo"
    on.run("accept-feature.verification", "checks that fail", line, "VERIFICATION_FAILED")
    on.project.repo.write("CHANGES", "Cats.\n")
    on.project.repo.commit("List the changes")
    on.run("accept-feature", "an acceptance", "accept-feature --actor demo")
    line = "merge-feature --actor demo --strategy octopus"
    on.run("merge-feature.strategy", "an unknown strategy", line, "UNSUPPORTED_STRATEGY")
    on.run("merge-feature", "a merge", "merge-feature --actor demo --strategy squash")


def _show_history(on: Recording) -> None:
    cursor = on.project.api("history", "--wp", "WP03").data["events"][-3]["cursor"]
    on.about("history", "what happened after a cursor", f"history --after {cursor}")
    watched = ("--feature", SLUG, "--after", cursor)
    with watching(on.project.repo, *watched) as stream:
        while "watch.heartbeat" not in on.examples:
            envelope = stream.line()
            name, title = _LINES[envelope["data"]["kind"]]
            if name not in on.examples:
                on.keep(name, title, ("watch", *watched), Answer(0, envelope, ""))


_LINES = {
    "event": ("watch", "a line of the stream"),
    "heartbeat": ("watch.heartbeat", "a heartbeat"),
}
