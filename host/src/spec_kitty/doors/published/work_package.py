"""Owns what `feature-state` says of a feature and of each work package, field by field."""

from __future__ import annotations

from spec_kitty.doors.published.shapes import Field

FINDING = (
    Field("id", "text", "What a re-review calls it by."),
    Field("severity", "text", "How grave it is, in the reviewer's words; `major` if not said."),
    Field("message", "text", "What is to be changed."),
    Field("path", "text?", "The file it is about."),
    Field("line", "number?", "The line in it, from 1."),
)

_CONFLICT = (
    Field("path", "text", "The file, seen from the top of the workspace."),
    Field("kind", "text", "How the two sides disagree."),
    Field("has_markers", "switch", "Whether conflict markers stand in it."),
)

WORK_PACKAGE = (
    Field("wp_id", "wp", "Its id."),
    Field("title", "text", "Its title."),
    Field("lane", "lane", "Where it stands."),
    Field("ready", "switch", "Whether it could start now: whether `list-ready` lists it."),
    Field("dependencies", "wp[]", "What must be `done` before it can start."),
    Field("not_in_plan", "switch", "Whether it was taken out of the plan after it had events."),
    Field("estimate_minutes", "count?", "How long it will take; null if the plan does not say."),
    Field("owned_files", "text[]", "Patterns of the files that it means to change; advice only."),
    Field(
        "remaining_minutes",
        "count",
        "The longest path through what depends on it; 0 once it is finished or not in the plan.",
    ),
    Field("problems", "text[]", "The errors of its plan, which keep it from starting."),
    Field("attempt", "count", "The fence: it grows with every claim and every rework."),
    Field("claimed_by", "text?", "The actor who holds it."),
    Field("agent", "text?", "The coding agent that works on it."),
    Field("run_id", "text?", "The holder's run."),
    Field("claimed_at", "time?", "Since when it is held."),
    Field("reviewer", "text?", "The actor who holds its review."),
    Field("reviewed_head", "commit?", "The commit that this review is about."),
    Field("verdict", "text?", "The last verdict: `approved` or `changes_requested`."),
    Field("verdict_head", "commit?", "The commit that the verdict is about."),
    Field("verdict_by", "text?", "Who gave it."),
    Field("review_ref", "text?", "Where that review can be read."),
    Field("findings", "object[]", "What the verdict wants changed.", FINDING),
    Field("review_rounds", "count", "How often it came back from review."),
    Field(
        "rework",
        "text?",
        "Why it came back: `review`, `conflict`, `reopened` or `target_conflict`.",
    ),
    Field("rework_note", "text?", "What was said then."),
    Field("conflicts", "object[]", "What is to be solved before it is submitted.", _CONFLICT),
    Field("plan_commit", "commit?", "The commit of the plan that this attempt is judged by."),
    Field("base_commit", "commit?", "What its workspace started from."),
    Field("head_commit", "commit?", "What was submitted last."),
    Field("integrated_commit", "commit?", "The commit that brought it into the feature branch."),
    Field("reason", "text?", "Why it is blocked, canceled or released."),
    Field("last_actor", "text?", "Who changed it last."),
    Field("changed_at", "time?", "When that was."),
)

ACCEPTANCE = (
    Field("actor", "text", "Who accepted it."),
    Field("at", "time", "When."),
    Field("feature_commit", "commit", "The tip of the feature branch then."),
    Field("target_commit", "commit", "The tip of the target branch then."),
    Field("tree", "commit", "The tree that may land."),
    Field("verified", "switch", "Whether the project's checks ran on that tree."),
)

MERGE = (
    Field(
        "phase",
        "text",
        "`intended`: it has begun, and nothing is ready until it has ended; if it was interrupted, "
        "`merge-feature` ends it. Or `completed`.",
    ),
    Field("actor", "text", "Who merges."),
    Field("at", "time", "When it began."),
    Field("strategy", "text", "`merge`, `squash`, `rebase`, or `recorded` if merged elsewhere."),
    Field("merge_commit", "commit", "What the target branch holds, or is to hold."),
    Field("recorded", "switch", "Whether it was merged elsewhere."),
)

SUMMARY = (
    Field("planned", "count", "Work packages in this lane."),
    Field("in_progress", "count", "Work packages in this lane."),
    Field("for_review", "count", "Work packages in this lane."),
    Field("done", "count", "Work packages in this lane."),
    Field("blocked", "count", "Work packages in this lane."),
    Field("canceled", "count", "Work packages in this lane."),
    Field("total", "count", "All work packages."),
)
