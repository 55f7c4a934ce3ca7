import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credential_samples import EXAMPLES, GENUINE, mixed
from spec_kitty.domain.policy.metadata import (
    FIELDS,
    KNOWN_MODES,
    MAX_POLICY_BYTES,
    REQUIRED_FIELDS,
    PolicyMetadata,
    canonical,
    parse_policy,
    read_canonical,
)
from spec_kitty.domain.refusals import ErrorCode, Refusal

VALID: dict[str, object] = {
    "orchestrator_id": "spec-kitty-orchestrator",
    "orchestrator_version": "1.0.0",
    "agent_family": "claude",
    "approval_mode": "full_auto",
    "sandbox_mode": "workspace_write",
    "network_mode": "allowlist",
    "dangerous_flags": ["--dangerously-skip-permissions"],
}


def text_with(**changes: object) -> str:
    return json.dumps({**VALID, **changes})


def refusal_of(text: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        parse_policy(text)
    assert caught.value.code is ErrorCode.POLICY_VALIDATION_FAILED
    return caught.value


def facts_of(text: str) -> tuple[object, object]:
    facts = refusal_of(text).facts
    assert facts.keys() == {"field", "rule"}
    return facts["field"], facts["rule"]


def test_a_complete_policy_is_read() -> None:
    assert parse_policy(json.dumps(VALID)) == PolicyMetadata(
        "spec-kitty-orchestrator",
        "1.0.0",
        "claude",
        "full_auto",
        "workspace_write",
        "allowlist",
        ("--dangerously-skip-permissions",),
    )


@pytest.mark.parametrize("restrictions", ["Read,Edit", ["Read"], {"deny": ["Bash"]}, None, 5])
def test_tool_restrictions_may_be_any_json(restrictions: object) -> None:
    policy = parse_policy(text_with(tool_restrictions=restrictions))

    assert policy.tool_restrictions == restrictions


@pytest.mark.parametrize(
    ("field", "value"), [(field, value) for field, known in KNOWN_MODES.items() for value in known]
)
def test_every_known_mode_is_accepted(field: str, value: str) -> None:
    assert getattr(parse_policy(text_with(**{field: value})), field) == value


@pytest.mark.parametrize("field", REQUIRED_FIELDS)
def test_a_required_field_must_be_there(field: str) -> None:
    document = {name: value for name, value in VALID.items() if name != field}

    assert facts_of(json.dumps(document)) == (field, "missing_field")


def test_all_missing_fields_are_named_at_once() -> None:
    assert refusal_of("{}").message == (
        "The policy has no orchestrator_id, orchestrator_version, agent_family, approval_mode,"
        " sandbox_mode, network_mode, dangerous_flags. Add what is missing."
    )


@pytest.mark.parametrize(
    "field", [field for field in REQUIRED_FIELDS if field != "dangerous_flags"]
)
@pytest.mark.parametrize("value", [5, None, True, ["x"], {"x": 1}, 1.5])
def test_a_text_field_takes_nothing_but_text(field: str, value: object) -> None:
    assert facts_of(text_with(**{field: value})) == (field, "wrong_type")


@pytest.mark.parametrize("value", ["--yolo", None, {}, 0])
def test_dangerous_flags_must_be_a_list(value: object) -> None:
    assert facts_of(text_with(dangerous_flags=value)) == ("dangerous_flags", "wrong_type")


@pytest.mark.parametrize("value", [1, None, ["--yolo"], {}])
def test_each_dangerous_flag_must_be_text(value: object) -> None:
    assert facts_of(text_with(dangerous_flags=["-x", value])) == ("dangerous_flags", "wrong_type")


@pytest.mark.parametrize("value", ["", " ", "\t", "a\nb", "a\x1b[31m", "a\u2028b", "a" * 201])
@pytest.mark.parametrize("field", ["orchestrator_id", "agent_family", "sandbox_mode"])
def test_a_text_field_must_be_one_printable_line(field: str, value: str) -> None:
    assert facts_of(text_with(**{field: value})) == (field, "not_a_line")


def test_each_dangerous_flag_must_be_one_printable_line() -> None:
    assert facts_of(text_with(dangerous_flags=[""])) == ("dangerous_flags", "not_a_line")


@pytest.mark.parametrize("field", KNOWN_MODES)
@pytest.mark.parametrize("value", ["bogus", "FULL_AUTO", "none "])
def test_an_unknown_mode_is_refused(field: str, value: str) -> None:
    assert facts_of(text_with(**{field: value})) == (field, "unknown_value")


def test_an_unknown_field_is_refused_and_not_quoted() -> None:
    refusal = refusal_of(text_with(surprise="x"))

    assert refusal.facts == {"field": None, "rule": "unknown_field"}
    assert "surprise" not in refusal.message


@pytest.mark.parametrize("text", ["[]", '"x"', "5", "null", "true", json.dumps([VALID])])
def test_a_policy_is_an_object(text: str) -> None:
    assert facts_of(text) == (None, "not_an_object")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "not_json"),
        ("{" + " " * MAX_POLICY_BYTES, "too_large"),
        ("[" * 10_000, "too_deep"),
        ('{"sandbox_mode": "vm", "sandbox_mode": "none"}', "duplicate_key"),
        ('{"tool_restrictions": NaN}', "not_finite"),
        ("\udc80", "not_utf8"),
    ],
)
def test_malformed_json_is_refused(text: str, rule: str) -> None:
    assert facts_of(text) == (None, rule)


def test_a_policy_may_have_exactly_the_largest_size() -> None:
    text = json.dumps(VALID)
    largest = text + " " * (MAX_POLICY_BYTES - len(text))

    assert parse_policy(largest) == parse_policy(text)
    assert facts_of(largest + " ") == (None, "too_large")


