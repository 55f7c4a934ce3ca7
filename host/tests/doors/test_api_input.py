"""Bad input is one JSON object with the precise code, and nothing changes."""
# ruff: noqa: E501 (sentences are compared whole, each on its line)

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from credential_samples import mixed
from door import POLICY, Answer, Word, call, refs_and_files
from placeholders import Placeholders
from project import SLUG, Project
from repository import Repo

MAX_ARGUMENT_BYTES = 120_000  # the kernel takes 131,072 at most
FEATURE = ("--feature", SLUG)
PACKAGE = (*FEATURE, "--wp", "WP01")
BOT = ("--actor", "bot", "--policy", POLICY)
MOVE = ("transition", *PACKAGE, *BOT)
START = ("start-implementation", *PACKAGE, "--actor", "bot")
NOTE = ("append-history", *PACKAGE, "--actor", "bot")


@pytest.fixture
def refuse(project: Project) -> Callable[..., Answer]:
    """Calls a command that must change nothing."""

    def refuse(*words: Word) -> Answer:
        before = refs_and_files(project.repo)
        answer = call(project.repo, *words)
        assert not answer.envelope["success"]
        assert refs_and_files(project.repo) == before
        return answer

    return refuse


@pytest.mark.parametrize(
    "words",
    [
        ("feature-state", "--feature", "../../evil"),
        ("feature-state", "--feature", ""),
        ("feature-state", "--feature", "x" * 10_000),
        ("feature-state", "--feature", "a..b"),
        ("feature-state", "--feature", "cats.lock"),
        ("feature-state", "--feature", "cats-WP01"),
        ("feature-state", "--feature", "-x"),
        ("feature-state", "--feature", b"caf\xff"),
        ("feature-state", "--feature", "cats\n"),
        ("explain", *FEATURE, "--wp", "WP0*"),
        ("explain", *FEATURE, "--wp", "wp01"),
        ("explain", *FEATURE, "--wp", "WP01/../WP02"),
        ("explain", *FEATURE, "--wp", ""),
        ("transition", *PACKAGE, *BOT, "--to", "finished"),
        ("transition", *PACKAGE, *BOT, "--to", "DONE"),
        ("transition", *PACKAGE, *BOT, "--to", "done", "--attempt", "one"),
        ("transition", *PACKAGE, *BOT, "--to", "done", "--attempt", "-1"),
        ("transition", *PACKAGE, *BOT, "--to", "done", "--attempt", "9" * 5_000),
        ("transition", *PACKAGE, *BOT, "--to", "done", "--evidence-json", "no"),
        ("transition", *PACKAGE, *BOT, "--to", "done", "--evidence-json", "[]"),
        ("transition", *PACKAGE, *BOT, "--to", "done", "--evidence-json", '{"verdict": "ok"}'),
        ("transition", *PACKAGE, *BOT, "--to", "done", "--evidence-json", "[" * 10_000),
        ("history", *FEATURE, "--after", "HEAD"),
        ("history", *FEATURE, "--after", "--all"),
        ("append-history", *PACKAGE, "--note", "x", "--actor", "a\nb"),
        ("append-history", *PACKAGE, "--note", "x", "--actor", " "),
        ("append-history", *PACKAGE, "--note", "x", "--actor", "b" * 201),
        ("append-history", *PACKAGE, "--actor", "bot", "--note", ""),
        ("append-history", *PACKAGE, "--actor", "bot", "--note", "x" * 20_001),
        ("append-history", *PACKAGE, "--actor", "bot", "--note", b"\xc3\x28"),
        ("append-history", *PACKAGE, "--actor", b"\xff", "--note", "x"),
        (*START, "--policy", POLICY, "--run-id", "a\tb"),
        (*START, "--policy", POLICY, "--idempotency-key", ""),
        ("merge-feature", *FEATURE, "--target", b"\xfe"),
    ],
    ids=lambda words: repr(words[-1])[:40],
)
def test_a_value_that_its_pattern_forbids_is_a_usage_error(
    refuse: Callable[..., Answer], words: tuple[Word, ...]
) -> None:
    answer = refuse(*words)
    assert answer.error == "USAGE_ERROR"
    assert len(answer.message) < 500


