"""Owns the sentences of the contract's page that no definition holds."""

from __future__ import annotations

from spec_kitty.domain.evidence import MAX_EVIDENCE_BYTES, MAX_FINDINGS
from spec_kitty.domain.names import MAX_ACTOR_CHARACTERS, MAX_NOTE_CHARACTERS
from spec_kitty.domain.policy.metadata import MAX_POLICY_BYTES

INTRODUCTION = """\
This is how programs talk to the host: they run a command and read one JSON object. Everything
that a program may rely on is here. What each error code means is in [errors.md](errors.md), which
moves there are in [lanes.md](lanes.md), and the same as data in [contract/v1](../../contract/v1).
"""

CALLS = f"""\
`spec-kitty orchestrator-api COMMAND [--flag value]...`, run anywhere inside the repository, in a
workspace too. `--flag=value` means the same. A flag is given once, and one that a command does
not have is refused. `--json` is accepted everywhere and does nothing.

| value | what is accepted |
| --- | --- |
| slug | `[A-Za-z0-9][A-Za-z0-9._-]{{0,99}}`, without `..`, no `.` or `.lock` at the end, not ending like a workspace (`-WP01`) |
| WP id | `WP` and two to six digits |
| line | one printable line of at most {MAX_ACTOR_CHARACTERS} characters |
| text | 1 to {MAX_NOTE_CHARACTERS} characters |
| cursor | what `feature-state`, `history` or `watch` gave |

Everything is UTF-8.
"""  # noqa: E501 (a table row is one line)

ANSWERS = """\
Whatever happens, a defect of the host included, stdout holds exactly one JSON object on one line,
and nothing else; what people should see is on stderr. Only `watch` writes more: an object a line.

The exit status is 0 for a success, 1 for a refusal or failure, 2 for an ill-formed call.

A reader ignores fields that it does not know: a later version 1 adds fields, commands, flags and
error codes, and takes none away.
"""

ENVELOPE = (
    ("`contract_version`", "text", "The contract that the host speaks."),
    ("`command`", "text", "`orchestrator-api.` and the command; `unknown` if there is no such."),
    ("`timestamp`", "time", "When the answer was written, ISO 8601 in UTC."),
    ("`correlation_id`", "text", "`corr-` and 32 hex digits; a defect is reported under it."),
    ("`success`", "true or false", "Whether the command did what it was asked."),
    ("`error_code`", "text or null", "Null on success, else a code of [errors.md](errors.md)."),
    ("`data`", "object", "What the command answers; on failure a `message` and facts."),
)

CHANGES = """\
Of many callers who ask for the same thing at once, one gets it; each change is one event in the
feature's journal, together with the branches that move with it. A refusal changes nothing, with
the exceptions named in [errors.md](errors.md).

**Policy.** Every change but `append-history` needs `--policy`. Where it is left out, the last one
that the same actor gave on the feature counts.

**Repeating.** With `--idempotency-key` a call can be sent again after a crash or a lost answer:
the same key with the same arguments gives the recorded answer, and no second event. The keys are
a feature's own, and its last 1,000 are kept. Refusals are decided anew, but for
`INTEGRATION_CONFLICT`, which is given again as it was recorded.

**Attempts.** Each claim and each rework opens a new attempt, and the call that opens one answers
its number. A `transition` that names an older one with `--attempt` is refused, so that a worker
that was given up cannot move what somebody else works on now.
"""

ERRORS = """\
What each means, and which facts come with it, is in [errors.md](errors.md). Many commands share
most of theirs; under each command stands what it has besides.
"""

EVENTS = """\
The types of events that `history` and `watch` give, and what is in the `facts` of each. Null
stands for what is not known or was not said.
"""

POLICY = f"""\
What the orchestrator is about to do, as one JSON object of at most {MAX_POLICY_BYTES} bytes. All
fields but the last are required, and no others are accepted. It is written to the journal, where
everybody can read it: whatever looks like a credential is refused, and never quoted.
"""

EVIDENCE = f"""\
One JSON object of at most {MAX_EVIDENCE_BYTES} bytes; every field may be left out.
"""

EVIDENCE_FIELDS = (
    ("`verdict`", "`approved` or `changes_requested`", "It must fit the lane asked for."),
    ("`head_commit`", "object id", "The commit that the verdict is about."),
    ("`findings`", "list of objects", f"What is to be changed, at most {MAX_FINDINGS}."),
    ("`findings[].message`", "text", "What is to be changed; required."),
    ("`findings[].id`", "text", "Left out: `F1`, `F2` and so on."),
    ("`findings[].severity`", "text", "Left out: `major`."),
    ("`findings[].path`", "text", "The file it is about."),
    ("`findings[].line`", "number", "The line in it, from 1."),
    ("`resolved`", "list of text", "Paths without markers whose conflict is solved as they are."),
)

DATA = """\
[contract/v1](../../contract/v1) holds all of this for programs; `spec-kitty orchestrator-api
schema` answers the same.

| file | what it is |
| --- | --- |
| `envelope.schema.json` | what every answer satisfies |
| `commands/NAME.request.schema.json` | a command's flags by name; switches are true, numbers and objects are JSON values |
| `commands/NAME.response.schema.json` | a command's answer, envelope included |
| `policy.schema.json`, `evidence.schema.json` | what `--policy` and `--evidence-json` hold |
| `errors.json` | the error codes |
| `examples/NAME.json` | recorded calls; ids, times and paths are replaced |
"""  # noqa: E501 (a table row is one line)
