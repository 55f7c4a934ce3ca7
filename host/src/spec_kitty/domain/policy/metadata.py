"""Owns policy metadata: what an orchestrator declares about the launch that it is about to make.

It is written to the journal, which everybody who clones the project can read, so nothing that
looks like a credential is let in, and no refusal quotes what was sent. What a project allows is
not decided here but in project_policy.py.
"""

from __future__ import annotations

import json

from spec_kitty.domain.record import Record
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_POLICY_BYTES = 16 * 1024
MAX_FIELD_CHARACTERS = 200

KNOWN_MODES: Mapping[str, tuple[str, ...]] = {
    "approval_mode": ("manual", "interactive", "supervised", "auto", "full_auto"),
    "sandbox_mode": ("none", "read_only", "workspace_write", "container", "vm"),
    "network_mode": ("none", "allowlist", "restricted", "open", "full"),
}
LINE_FIELDS = ("orchestrator_id", "orchestrator_version", "agent_family")
REQUIRED_FIELDS = (*LINE_FIELDS, *KNOWN_MODES, "dangerous_flags")
FIELDS = (*REQUIRED_FIELDS, "tool_restrictions")


class PolicyMetadata(Record):
    """Says who orchestrates, with which agents, and how far they are let."""

    orchestrator_id: str
    orchestrator_version: str
    agent_family: str
    approval_mode: str
    sandbox_mode: str
    network_mode: str
    dangerous_flags: tuple[str, ...]
    tool_restrictions: object = None


def parse_policy(text: str) -> PolicyMetadata:
    """Returns the metadata that the text declares; raises `Refusal` and nothing else."""
    from spec_kitty.domain.policy.bounded_json import MalformedJson, parse_json

    try:
        document = parse_json(text, MAX_POLICY_BYTES)
    except MalformedJson as problem:
        raise _invalid(
            f"The policy {problem.reason}. Send one JSON object.", problem.rule
        ) from None
    if not isinstance(document, dict):
        raise _invalid("The policy is not a JSON object. Send one.", "not_an_object")
    _check_secrets(document)
    _check_fields(document)
    lines = {field: _line(document[field], field) for field in LINE_FIELDS}
    modes = {field: _mode(document[field], field) for field in KNOWN_MODES}
    return PolicyMetadata(
        **lines,
        **modes,
        dangerous_flags=_flags(document["dangerous_flags"]),
        tool_restrictions=document.get("tool_restrictions"),
    )


def canonical(policy: PolicyMetadata) -> str:
    """Returns the one text of this policy: JSON with sorted keys and no spaces."""
    values = {field: getattr(policy, field) for field in FIELDS}
    if policy.tool_restrictions is None:
        del values["tool_restrictions"]
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def read_canonical(text: str) -> PolicyMetadata:
    """Returns the metadata of a canonical text, which was checked when it was made."""
    values = json.loads(text)
    values["dangerous_flags"] = tuple(values["dangerous_flags"])
    return PolicyMetadata(**values)


def _check_secrets(document: dict[str, object]) -> None:
    from spec_kitty.domain.policy.credential_names import gives_credential, is_credential_name
    from spec_kitty.domain.policy.credentials import find

    texts = [
        (field, text, is_name)
        for field, value in document.items()
        for text, is_name in [(field, True), *_texts(value)]
    ]
    # Searching them all at once is quick, and nearly always enough.
    if find("\n".join(text for _, text, _ in texts), examples_pass=False):
        for field, text, _ in texts:
            kind = find(text, examples_pass=False)
            if kind:
                raise _secret(field, f"what looks like a credential ({kind})", "credential_format")
    for field, text, is_name in texts:
        if is_name and is_credential_name(text):
            raise _secret(field, "a field named like a credential", "credential_name")
        if gives_credential(text):
            raise _secret(field, "what looks like a credential", "credential_value")


def _texts(value: object) -> Iterator[tuple[str, bool]]:
    """Yields every text inside the value, and whether it is the name of a field."""
    if isinstance(value, str):
        yield value, False
    elif isinstance(value, dict):
        for name, held in value.items():
            yield name, True
            yield from _texts(held)
    elif isinstance(value, list):
        for held in value:
            yield from _texts(held)
        # an option and its value, one after the other
        yield " ".join(held for held in value if isinstance(held, str)), False


def _check_fields(document: dict[str, object]) -> None:
    unknown = len(document.keys() - set(FIELDS))
    if unknown:
        raise _invalid(
            f"The policy has {unknown} unknown field(s). Send only: {', '.join(FIELDS)}.",
            "unknown_field",
        )
    missing = [field for field in REQUIRED_FIELDS if field not in document]
    if missing:
        raise _invalid(
            f"The policy has no {', '.join(missing)}. Add what is missing.",
            "missing_field",
            missing[0],
        )


def _line(value: object, field: str) -> str:
    if not isinstance(value, str):
        raise _invalid(f"The policy's {field} is not a text. Send a string.", "wrong_type", field)
    if not value.strip() or not value.isprintable() or len(value) > MAX_FIELD_CHARACTERS:
        raise _invalid(
            f"The policy's {field} must be one line of 1 to {MAX_FIELD_CHARACTERS} printable"
            " characters. Send such a line.",
            "not_a_line",
            field,
        )
    return value


def _mode(value: object, field: str) -> str:
    known = KNOWN_MODES[field]
    if _line(value, field) not in known:
        raise _invalid(
            f"The policy's {field} is not a known one. Send one of: {', '.join(known)}.",
            "unknown_value",
            field,
        )
    return str(value)


def _flags(value: object) -> tuple[str, ...]:
    field = "dangerous_flags"
    if not isinstance(value, list):
        raise _invalid(f"The policy's {field} is not a list. Send an array.", "wrong_type", field)
    return tuple(_line(flag, field) for flag in value)


def _secret(field: str, what: str, rule: str) -> Refusal:
    known = field if field in FIELDS else None
    return _invalid(
        f"The policy holds {what}, in {known or 'a field that it should not have'}."
        " Take it out: policies are recorded where everybody can read them.",
        rule,
        known,
    )


def _invalid(message: str, rule: str, field: str | None = None) -> Refusal:
    return Refusal(ErrorCode.POLICY_VALIDATION_FAILED, message, field=field, rule=rule)