@pytest.mark.parametrize(
    ("words", "flag"),
    [
        ((*START, "--policy", POLICY, "--isolated"), None),
        (("feature-state", *FEATURE, "--all"), None),
        (("feature-state", SLUG), None),
        (("feature-state", *FEATURE, "-v"), None),
        (("feature-state", *FEATURE, "--help"), None),
        (("feature-state", *FEATURE, "--"), None),
        (("feature-state", *FEATURE, b"--caf\xff"), None),
        (("feature-state", *FEATURE, *FEATURE), "--feature"),
        (("feature-state", *FEATURE, "--feature=other"), "--feature"),
        (("feature-state", "--feature"), "--feature"),
        ((*MOVE, "--to", "done", "--force=yes"), "--force"),
        ((*MOVE, "--to", "done", "--note"), "--note"),
        (("feature-state",), None),
        ((*MOVE,), None),
        ((), None),
        (("--help",), None),
        (("help",), None),
        (("",), None),
        ((b"\xff\xfe",), None),
        (("x" * 10_000,), None),
    ],
    ids=lambda held: repr(held[-1:])[:40] if isinstance(held, tuple) else "",
)
def test_an_ill_formed_call_is_a_usage_error(
    refuse: Callable[..., Answer], words: tuple[Word, ...], flag: str | None
) -> None:
    code, facts = refuse(*words).refusal
    assert (code, facts.get("flag")) == ("USAGE_ERROR", flag)


def test_a_command_that_is_not_known_is_answered_as_unknown(project: Project) -> None:
    answers = (call(project.repo), call(project.repo, "--help"), call(project.repo, "begin"))
    assert [answer.envelope["command"] for answer in answers] == [
        "orchestrator-api.unknown",
        "orchestrator-api.unknown",
        "orchestrator-api.unknown",
    ]


def test_a_usage_error_of_a_known_command_names_the_command(project: Project) -> None:
    assert call(project.repo, "explain").envelope["command"] == "orchestrator-api.explain"


def test_json_is_accepted_anywhere_and_does_nothing(project: Project) -> None:
    plain = project.api("list-ready").data
    assert call(project.repo, "list-ready", "--json", *FEATURE, "--json").data == plain


def test_a_value_can_stand_behind_an_equals_sign(project: Project) -> None:
    assert call(project.repo, "list-ready", f"--feature={SLUG}").data == (
        project.api("list-ready").data
    )


@pytest.mark.parametrize(
    ("policy", "rule"),
    [
        ("{", "not_json"),
        ("", "not_json"),
        ("nonsense", "not_json"),
        ("[]", "not_an_object"),
        ("null", "not_an_object"),
        ("[" * 10_000 + "]" * 10_000, "too_large"),
        ("[" * 5_000 + "]" * 5_000, "too_deep"),
        (json.dumps({"orchestrator_id": "x" * MAX_ARGUMENT_BYTES}), "too_large"),
        ('{"orchestrator_id": NaN}', "not_finite"),
        ('{"a": 1, "a": 2}', "duplicate_key"),
        (b'{"orchestrator_id": "\xff"}', "not_utf8"),
        ("{}", "missing_field"),
        (json.dumps({**json.loads(POLICY), "extra": 1}), "unknown_field"),
        (json.dumps({**json.loads(POLICY), "approval_mode": "yolo"}), "unknown_value"),
        (json.dumps({**json.loads(POLICY), "orchestrator_id": 5}), "wrong_type"),
        (json.dumps({**json.loads(POLICY), "dangerous_flags": "none"}), "wrong_type"),
        (json.dumps({**json.loads(POLICY), "orchestrator_id": " "}), "not_a_line"),
    ],
    ids=lambda held: repr(held)[:30],
)
def test_a_policy_that_is_not_valid_is_refused_by_its_rule(
    refuse: Callable[..., Answer], policy: Word, rule: str
) -> None:
    code, facts = refuse(*START, "--policy", policy).refusal
    assert (code, facts["rule"]) == ("POLICY_VALIDATION_FAILED", rule)


