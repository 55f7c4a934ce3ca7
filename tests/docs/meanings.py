"""Holds what the orchestrator's tables tell in words that the code has no place for."""

from __future__ import annotations

# What an agent's key is where it is left out. A known agent has what the table of them says.
AGENT_DEFAULTS = {
    "kind": "required for a new agent",
    "command": "required for a new agent",
    "model": "the agent's own",
    "flags": "none",
    "environment": "none",
    "credentials": "none",
    "prompt": "`stdin`",
    "mode": "one in which it asks",
    "vendor": "that of a known agent that is started alike, else the name",
    "family": "as `vendor`",
    "price": "none",
    "reviewer": "`reviewers` of the run",
    "fallbacks": "none",
}

RUN_DEFAULTS = {
    "implementers": "the first agent that is installed and signed in",
    "reviewers": "the implementers; the second installed agent, if those are left out too",
    "budget_usd": "none",
    "budget_tokens": "none",
    "strategy": "the project's",
}

FAILURES = {
    "rate_limit": "The vendor limits the rate, and says until when or not.",
    "overload": "The vendor cannot serve just now.",
    "auth": "The agent is not signed in.",
    "launch": "The agent's program is not there, or cannot be started as configured.",
    "timeout": "The attempt took longer than it may.",
    "stall": "The agent printed nothing and did nothing for too long.",
    "crash": "The agent broke off, or its words could not be read.",
    "no_change": "The agent ended, but nothing is changed in git.",
    "no_verdict": "A reviewer ended without a verdict that is clear.",
    "guard": "The host does not take the work: protected paths, conflict markers, secrets.",
    "ended": "The run ended the attempt: Ctrl-C, a budget, somebody else's change.",
    "lost": "The orchestrator was killed while the agent ran.",
}

RECORDS = {
    "RunStarted": "A process carries the run on, for the first time or again (`resumed`).",
    "StepIntended": "The host is about to be asked for a change, under this key.",
    "StepDone": "The host made the change.",
    "StepRefused": "The host refused it; `code` is the contract's.",
    "AttemptStarted": "An agent begins. `attempt` is the host's fence.",
    "AttemptReported": "A running agent told its session, its use so far, or what it waits for.",
    "AttemptEnded": "An agent ended; `failure` null means in order. `usage` is this attempt's.",
    "RunEnded": "The run ended, and why. The last record of a process that was not killed.",
}

VARIABLES = {
    "HOME": "A private home: one for each work package, role and agent of a run.",
    "TMPDIR": "A private folder for temporary files, emptied with each attempt.",
    "TERM": "`dumb`.",
    "SPEC_KITTY_ROLE": "`implement` or `review`.",
    "SPEC_KITTY_WP": "The work package.",
    "SPEC_KITTY_FEATURE": "The feature.",
    "SPEC_KITTY_RUN": "The run.",
    "SPEC_KITTY_ATTEMPT": "The attempt, as `logs --attempt` takes it.",
}

# Exit codes that are not the end of a run.
EXIT_CODES = {
    0: "A command that only looks found what it was asked for.",
    1: "Something outside failed, such as a full disk.",
    2: "The call or the settings are wrong, or an agent cannot be used; nothing was changed.",
    3: "The host is missing, is too old, refuses, or the project forbids the launch.",
    4: "A run of the feature goes on here already, or was not finished: `resume` or `abort` it.",
}