TOKEN = "ghp_" + mixed(36)
ALL_CREDENTIALS = [text for _, text in GENUINE] + EXAMPLES


def check_refused_unquoted(secret: str, **changes: object) -> None:
    refusal = refusal_of(text_with(**changes))

    assert refusal.facts["rule"] == "credential_format"
    shown = json.dumps([refusal.message, refusal.facts])
    assert json.dumps(secret)[1:-1] not in shown


@pytest.mark.parametrize("secret", ALL_CREDENTIALS)
def test_every_kind_of_credential_is_refused_and_not_quoted(secret: str) -> None:
    check_refused_unquoted(secret, tool_restrictions=secret)


@pytest.mark.parametrize(
    "changes",
    [
        {"orchestrator_id": TOKEN},
        {"agent_family": f"claude {TOKEN}"},
        {"sandbox_mode": TOKEN},
        {"dangerous_flags": ["--yolo", TOKEN]},
        {"tool_restrictions": {"allow": [{"name": TOKEN}]}},
        {"tool_restrictions": {TOKEN: True}},
        {TOKEN: "x"},
        {TOKEN: {"api_key": 1}},
    ],
)
def test_a_credential_is_refused_wherever_it_is_and_not_quoted(changes: dict[str, object]) -> None:
    check_refused_unquoted(TOKEN, **changes)


def test_the_refusal_of_a_credential_names_field_and_kind() -> None:
    refusal = refusal_of(text_with(agent_family=TOKEN))

    assert refusal.facts == {"field": "agent_family", "rule": "credential_format"}
    assert refusal.message == (
        "The policy holds what looks like a credential (GitHub token), in agent_family."
        " Take it out: policies are recorded where everybody can read them."
    )


def test_a_credential_is_refused_however_json_writes_it() -> None:
    escaped = "".join(f"\\u{ord(character):04x}" for character in TOKEN)
    text = json.dumps(VALID).replace("claude", escaped)

    assert facts_of(text) == ("agent_family", "credential_format")


@pytest.mark.parametrize("name", ["api_key", "password", "token", "authorization", "clientSecret"])
def test_a_field_named_like_a_credential_is_refused_at_any_depth(name: str) -> None:
    assert facts_of(text_with(**{name: "x"})) == (None, "credential_name")
    nested = {"a": [{"b": {name: "x"}}]}
    assert facts_of(text_with(tool_restrictions=nested)) == ("tool_restrictions", "credential_name")


@pytest.mark.parametrize("flags", [["--api-key=x"], ["--api-key x"], ["--api-key", "x"]])
def test_a_flag_that_gives_a_credential_is_refused(flags: list[str]) -> None:
    assert facts_of(text_with(dangerous_flags=flags)) == ("dangerous_flags", "credential_value")


@pytest.mark.parametrize("value", ["Bearer opaque", "passwd=hunter2", "password: hunter2"])
def test_a_text_that_gives_a_credential_is_refused(value: str) -> None:
    assert facts_of(text_with(agent_family=value)) == ("agent_family", "credential_value")


@pytest.mark.parametrize("text", ["monkey", "keyboard-bot", "tokenizer-bench", "keychain-2"])
@pytest.mark.parametrize("field", ["orchestrator_id", "orchestrator_version", "agent_family"])
def test_a_harmless_look_alike_passes_in_any_field(field: str, text: str) -> None:
    assert getattr(parse_policy(text_with(**{field: text})), field) == text


@pytest.mark.parametrize("text", ["Read,Tokenizer", "--token=$TOKEN", "--max-tokens=4000"])
def test_flags_and_tools_that_only_sound_like_credentials_pass(text: str) -> None:
    policy = parse_policy(text_with(dangerous_flags=[text], tool_restrictions={"tokenizer": text}))

    assert policy.dangerous_flags == (text,)


def test_a_policy_has_one_canonical_text() -> None:
    shuffled = json.dumps(dict(reversed(VALID.items())), indent=2)

    assert canonical(parse_policy(shuffled)) == (
        '{"agent_family":"claude","approval_mode":"full_auto",'
        '"dangerous_flags":["--dangerously-skip-permissions"],"network_mode":"allowlist",'
        '"orchestrator_id":"spec-kitty-orchestrator","orchestrator_version":"1.0.0",'
        '"sandbox_mode":"workspace_write"}'
    )


lines = st.text(alphabet="abc é-.1", min_size=1, max_size=20).filter(str.strip)
policies = st.builds(
    PolicyMetadata,
    lines,
    lines,
    lines,
    *(st.sampled_from(known) for known in KNOWN_MODES.values()),
    st.lists(lines, max_size=3).map(tuple),
    st.none() | st.dictionaries(lines, st.lists(lines | st.integers() | st.booleans())),
)


@given(policies)
@settings(max_examples=50)
def test_the_canonical_text_says_the_same_policy(policy: PolicyMetadata) -> None:
    assert parse_policy(canonical(policy)) == policy
    assert read_canonical(canonical(policy)) == policy


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda held: st.lists(held) | st.dictionaries(st.text(), held),
    max_leaves=10,
)


@given(
    st.text(alphabet=st.characters(codec=None))
    | json_values.map(json.dumps)
    | st.dictionaries(st.sampled_from(FIELDS), json_values).map(lambda held: text_with(**held))
    | st.text(alphabet='{}[]",:\\ntkey0-e.')
)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse_policy(text)
    except Refusal as refusal:
        assert refusal.code is ErrorCode.POLICY_VALIDATION_FAILED  # noqa: PT017