def test_a_token_deep_inside_a_policy_is_refused_and_not_repeated(
    refuse: Callable[..., Answer],
) -> None:
    token = "ghp" + "_" + "Zx9" * 12
    policy = {**json.loads(POLICY), "tool_restrictions": {"tools": [["read", [token]]]}}
    answer = refuse(*START, "--policy", json.dumps(policy))
    assert answer.refusal == snapshot(
        ("POLICY_VALIDATION_FAILED", {"field": "tool_restrictions", "rule": "credential_format"})
    )
    assert token not in json.dumps(answer.envelope) + answer.stderr


def test_a_policy_is_looked_at_before_the_repository(tmp_path: Path) -> None:
    assert call(tmp_path, *START, "--policy", "{").error == "POLICY_VALIDATION_FAILED"


def test_a_run_without_a_policy_is_refused(refuse: Callable[..., Answer]) -> None:
    assert refuse(*START).error == "POLICY_METADATA_REQUIRED"


def test_the_last_policy_of_the_same_actor_counts_on(project: Project) -> None:
    project.start("WP01", "bot")
    project.work("WP01", "cat.py", "meow = 1\n")
    about = ("--wp", "WP01", "--to", "for_review", "--actor")
    assert project.api("transition", *about, "other").error == "POLICY_METADATA_REQUIRED"
    assert project.api("transition", *about, "bot").data["to_lane"] == "for_review"


@pytest.mark.parametrize(
    "note",
    [
        'seen\n\n{"format":1,"sequence":99,"type":"PackageIntegrated"}',
        "seen\x1b[2K\x1b]0;owned\x07 by nobody",
        "seen\r\nWP01: planned -> done by alice",
        "seen\u2028WP01: done\u202e",
        "\x00".replace("\x00", "\\x00") + "\x85seen",
    ],
    ids=ascii,
)
def test_a_note_cannot_forge_an_entry(project: Project, note: str) -> None:
    project.api("append-history", "--wp", "WP01", "--actor", "bot", "--note", note)
    events = project.api("history").data["events"]
    assert [(event["type"], event["facts"]["note"]) for event in events] == [("NoteAdded", note)]
    assert project.lanes()["WP01"] == "planned"
    log = project.repo.git("log", "--format=%s", f"refs/spec-kitty/{SLUG}")
    assert log.isprintable()
    assert len(log.splitlines()) == 1


def test_a_package_that_the_plan_does_not_have_is_not_found(
    refuse: Callable[..., Answer],
) -> None:
    for command in ("start-implementation", "start-review", "append-history"):
        words = (command, *FEATURE, "--wp", "WP77", "--actor", "bot")
        more = ("--note", "x") if command == "append-history" else ("--policy", POLICY)
        assert refuse(*words, *more).refusal == ("WP_NOT_FOUND", {"wp_id": "WP77"})
    words = ("transition", *FEATURE, "--wp", "WP77", "--to", "done")
    assert refuse(*words, *BOT).error == "WP_NOT_FOUND"
    assert refuse("explain", *FEATURE, "--wp", "WP77").error == "WP_NOT_FOUND"
    assert refuse("resolve-workspace", *FEATURE, "--wp", "WP77").error == "WP_NOT_FOUND"


def test_a_feature_that_is_not_committed_is_not_found(refuse: Callable[..., Answer]) -> None:
    answer = refuse("feature-state", "--feature", "035-dogs")
    assert answer.refusal == ("FEATURE_NOT_FOUND", {"feature_slug": "035-dogs"})
    assert answer.message == snapshot(
        "No feature '035-dogs' is committed on main. There is: 034-cats."
    )


def test_a_strategy_that_there_is_not_is_refused(refuse: Callable[..., Answer]) -> None:
    assert refuse("merge-feature", *FEATURE, *BOT, "--strategy", "octopus").refusal == (
        "UNSUPPORTED_STRATEGY",
        {"strategy": "octopus"},
    )


def test_outside_a_repository_there_is_no_project(tmp_path: Path) -> None:
    for words in (("feature-state", *FEATURE), (*START, "--policy", POLICY)):
        assert call(tmp_path, *words).error == "NOT_A_PROJECT"


def test_a_folder_called_git_that_is_no_repository_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert call(tmp_path, "feature-state", *FEATURE).error == "NOT_A_PROJECT"
    assert list((tmp_path / ".git").iterdir()) == []


def test_a_repository_without_a_plan_or_settings_is_no_project(tmp_path: Path) -> None:
    repo = _bare_repository(tmp_path)
    repo.git("commit", "--quiet", "--allow-empty", "--message", "Start")
    assert call(repo, "feature-state", *FEATURE).error == "NOT_A_PROJECT"


def test_a_repository_without_commits_is_refused_with_the_next_step(tmp_path: Path) -> None:
    answer = call(_bare_repository(tmp_path), *START, "--policy", POLICY)
    assert (answer.error, answer.message) == snapshot(
        (
            "ENVIRONMENT_UNSUPPORTED",
            "The branch 'main' has no commit yet. Make the first one: git commit --allow-empty -m 'Start'",
        )
    )


def test_without_an_identity_no_code_is_committed(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.start("WP01")
    project.work("WP01", "cat.py", "meow = 1\n")
    before = refs_and_files(project.repo)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    answer = project.move("WP01", "for_review")
    assert (answer.error, answer.message) == snapshot(
        (
            "ENVIRONMENT_UNSUPPORTED",
            "Git does not know who you are. Run 'git config --global user.name \"Your Name\"' and 'git config --global user.email you@example.org', then try again.",
        )
    )
    monkeypatch.undo()
    assert refs_and_files(project.repo) == before


def test_a_deleted_target_branch_is_refused(project: Project) -> None:
    project.start("WP01")
    project.repo.git("switch", "--quiet", "--create", "elsewhere")
    project.repo.git("branch", "--quiet", "--delete", "--force", "main")
    before = refs_and_files(project.repo)
    for command, more in (("feature-state", ()), ("accept-feature", BOT), ("merge-feature", BOT)):
        code, facts = project.refused(command, *more)
        assert (code, facts) == ("PREFLIGHT_FAILED", {"target_branch": "main"})
    assert refs_and_files(project.repo) == before


def test_settings_with_an_error_are_refused_with_the_line(project: Project) -> None:
    project.repo.write(".kittify/config.toml", "[policy]\norchestratoin = false\n")
    project.repo.commit("Misspell a rule")
    answer = project.start("WP01")
    settled = Placeholders(project.repo.path).settle(list(answer.refusal))
    assert settled == snapshot(
        [
            "PLAN_INVALID",
            {
                "problems": [
                    {
                        "path": ".kittify/config.toml",
                        "line": 2,
                        "message": "There is no setting 'policy.orchestratoin'. Did you mean 'policy.orchestration'?",
                    }
                ]
            },
        ]
    )


def _bare_repository(folder: Path) -> Repo:
    path = folder / "empty"
    path.mkdir()
    made = Repo(path)
    made.git("init", "--quiet")
    return made


def test_a_credential_in_the_wrong_place_is_not_quoted(refuse: Callable[..., Answer]) -> None:
    secret = "ghp_" + mixed(36)
    for words in ((secret,), ("--feature", secret), (f"--{secret}",)):
        answer = refuse("feature-state", *FEATURE, *words)
        assert (answer.error, secret[:12] in answer.message) == ("USAGE_ERROR", False)
    assert secret[:12] not in refuse(secret).message
